import { findColumn } from '../lookup.ts';
import { numberFacts } from '../number-facts.ts';
import { cellReader } from '../packed.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';
import { codeCounts } from './kinds.ts';

/** A column that seems to know the target. */
export interface SuspectedLeak {
  name: string;
  /** Why it is suspected, without a full stop. */
  reason: string;
}

/** With fewer rows than this, agreement is chance. */
export const fewestRows = 20;

/** Fewest rows of all classes but the most frequent. */
export const fewestOthers = 5;

/** A column of texts is suspected when a value has at least so many rows on average. */
export const rowsPerValue = 10;

/** A column of more different numbers than this is a quantity, not a code. */
const mostNumbers = 1_000;

/** Share of the errors, or of the variance, that a suspected column leaves at most. */
export const left = 0.001;

/** Least |correlation| with a number as target. */
export const suspectCorrelation = 0.9999;

/**
 * Columns that alone predict the target (nearly) perfectly in the rows given, so that they probably were not known
 * before it was.
 *
 * Suspected are, from 20 rows on:
 *
 * - for classes, when at least five rows are not of the most frequent one: a column of texts or whole numbers, with ten
 *   rows or more per different value, whose values tell the class with at most a thousandth of the errors that always
 *   naming the most frequent class makes; and a column of numbers without missing cells in which the ranges of the
 *   classes do not touch. Missing cells count as a value, and of more than 1,000 different numbers nothing is told;
 * - for a number: a column of numbers whose correlation with it is above 0.9999 in absolute value; and a column of
 *   texts, with ten rows or more per different value, that leaves at most a thousandth of its variance.
 *
 * @param rows the training rows, with a target in each
 * @param names which columns to look at
 */
export function suspectedLeaks(
  table: Table,
  rows: Int32Array,
  { target, isRegression, names }: { target: string; isRegression: boolean; names: readonly string[] },
): SuspectedLeak[] {
  const goal = findColumn(table, target, 'target');
  if (rows.length < fewestRows) return [];
  const classes = isRegression ? undefined : classesOf(goal, rows);
  if (classes && classes.others < fewestOthers) return [];
  return names.flatMap((name) => {
    const column = findColumn(table, name, 'feature');
    const reason = classes ? classLeak(table, column, rows, classes, target) : numberLeak(column, rows, goal, target);
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/** The classes of a target, with which columns are compared. */
export interface Classes {
  /** The class, from 0, of the i-th of the rows looked at. */
  at(i: number): number;
  count: number;
  /** Rows that are not of the most frequent class. */
  others: number;
}

/** The target's class of each row, as an index; numbers get theirs in the order in which they first occur. */
export function classesOf(goal: Column, rows: Int32Array): Classes {
  if (goal.kind === 'category') {
    const { codes } = goal;
    // Most columns are ruled out after few rows, so classes are looked up rather than copied for all rows.
    return { at: (i) => codes[rows[i]], count: goal.levels.length, others: othersAmong(codeCounts(goal, rows), rows) };
  }
  const of = new Int32Array(rows.length);
  const numbers = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const value = goal.values[rows[i]];
    const known = numbers.get(value);
    if (known === undefined) numbers.set(value, numbers.size);
    of[i] = known ?? numbers.size - 1;
  }
  const sizes = new Int32Array(numbers.size);
  for (let i = 0; i < of.length; i++) sizes[of[i]]++;
  return { at: (i) => of[i], count: numbers.size, others: othersAmong(sizes, rows) };
}

const othersAmong = (sizes: Int32Array, rows: Int32Array): number =>
  rows.length - sizes.reduce((most, size) => Math.max(most, size), 0);

function classLeak(
  table: Table,
  column: Column,
  rows: Int32Array,
  classes: Classes,
  target: string,
): string | undefined {
  const errors = errorsByValue(column, rows, classes);
  if (errors !== undefined && errors <= left * classes.others) {
    const told = rows.length - errors;
    return `its value tells ${JSON.stringify(target)} in ${told} of ${rows.length} training rows`;
  }
  if (column.kind === 'number' && isParted(table, column, rows, classes)) {
    return `its order parts the values of ${JSON.stringify(target)} without an error`;
  }
  return undefined;
}

/** Rows that are not of the most frequent class of their value; undefined when there are too many values to tell. */
function errorsByValue(column: Column, rows: Int32Array, { at, count }: Classes): number | undefined {
  const cellAt = cellOf(column);
  const places = new Map<number, number>();
  const most = Math.min(column.kind === 'number' ? mostNumbers : rows.length, Math.floor(rows.length / rowsPerValue));
  // For each value, its number of rows in each class, row-major.
  let sizes = new Int32Array(64 * count);
  for (let i = 0; i < rows.length; i++) {
    const cell = cellAt(rows[i]);
    let place = places.get(cell);
    if (place === undefined) {
      if (places.size === most) return undefined;
      place = places.size * count;
      places.set(cell, place);
      if (place === sizes.length) sizes = twiceAsLong(sizes);
    }
    sizes[place + at(i)]++;
  }
  let errors = rows.length;
  for (const place of places.values()) {
    errors -= sizes.subarray(place, place + count).reduce((most, size) => Math.max(most, size), 0);
  }
  return errors;
}

function twiceAsLong(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * values.length);
  longer.set(values);
  return longer;
}

/** Rows after which it is looked whether two classes overlap already, as those of a quantity do. */
const rowsBetweenLooks = 1_024;

/** Whether the ranges of the classes' values do not touch, and no cell is missing. */
function isParted(table: Table, column: NumberColumn, rows: Int32Array, { at, count }: Classes): boolean {
  if (rows.length < fewestRows || numberFacts(table, column, rows).count < rows.length) return false;
  const cellAt = cellOf(column);
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let start = 0; start < rows.length; start += rowsBetweenLooks) {
    for (let i = start; i < Math.min(start + rowsBetweenLooks, rows.length); i++) {
      const value = cellAt(rows[i]);
      const own = at(i);
      if (value < least[own]) least[own] = value;
      if (value > greatest[own]) greatest[own] = value;
    }
    if (overlap(least, greatest)) return false;
  }
  return true;
}

