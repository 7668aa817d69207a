import type { SparseTable } from '../encode-sparse.ts';
import { findColumn } from '../lookup.ts';
import {
  type Classes,
  classesOf,
  fewestOthers,
  fewestRows,
  left,
  rowsPerValue,
  type SuspectedLeak,
  suspectCorrelation,
} from './leaks.ts';

/**
 * Sparse features that alone predict the target (nearly) perfectly, by the rules of `suspectedLeaks`. A cell that is not
 * written, or missing, is zero.
 *
 * @param rows the training rows, with a target in each
 * @param names which features to look at: their indices, from 1
 */
export function suspectedSparseLeaks(
  table: SparseTable,
  rows: Int32Array,
  { target, isRegression, names }: { target: string; isRegression: boolean; names: readonly string[] },
): SuspectedLeak[] {
  const goal = findColumn(table, target, 'target');
  if (rows.length < fewestRows || (isRegression && goal.kind !== 'number')) return [];
  const classes = isRegression ? undefined : classesOf(goal, rows);
  if (classes && classes.others < fewestOthers) return [];
  const leakOf =
    classes === undefined
      ? correlationLeak(target, goal.kind === 'number' ? Float64Array.from(rows, (row) => goal.values[row]) : undefined)
      : classLeak(target, rows.length, classes);
  const columns = byColumn(table, rows);
  return names.flatMap((name) => {
    const reason = leakOf(columns(Number(name) - 1));
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/** The nonzero cells of one feature: at which of the training rows they stand, and what they are. */
interface Cells {
  positions: Int32Array;
  values: Float64Array;
}

function byColumn({ sparse }: SparseTable, rows: Int32Array): (column: number) => Cells {
  const { rowStarts, columns, data, columnCount } = sparse;
  const starts = new Float64Array(columnCount + 1);
  const isKept = (at: number) => data[at] !== 0 && !Number.isNaN(data[at]);
  for (const row of rows) {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) if (isKept(at)) starts[columns[at] + 1]++;
  }
  for (let column = 0; column < columnCount; column++) starts[column + 1] += starts[column];
  const [positions, values] = [new Int32Array(starts[columnCount]), new Float64Array(starts[columnCount])];
  const ends = starts.slice(0, columnCount);
  for (const [position, row] of rows.entries()) {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) {
      if (!isKept(at)) continue;
      const to = ends[columns[at]]++;
      positions[to] = position;
      values[to] = data[at];
    }
  }
  return (column) => ({
    positions: positions.subarray(starts[column], starts[column + 1]),
    values: values.subarray(starts[column], starts[column + 1]),
  });
}

function classLeak(target: string, rowCount: number, classes: Classes): (cells: Cells) => string | undefined {
  const totals = new Int32Array(classes.count);
  for (let i = 0; i < rowCount; i++) totals[classes.at(i)]++;
  return (cells) => {
    const zeros = totals.slice();
    for (const position of cells.positions) zeros[classes.at(position)]--;
    const errors = errorsByValue(cells, zeros, rowCount, classes);
    if (errors !== undefined && errors <= left * classes.others) {
      return `its value tells ${JSON.stringify(target)} in ${rowCount - errors} of ${rowCount} training rows`;
    }
    if (!isParted(cells, zeros, classes)) return undefined;
    return `its order parts the values of ${JSON.stringify(target)} without an error`;
  };
}

/** Rows that are not of the most frequent class of their value; undefined when there are too many values to tell. */
function errorsByValue(
  { positions, values }: Cells,
  zeros: Int32Array,
  rowCount: number,
  { at, count }: Classes,
): number | undefined {
  const byValue = new Map<number, Int32Array>([[0, zeros]]);
  for (let i = 0; i < positions.length; i++) {
    let sizes = byValue.get(values[i]);
    if (!sizes) {
      if ((byValue.size + 1) * rowsPerValue > rowCount) return undefined;
      sizes = new Int32Array(count);
      byValue.set(values[i], sizes);
    }
    sizes[at(positions[i])]++;
  }
  let errors = rowCount;
  for (const sizes of byValue.values()) errors -= largest(sizes);
  return errors;
}

/** Whether each class is one stretch of the ascending values, the zeros among them, and equal values are of one class. */
function isParted({ positions, values }: Cells, zeros: Int32Array, { at, count }: Classes): boolean {
  const zeroCount = zeros.reduce((sum, size) => sum + size, 0);
  if (largest(zeros) < zeroCount) return false;
  const cells = Array.from(positions, (position, i) => ({ value: values[i], kind: at(position) }));
  if (zeroCount > 0) cells.push({ value: 0, kind: zeros.findIndex((size) => size > 0) });
  cells.sort((a, b) => a.value - b.value);
  let stretches = 1;
  for (let i = 1; i < cells.length; i++) {
    if (cells[i].kind === cells[i - 1].kind) continue;
    if (++stretches > count || cells[i].value === cells[i - 1].value) return false;
  }
  return stretches === count;
}

const largest = (sizes: Int32Array): number => sizes.reduce((most, size) => Math.max(most, size), 0);

/** By Pearson's correlation, over all rows. */
function correlationLeak(target: string, y = new Float64Array(0)): (cells: Cells) => string | undefined {
  const rowCount = y.length;
  const meanY = y.reduce((sum, value) => sum + value / rowCount, 0);
  const gaps = y.map((value) => value - meanY);
  const [gapSum, squares] = [gaps.reduce((sum, gap) => sum + gap, 0), gaps.reduce((sum, gap) => sum + gap * gap, 0)];
  return ({ positions, values }) => {
    const mean = values.reduce((sum, value) => sum + value / rowCount, 0);
    // Of the rows in which the feature is zero, all at once.
    let [ofSquares, product, zeroGaps] = [(rowCount - positions.length) * mean * mean, 0, gapSum];
    for (let i = 0; i < positions.length; i++) {
      const [gapX, gapY] = [values[i] - mean, gaps[positions[i]]];
      ofSquares += gapX * gapX;
      product += gapX * gapY;
      zeroGaps -= gapY;
    }
    const correlation = (product - mean * zeroGaps) / (Math.sqrt(ofSquares) * Math.sqrt(squares));
    if (!(Math.abs(correlation) > suspectCorrelation)) return undefined;
    return `its correlation with ${JSON.stringify(target)} is ${correlation.toFixed(6)}`;
  };
}
