import { homeOf, instantiate } from '../kernels/instantiate.ts';
import * as kernel from '../kernels/split.generated.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { contentHashes, saltOf } from './split-units.ts';
import type { Table } from './table.ts';

/**
 * Parts all rows of a packed table by the hash of their content, as `splitRows` does: row numbers, ascending.
 *
 * It runs on this thread alone, so that other threads go on with what they were given.
 *
 * @returns undefined if not all packed numbers lie in memory, or some rows are left out
 */
export function splitByKernel(
  table: Table,
  rows: Int32Array,
  { test, seed }: { test: number; seed: number },
): { training: Int32Array; test: Int32Array } | undefined {
  const { numbers, rowCount } = table;
  if (!numbers || numbers.source || rows.length !== rowCount) return undefined;
  const { memory: home } = numbers;
  const hashes = contentHashes(table, rows);
  const isThere = homeOf(hashes) === home;
  const address = isThere ? hashes.byteOffset : placeArray(home, hashes);
  const roomBytes = 4 * (rowCount + 1);
  const [training, held] = [home.allocate(roomBytes), home.allocate(roomBytes)];
  const description = writeStruct(
    home,
    { 0: address, 4: rowCount, 8: saltOf(seed) >>> 0, 12: training, 16: held },
    { 24: test * 2 ** 32 },
  );
  const { partRows } = instantiate<{ partRows(description: number): number }>(kernel, home.memory);
  const heldCount = partRows(description);
  if (!isThere) home.release(address, hashes.byteLength);
  const part = (start: number, count: number): Int32Array => {
    // What is behind them is another's.
    const end = Math.ceil((start + 4 * count) / 64) * 64;
    home.release(end, start + roomBytes - end);
    return new Int32Array(home.memory.buffer, start, count);
  };
  return { training: part(training, rowCount - heldCount), test: part(held, heldCount) };
}