/** Whether two of the ranges touch; a range that is empty as yet touches none. */
function overlap(least: Float64Array, greatest: Float64Array): boolean {
  const order = Array.from(least.keys()).filter((k) => least[k] <= greatest[k]);
  order.sort((a, b) => least[a] - least[b]);
  return order.some((k, i) => i > 0 && least[k] <= greatest[order[i - 1]]);
}

function numberLeak(column: Column, rows: Int32Array, goal: Column, target: string): string | undefined {
  if (goal.kind !== 'number') return undefined;
  if (column.kind === 'category') {
    const share = varianceLeft(column, rows, goal.values);
    return share !== undefined && share <= left ? `its value tells ${JSON.stringify(target)}` : undefined;
  }
  const correlation = correlationOf(column.values, goal.values, rows);
  if (!(Math.abs(correlation) > suspectCorrelation)) return undefined;
  return `its correlation with ${JSON.stringify(target)} is ${correlation.toFixed(6)}`;
}

/** Pearson's correlation over the rows in which both have a value; NaN when they are few, or one does not vary. */
function correlationOf(x: Float64Array, y: Float64Array, rows: Int32Array): number {
  const both = rows.filter((row) => !Number.isNaN(x[row]) && !Number.isNaN(y[row]));
  if (both.length < fewestRows) return Number.NaN;
  const mean = (values: Float64Array) => both.reduce((sum, row) => sum + values[row] / both.length, 0);
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const row of both) {
    const [dx, dy] = [x[row] - meanX, y[row] - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / (Math.sqrt(xx) * Math.sqrt(yy));
}

/** Share of the variance of `y` that is within the values of the column; undefined when these are too many to tell. */
function varianceLeft(column: CategoryColumn, rows: Int32Array, y: Float64Array): number | undefined {
  const sums = new Map<number, { count: number; mean: number; squares: number }>();
  const all = { count: 0, mean: 0, squares: 0 };
  for (const row of rows) {
    const code = column.codes[row];
    let own = sums.get(code);
    if (!own) {
      if ((sums.size + 1) * rowsPerValue > rows.length) return undefined;
      own = { count: 0, mean: 0, squares: 0 };
      sums.set(code, own);
    }
    // Welford 1962, Technometrics 4(3), 419-420.
    for (const part of [own, all]) {
      const gap = y[row] - part.mean;
      part.mean += gap / ++part.count;
      part.squares += gap * (y[row] - part.mean);
    }
  }
  let within = 0;
  for (const { squares } of sums.values()) within += squares;
  return all.squares > 0 ? within / all.squares : undefined;
}

/** A number for each different cell; one for all missing ones. */
function cellOf(column: Column): (row: number) => number {
  return column.kind === 'number' ? cellReader(column) : (row) => column.codes[row];
}
