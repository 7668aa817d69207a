import * as kernel from './draws.generated.ts';
import { type KernelMemory, kernelMemory } from './instantiate.ts';
import { poolOf } from './pool.ts';
import { placeArray, writeStruct } from './struct.ts';

/** The sums of each unit: numbers side by side, or a single one each, in one of many places. */
export type UnitSums =
  /** Of each sum, what each unit adds to it, shape [units]. */
  | { columns: readonly Float64Array[] }
  /** Of each unit, which of `width` sums it adds to, and how much; 1 by default. */
  | { places: Int32Array; width: number; weights?: Float64Array };

/** Draws of a share of the work: some hundred microseconds. */
const shareDraws = 16;

/**
 * Sums over units that are drawn anew, as many as there are in each draw: for each group of sums, shape [draws, sums].
 *
 * Draw `i` takes the units that `seededRandom(seed, i)` names, whatever is summed and however many draws there are.
 *
 * @param seed a safe integer
 * @param options.memory whose pool does the work; by default a memory of its own, and this thread alone
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

/** What a process may keep for the next time: fresh memory is slow, and a memory never shrinks. */
const keptBytes = 16 * 1024 * 1024;
let kept: KernelMemory | undefined;

function ownMemory(): KernelMemory {
  if (!kept || kept.memory.buffer.byteLength > keptBytes) kept = kernelMemory();
  return kept;
}
