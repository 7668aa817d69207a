import { findColumn } from '../lookup.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';

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
 *   naming the most frequent class makes; and a column of numbers that, in ascending order, has each class in one
 *   stretch of its own. Missing cells count as a value;
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
    const reason = classes ? classLeak(column, rows, classes, target) : numberLeak(column, rows, goal, target);
    return reason === undefined ? [] : [{ name, reason }];
  });
}

export interface Classes {
  /** Class of each row, from 0. */
  of: Int32Array;
  count: number;
  /** Rows that are not of the most frequent class. */
  others: number;
}

export function classesOf(goal: Column, rows: Int32Array): Classes {
  const cellAt = cellReader(goal);
  const numbers = new Map<number, number>();
  const of = Int32Array.from(rows, (row) => {
    const cell = cellAt(row);
    const known = numbers.get(cell);
    if (known !== undefined) return known;
    numbers.set(cell, numbers.size);
    return numbers.size - 1;
  });
  const sizes = new Int32Array(numbers.size);
  for (const k of of) sizes[k]++;
  return { of, count: numbers.size, others: rows.length - sizes.reduce((most, size) => Math.max(most, size), 0) };
}

function classLeak(column: Column, rows: Int32Array, classes: Classes, target: string): string | undefined {
  const errors = errorsByValue(column, rows, classes);
  if (errors !== undefined && errors <= left * classes.others) {
    const told = rows.length - errors;
    return `its value tells ${JSON.stringify(target)} in ${told} of ${rows.length} training rows`;
  }
  if (column.kind === 'number' && isParted(column, rows, classes)) {
    return `its order parts the values of ${JSON.stringify(target)} without an error`;
  }
  return undefined;
}

/** Rows that are not of the most frequent class of their value; undefined when there are too many values to tell. */
function errorsByValue(column: Column, rows: Int32Array, { of, count }: Classes): number | undefined {
  const cellAt = cellReader(column);
  const byValue = new Map<number, Int32Array>();
  for (let i = 0; i < rows.length; i++) {
    const cell = cellAt(rows[i]);
    let sizes = byValue.get(cell);
    if (!sizes) {
      if ((byValue.size + 1) * rowsPerValue > rows.length) return undefined;
      sizes = new Int32Array(count);
      byValue.set(cell, sizes);
    }
    sizes[of[i]]++;
  }
  let errors = rows.length;
  for (const sizes of byValue.values()) errors -= sizes.reduce((most, size) => Math.max(most, size), 0);
  return errors;
}

/** Whether each class is one stretch of the ascending values, and equal values are of one class. */
function isParted({ values }: NumberColumn, rows: Int32Array, { of, count }: Classes): boolean {
  const order = Int32Array.from(rows, (_, i) => i).filter((i) => !Number.isNaN(values[rows[i]]));
  if (order.length < fewestRows || order.length < rows.length) return false;
  order.sort((a, b) => values[rows[a]] - values[rows[b]]);
  let stretches = 1;
  for (let k = 1; k < order.length; k++) {
    if (of[order[k]] === of[order[k - 1]]) continue;
    if (++stretches > count || values[rows[order[k]]] === values[rows[order[k - 1]]]) return false;
  }
  return stretches === count;
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
function cellReader(column: Column): (row: number) => number {
  return column.kind === 'number' ? (row) => column.values[row] : (row) => column.codes[row];
}
