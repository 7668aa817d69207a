import * as kernel from './draws.generated.ts';
import { type KernelMemory, kernelMemory } from './instantiate.ts';
import { poolOf } from './pool.ts';
import { placeArray, writeStruct } from './struct.ts';

/** What each unit adds to a group of sums: a number to every sum, or one number to one of the sums. */
export type UnitSums =
  /** For each sum, what each unit adds to it, shape [units]. */
  | { columns: readonly Float64Array[] }
  /** For each unit, which of `width` sums it adds to, and how much; 1 by default. */
  | { places: Int32Array; width: number; weights?: Float64Array };

/** Draws in one share of the work: some hundred microseconds. */
const shareDraws = 16;

/**
 * Bootstrap sums: each draw resamples as many units as there are, with replacement, and sums what they add.
 *
 * Draw `i` takes the units that `seededRandom(seed, i)` draws, whatever is summed and however many draws there are.
 *
 * @returns for each group, its sums in each draw, shape [draws, sums]
 * @param seed a safe integer
 * @param options.memory a kernel memory whose pool does the work; by default one of its own, on this thread alone
 */
export function drawnSums(
  unitCount: number,
  groups: readonly UnitSums[],
  { seed, draws, memory: home = ownMemory() }: { seed: number; draws: number; memory?: KernelMemory },
): Float64Array[] {
  const placed = groups.map((sums) => {
    const width = 'columns' in sums ? sums.columns.length : sums.width;
    const out = home.allocate(draws * width * 8);
    if (!('columns' in sums)) {
      const weights = sums.weights ? placeArray(home, sums.weights) : 0;
      return { width, out, words: [0, width, placeArray(home, sums.places), weights, out] };
    }
    const columns = home.allocate(Math.max(1, width * unitCount) * 8);
    const room = new Float64Array(home.memory.buffer, columns, width * unitCount);
    for (const [j, column] of sums.columns.entries()) room.set(column, j * unitCount);
    return { width, out, words: [columns, width, 0, 0, out] };
  });
  const description = writeStruct(home, {
    0: seed >>> 0,
    4: Math.floor(seed / 2 ** 32) >>> 0,
    8: unitCount,
    12: draws,
    16: shareDraws,
    20: placeArray(home, Uint32Array.from(placed.flatMap(({ words }) => words))),
    24: groups.length,
  });
  poolOf(home).run(kernel, 'drawSums', description, Math.ceil(draws / shareDraws), Math.max(1, unitCount) * 8);
  return placed.map(({ width, out }) => new Float64Array(home.memory.buffer, out, draws * width).slice());
}

/** Most bytes that are kept for the next call: fresh memory is slow, but a memory never shrinks. */
const keptBytes = 16 * 1024 * 1024;
let kept: KernelMemory | undefined;

function ownMemory(): KernelMemory {
  if (!kept || kept.memory.buffer.byteLength > keptBytes) kept = kernelMemory();
  return kept;
}
