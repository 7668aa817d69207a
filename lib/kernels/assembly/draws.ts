// Bootstrap sums: sums over units that are resampled with replacement, many times.
//
// A draw takes as many units as there are, each with the same probability. How often each is taken is counted once per
// draw, for all groups of sums; a sum is then the dot product of the counts with what each unit adds. Draw `i` takes the
// units that `seededRandom(seed, i)` of lib/core/random.ts draws: xoshiro128**, with its state from SplitMix64. So draws
// depend neither on each other nor on the thread, and one share of the work is a few draws.
//
// The units' contributions to a group are columns, float64, one after another; or each unit adds its weight, or 1, to one of
// many sums. A column is summed in four parts, of every fourth unit, which are added at the end, so that additions need
// not wait for each other.
//
// Why so: taken one by one, the units of a draw would be fetched from all over the columns, once for each group. The counts
// fit the cache, and columns are then read from end to end, two numbers at a time.
//
// Scratch: the counts, float64.

// u32 fields.
const SEED: usize = 0; // 64 bits
const UNITS: usize = 8;
const DRAWS: usize = 12;
const SHARE: usize = 16; // draws of a share
const GROUPS: usize = 20;
const GROUP_COUNT: usize = 24;

// Of each group.
const COLUMNS: usize = 0; // 0 where there are places
const WIDTH: usize = 4;
const PLACES: usize = 8; // of each unit, i32: the sum that it adds to
const WEIGHTS: usize = 12; // of each unit, float64; 0 where all are 1
const OUT: usize = 16; // of each draw, `WIDTH` float64
const groupBytes: usize = 20;

/** Writes the sums of draws [SHARE · share, SHARE · (share + 1)). */
export function drawSums(description: usize, share: i32, scratch: usize): void {
  const units = load<i32>(description, UNITS);
  const groups = load<usize>(description, GROUPS);
  const end = groups + load<usize>(description, GROUP_COUNT) * groupBytes;
  const size = load<i32>(description, SHARE);
  const last = min((share + 1) * size, load<i32>(description, DRAWS));
  for (let draw = share * size; draw < last; draw++) {
    countUnits(load<u64>(description, SEED), draw, units, scratch);
    for (let group = groups; group < end; group += groupBytes) {
      const width = load<usize>(group, WIDTH);
      const out = load<usize>(group, OUT) + <usize>draw * (width << 3);
      const columns = load<usize>(group, COLUMNS);
      if (columns == 0) {
        memory.fill(out, 0, width << 3);
        addPlaced(scratch, units, load<usize>(group, PLACES), load<usize>(group, WEIGHTS), out);
      } else {
        for (let j: usize = 0; j < width; j++)
          store<f64>(out + (j << 3), product(scratch, columns + j * (<usize>units << 3), units));
      }
    }
  }
}

/** The `nth` output of SplitMix64 from a seed, from 1. */
function splitMix64(seed: u64, nth: u64): u64 {
  let z = seed + nth * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** How often each unit is drawn, of as many draws as there are units. */
function countUnits(seed: u64, stream: i32, units: i32, counts: usize): void {
  const origin = splitMix64(seed, 1) + <u64>stream;
  const first = splitMix64(origin, 1);
  const second = splitMix64(origin, 2);
  let a = <u32>first;
  let b = <u32>(first >> 32);
  let c = <u32>second;
  let d = <u32>(second >> 32);
  memory.fill(counts, 0, <usize>units << 3);
  for (let i = 0; i < units; i++) {
    const drawn = rotl<u32>(b * 5, 7) * 9;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotl<u32>(d, 11);
    // Uniform, except for a bias below units / 2^32.
    const unit = <u32>(<f64>drawn * 2.3283064365386963e-10 * <f64>units);
    const at = counts + (<usize>unit << 3);
    store<f64>(at, load<f64>(at) + 1);
  }
}

function addPlaced(counts: usize, units: i32, places: usize, weights: usize, out: usize): void {
  for (let i = 0; i < units; i++) {
    const at = out + (load<usize>(places + (<usize>i << 2)) << 3);
    const count = load<f64>(counts + (<usize>i << 3));
    store<f64>(at, load<f64>(at) + (weights ? count * load<f64>(weights + (<usize>i << 3)) : count));
  }
}

function product(counts: usize, column: usize, units: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 3 < units; i += 4) {
    const at = <usize>i << 3;
    low = f64x2.add(low, f64x2.mul(v128.load(counts + at), v128.load(column + at)));
    high = f64x2.add(high, f64x2.mul(v128.load(counts + at, 16), v128.load(column + at, 16)));
  }
  let first = f64x2.extract_lane(low, 0);
  for (; i < units; i++) first += load<f64>(counts + (<usize>i << 3)) * load<f64>(column + (<usize>i << 3));
  const upper = f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1);
  return first + f64x2.extract_lane(low, 1) + upper;
}
