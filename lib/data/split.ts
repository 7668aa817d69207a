import { InputError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { roomForRows } from './packed.ts';
import { splitByKernel } from './split-by-kernel.ts';
import {
  contentHashes,
  dealUnits,
  pickUnits,
  salted,
  secondsOrNumbers,
  strataOf,
  type Unit,
  unitsOf,
} from './split-units.ts';
import type { Table } from './table.ts';

export type SplitKind = 'hash' | 'random' | 'time' | 'group' | 'stratified';

export interface SplitOptions {
  /** Share of the rows to hold out, in [0, 1). */
  test?: number;
  /** Any safe integer; another seed gives another split. */
  seed?: number;
  by?: SplitKind;
  /** The column of times or groups; by hash, the column whose cells are hashed instead of the whole row. */
  column?: string;
  /** Stratified: the column whose values both parts share alike. */
  target?: string;
}

export interface Parts {
  /** Row indices, ascending. */
  training: Int32Array;
  test: Int32Array;
}

/**
 * Parts rows into a training part and a held-out part. Exact duplicates always stand on the same side.
 *
 * - `hash`: a row's side follows from its content (or its cell in `column`) and the seed alone, and stays when others
 *   are added. The share is therefore right on average only: of n distinct rows the held-out part has n·test, with a
 *   standard deviation of √(n·test·(1 − test)), and of a handful of rows it may be empty.
 * - `random`: rows are drawn by the seed, those with equal content together, as near to the share as that allows.
 * - `time`: the latest rows of `column`, numbers or dates, are held out; rows of one time stay together.
 * - `group`: whole groups of equal cells in `column` are drawn; rows without a group are grouped by their content.
 * - `stratified`: as `random`, within each value of `target`; of numbers with more than 20 values, within each tenth.
 *
 * @param rows row indices, ascending
 * @throws InputError when an option is out of range or lacks its column, when a time is missing, and when no row is left
 *   to train on
 */
export function splitRows(table: Table, rows: Int32Array, options: SplitOptions = {}): Parts {
  const { test = 0.2, seed = 0, by = 'hash' } = options;
  if (!(test >= 0 && test < 1)) throw new InputError(`split.test: expected a share in [0, 1), found ${test}`);
  if (!Number.isSafeInteger(seed)) throw new InputError(`split.seed: expected a whole number, found ${seed}`);

  const parts =
    (by === 'hash' && options.column === undefined && splitByKernel(table, rows, { test, seed })) ||
    splitPlainly(table, rows, { ...options, test, seed, by });
  if (parts.training.length === 0) {
    throw new InputError(`split: expected rows to train on, found all ${rows.length} rows held out`, {
      advice: 'Lower split.test, or give more rows',
    });
  }
  return parts;
}

function splitPlainly(table: Table, rows: Int32Array, options: Chosen & { by: SplitKind }): Parts {
  const isHeld = options.test === 0 ? new Uint8Array(rows.length) : heldOut[options.by](table, rows, options);
  const [training, held] = parted(table, rows, isHeld);
  return { training, test: held };
}

/** The rows that are not marked, and those that are. */
function parted(table: Table, rows: Int32Array, isMarked: Uint8Array): [Int32Array, Int32Array] {
  let markedCount = 0;
  for (let i = 0; i < rows.length; i++) markedCount += isMarked[i];
  const [others, marked] = [roomForRows(table, rows.length - markedCount), roomForRows(table, markedCount)];
  // Written to both, since no branch can guess a draw; what stands past the end is dropped.
  for (let i = 0, other = 0, mark = 0; i < rows.length; i++) {
    others[other] = rows[i];
    marked[mark] = rows[i];
    mark += isMarked[i];
    other += 1 - isMarked[i];
  }
  return [others, marked];
}

/**
 * Parts rows into `folds` parts, each of which is held out once, for cross-validation.
 *
 * Kinds are those of `splitRows`, and duplicates stand in one fold. Folds are as even as whole groups allow: groups, from
 * the largest on, go to the fold with fewest rows. By time there are `folds + 1` stretches of equal length, and each but
 * the first is held out with all earlier ones to train on.
 *
 * @throws InputError as `splitRows` does, when `folds` is no whole number from 2, and when a fold has no rows
 * @see scikit-learn 1.2, KFold, StratifiedKFold, GroupKFold and TimeSeriesSplit
 */
export function kFolds(
  table: Table,
  rows: Int32Array,
  options: Omit<SplitOptions, 'test'> & { folds?: number } = {},
): Parts[] {
  const { folds = 5, seed = 0, by = 'hash' } = options;
  if (!Number.isSafeInteger(folds) || folds < 2) {
    throw new InputError(`folds: expected a whole number from 2, found ${folds}`);
  }
  if (!Number.isSafeInteger(seed)) throw new InputError(`split.seed: expected a whole number, found ${seed}`);
  const foldOf = foldsBy[by](table, rows, { ...options, folds, seed });
  return Array.from({ length: folds }, (_, fold) => {
    const test = rows.filter((_, i) => foldOf[i] === fold);
    const training = rows.filter((_, i) => (by === 'time' ? foldOf[i] < fold : foldOf[i] !== fold));
    if (test.length > 0 && training.length > 0) return { training, test };
    throw new InputError(
      `folds: expected rows on both sides of each of ${folds} folds, found ${training.length} and ${test.length}`,
      { advice: 'Take fewer folds, or give more rows' },
    );
  });
}

type Chosen = SplitOptions & { test: number; seed: number };
type ChosenFolds = SplitOptions & { folds: number; seed: number };

/** For each kind, which rows are held out: 1 at their position. */
const heldOut: Record<SplitKind, (table: Table, rows: Int32Array, options: Chosen) => Uint8Array> = {
  hash(table, rows, { test, seed, column }) {
    const hash = salted(seed);
    const threshold = test * 2 ** 32;
    const contents = contentHashes(table, rows, column);
    const isHeld = new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i++) isHeld[i] = Number(hash(contents[i]) < threshold);
    return isHeld;
  },
  random(table, rows, { test, seed }) {
    const units = shuffled(unitsOf(table, rows), seed);
    return marked(rows.length, pickUnits(units, Math.round(test * rows.length)));
  },
  time(table, rows, { test, column }) {
    const times = secondsOrNumbers(table, rows, columnFor('time', column));
    const [cut] = timeCuts(times, [rows.length - Math.round(test * rows.length)]);
    return Uint8Array.from(times, (time) => (time >= cut ? 1 : 0));
  },
  group(table, rows, { test, seed, column }) {
    const units = shuffled(unitsOf(table, rows, columnFor('group', column)), seed);
    const picked = pickUnits(units, Math.round(test * rows.length));
    const smallest = units.toSorted((a, b) => a.positions.length - b.positions.length).slice(0, 1);
    return marked(rows.length, picked.length > 0 ? picked : smallest);
  },
  stratified(table, rows, { test, seed, target }) {
    const strata = strataOf(table, rows, columnFor('stratified', target));
    const counts = shares(
      strata.map(({ length }) => length),
      test,
    );
    const picked = strata.flatMap((positions, i) => {
      const units = shuffled(unitsOf(table, rows, undefined, positions), seed, i);
      return pickUnits(units, counts[i]);
    });
    return marked(rows.length, picked);
  },
};

