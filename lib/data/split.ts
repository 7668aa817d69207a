import { InputError } from '../core/errors.ts';
import { finishHash, mixWord } from './row-hash.ts';
import type { Table } from './table.ts';

export interface SplitOptions {
  /** Share of the rows to hold out, in [0, 1). */
  test?: number;
  /** Any safe integer; another seed gives another split. */
  seed?: number;
  by?: 'hash';
}

/**
 * Parts rows into a training part and a held-out part by what is in them.
 *
 * A row's side follows from its hash and the seed alone: exact duplicates stand on the same side, and a row keeps its
 * side when others are added. The share is therefore right on average only: of n distinct rows the held-out part has
 * n·test, with a standard deviation of √(n·test·(1 − test)), and of a handful of rows it may be empty. Order is kept.
 *
 * @param rows row indices, ascending
 * @throws InputError when an option is out of range, and when no row is left to train on
 */
export function splitRows(
  table: Table,
  rows: Int32Array,
  { test = 0.2, seed = 0 }: SplitOptions = {},
): { training: Int32Array; test: Int32Array } {
  if (!(test >= 0 && test < 1)) throw new InputError(`split.test: expected a share in [0, 1), found ${test}`);
  if (!Number.isSafeInteger(seed)) throw new InputError(`split.seed: expected a whole number, found ${seed}`);

  const high = Math.floor(seed / 2 ** 32);
  const salt = finishHash(mixWord(mixWord(0, seed | 0), high | 0));
  const threshold = test * 2 ** 32;
  const [training, held] = [new Int32Array(rows.length), new Int32Array(rows.length)];
  let [trainingCount, heldCount] = [0, 0];
  for (const row of rows) {
    if (finishHash(mixWord(salt, table.rowHashes[row])) < threshold) held[heldCount++] = row;
    else training[trainingCount++] = row;
  }
  if (trainingCount === 0) {
    throw new InputError(`split: expected rows to train on, found all ${rows.length} rows held out`, {
      advice: 'Lower split.test, or give more rows',
    });
  }
  return { training: training.slice(0, trainingCount), test: held.slice(0, heldCount) };
}
