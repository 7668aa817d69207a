import { checkInteger } from '../../core/checks.ts';
import { InputError } from '../../core/errors.ts';
import { quantile } from '../../core/statistics.ts';

/** A column to slice by. */
export type SliceColumn =
  /** NaN where it is missing. */
  | { name: string; kind: 'number'; values: ArrayLike<number> }
  /** Place among `levels`, −1 where it is missing. */
  | { name: string; kind: 'category'; codes: ArrayLike<number>; levels: readonly string[] };

/** What a row must be to stand in a slice. */
export interface Condition {
  column: string;
  /** The value, `missing`, or the bin, such as `[10, 20)`, the last `[20, 30]`. */
  value: string;
}

/** The rows that share a value, a bin, or a pair of them. */
export interface Slice {
  conditions: Condition[];
  rows: Uint32Array;
}

export interface SliceOptions {
  /** Bins of a number: as many quantiles, fewer where they coincide. A number with no more values is sliced by value. */
  bins?: number;
  /** Slices with fewer rows are left out. */
  leastRows?: number;
  /** Values of a category that make slices, the most frequent ones; the others are left out. */
  mostValues?: number;
}

/**
 * Slices by each column, and by pairs of columns.
 *
 * @param by columns, each a slice for every value; pairs likewise, for every pair of values
 * @throws InputError when columns have different lengths, or a pair names no column
 */
export function sliceRows(
  columns: readonly SliceColumn[],
  { pairs = [], ...options }: SliceOptions & { pairs?: readonly (readonly [string, string])[] } = {},
): Slice[] {
  const { leastRows = 30 } = options;
  checkInteger('leastRows', leastRows, 1);
  const cuts = new Map(columns.map((column) => [column.name, cut(column, options)]));
  const length = columns.length > 0 ? lengthOf(columns[0]) : 0;
  for (const column of columns) {
    if (lengthOf(column) !== length) {
      throw new InputError(`slices, ${column.name}: expected ${length} rows, found ${lengthOf(column)}`);
    }
  }
  const named = (name: string) => {
    const found = cuts.get(name);
    if (!found) throw new InputError(`slices: expected one of ${[...cuts.keys()].join(', ')}, found "${name}"`);
    return { name, ...found };
  };
  const single = columns.flatMap(({ name }) => collect([named(name)], length, leastRows));
  return [...single, ...pairs.flatMap((pair) => collect(pair.map(named), length, leastRows))];
}

/** Of each row, the place of its label; −1 where it is left out. */
interface Cut {
  codes: Int32Array;
  labels: string[];
}

function cut(column: SliceColumn, { bins = 4, mostValues = 50 }: SliceOptions): Cut {
  checkInteger('bins', bins, 1);
  if (column.kind === 'category') {
    const { codes, levels } = column;
    return frequent(
      Int32Array.from(codes, (code) => (code < 0 ? levels.length : code)),
      [...levels, 'missing'],
      mostValues,
    );
  }
  const values = Float64Array.from(column.values);
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = known.filter((value, i) => i === 0 || value !== known[i - 1]);
  if (distinct.length <= bins) {
    const places = new Map([...distinct].map((value, place) => [value, place]));
    const codes = Int32Array.from(values, (value) => places.get(value) ?? distinct.length);
    return { codes, labels: [...Array.from(distinct, String), 'missing'] };
  }
  const inner = Array.from({ length: bins - 1 }, (_, i) => quantile(known, (i + 1) / bins));
  const edges = inner.filter((edge, i) => edge > (i > 0 ? inner[i - 1] : known[0]));
  const ends = [known[0], ...edges, known[known.length - 1]];
  const labels = edges.map((_, i) => `[${shortNumber(ends[i])}, ${shortNumber(ends[i + 1])})`);
  labels.push(`[${shortNumber(ends[edges.length])}, ${shortNumber(ends[edges.length + 1])}]`, 'missing');
  const binOf = (value: number) => {
    const above = edges.findIndex((edge) => value < edge);
    return above < 0 ? edges.length : above;
  };
  return { codes: Int32Array.from(values, (value) => (Number.isNaN(value) ? edges.length + 1 : binOf(value))), labels };
}

function frequent(codes: Int32Array, labels: string[], most: number): Cut {
  const counts = new Int32Array(labels.length);
  for (const code of codes) counts[code]++;
  const kept = new Set([...labels.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, most));
  return { codes: codes.map((code) => (kept.has(code) ? code : -1)), labels };
}

function collect(cuts: readonly (Cut & { name: string })[], length: number, leastRows: number): Slice[] {
  const places = new Float64Array(length).fill(-1);
  const counts = new Map<number, number>();
  for (let row = 0; row < length; row++) {
    if (cuts.some(({ codes }) => codes[row] < 0)) continue;
    places[row] = cuts.reduce((place, { codes, labels }) => place * labels.length + codes[row], 0);
    counts.set(places[row], (counts.get(places[row]) ?? 0) + 1);
  }
  const large = [...counts].filter(([, count]) => count >= leastRows).sort(([a], [b]) => a - b);
  const slices = new Map(large.map(([place, count]) => [place, { rows: new Uint32Array(count), filled: 0 }]));
  for (let row = 0; row < length; row++) {
    const slice = slices.get(places[row]);
    if (slice) slice.rows[slice.filled++] = row;
  }
  return [...slices].map(([place, { rows }]) => ({ conditions: conditionsOf(place, cuts), rows }));
}

function conditionsOf(place: number, cuts: readonly (Cut & { name: string })[]): Condition[] {
  let rest = place;
  const conditions: Condition[] = [];
  for (const { name, labels } of [...cuts].reverse()) {
    conditions.unshift({ column: name, value: labels[rest % labels.length] });
    rest = Math.floor(rest / labels.length);
  }
  return conditions;
}

const lengthOf = (column: SliceColumn) => (column.kind === 'number' ? column.values : column.codes).length;

const shortNumber = (value: number) => String(Number(value.toPrecision(6)));