/** For each kind, the fold of each row; by time, −1 for the rows that are never held out. */
const foldsBy: Record<SplitKind, (table: Table, rows: Int32Array, options: ChosenFolds) => Int32Array> = {
  hash(table, rows, { folds, seed, column }) {
    const hash = salted(seed);
    return Int32Array.from(contentHashes(table, rows, column), (content) =>
      Math.floor((hash(content) / 2 ** 32) * folds),
    );
  },
  random(table, rows, { folds, seed }) {
    return dealUnits(rows.length, shuffled(unitsOf(table, rows), seed), evenSizes(rows.length, folds));
  },
  time(table, rows, { folds, column }) {
    const times = secondsOrNumbers(table, rows, columnFor('time', column));
    const length = Math.floor(rows.length / (folds + 1));
    const cuts = timeCuts(
      times,
      Array.from({ length: folds }, (_, fold) => rows.length - (folds - fold) * length),
    );
    return Int32Array.from(times, (time) => cuts.findLastIndex((cut) => time >= cut));
  },
  group(table, rows, { folds, column }) {
    // Of equally large groups the last one goes first, as in scikit-learn.
    const units = unitsOf(table, rows, columnFor('group', column)).toReversed();
    const largestFirst = units.toSorted((a, b) => b.positions.length - a.positions.length);
    return dealUnits(rows.length, largestFirst, new Array<number>(folds).fill(0));
  },
  stratified(table, rows, { folds, seed, target }) {
    const strata = strataOf(table, rows, columnFor('stratified', target));
    const foldOf = new Int32Array(rows.length);
    let before = 0;
    for (const [i, positions] of strata.entries()) {
      // Dealt round the folds one after another, as if the rows stood in order of their strata.
      const sizes = new Array<number>(folds).fill(0);
      for (let k = 0; k < positions.length; k++) sizes[(before + k) % folds]++;
      before += positions.length;
      const dealt = dealUnits(rows.length, shuffled(unitsOf(table, rows, undefined, positions), seed, i), sizes);
      for (const position of positions) foldOf[position] = dealt[position];
    }
    return foldOf;
  },
};

function columnFor(by: SplitKind, column: string | undefined): string {
  if (column !== undefined) return column;
  throw new InputError(`split: expected a column to split by ${by}, found none`, { advice: 'Name it in split.column' });
}

function shuffled(units: Unit[], seed: number, stream = 0): Unit[] {
  const order = Int32Array.from(units, (_, i) => i);
  seededRandom(seed, stream).shuffle(order);
  return Array.from(order, (i) => units[i]);
}

function marked(length: number, units: readonly Unit[]): Uint8Array {
  const isHeld = new Uint8Array(length);
  for (const { positions } of units) for (const position of positions) isHeld[position] = 1;
  return isHeld;
}

/** Whole numbers nearest to each size's share, that add up to the share of them all: the largest remainders rise. */
function shares(sizes: number[], share: number): number[] {
  const counts = sizes.map((size) => Math.floor(size * share));
  const total = Math.round(sizes.reduce((sum, size) => sum + size, 0) * share);
  let left = total - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = sizes.map((size, i) => ({ i, rest: size * share - counts[i] })).sort((a, b) => b.rest - a.rest);
  for (const { i } of byRemainder) if (left-- > 0) counts[i]++;
  return counts;
}

function evenSizes(count: number, folds: number): number[] {
  return Array.from({ length: folds }, (_, i) => Math.floor(count / folds) + (i < count % folds ? 1 : 0));
}

/** The times at which parts begin, so that as nearly as whole times allow `wanted[i]` rows come before the i-th. */
function timeCuts(times: Float64Array, wanted: readonly number[]): number[] {
  const sorted = times.toSorted();
  return wanted.map((position) => {
    const time = sorted[Math.min(Math.max(position, 0), sorted.length - 1)];
    const first = sorted.indexOf(time);
    const after = sorted.lastIndexOf(time) + 1;
    const later = after < sorted.length ? sorted[after] : Number.POSITIVE_INFINITY;
    if (first === 0) return later;
    return after === sorted.length || position - first <= after - position ? time : later;
  });
}
