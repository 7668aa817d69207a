import { InputError } from '../core/errors.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import { blockOffsets } from './block-offsets.ts';
import type { ColumnPreparation, Encoding, NumberEncoding } from './feature-encoding.ts';
import { placeOf } from './lookup.ts';
import type { Table } from './table.ts';

/** A table whose features are sparse. */
export type SparseTable = Table & { sparse: SparseMatrix };

/** Whether the features of a table are sparse: those of LIBSVM are. */
export const hasSparse = (table: Table): table is SparseTable => table.sparse !== undefined;

/** The name of the sparse feature in a column from 0: its index in LIBSVM, which counts from 1. */
const nameOf = (column: number): string => String(column + 1);

/** What a pipeline says of sparse features. */
export interface SparseOptions {
  /** `standard` or `none`, as a pipeline's `prepare` says; nothing else keeps zeros. */
  scale?: unknown;
  /** The same of single features, by name, or `encode: none` to leave one out. */
  columns?: Readonly<Record<string, ColumnPreparation>>;
  /** Features to encode, by name; all by default. */
  include?: readonly string[];
  exclude?: readonly string[];
}

/**
 * Fits the encoding of a table's sparse features to some of its rows, the training part.
 *
 * Features are not centred, so that zeros stay zeros: with `standard` each is divided by its population standard
 * deviation. A missing value counts as zero, as one that is not written does. Features that are constant in the rows are
 * left out.
 *
 * @param rows ascending
 * @throws InputError at a preparation that would not keep zeros, when no feature is left, and when a spread overflows
 * @see scikit-learn 1.2, StandardScaler(with_mean=False)
 */
export function fitSparse(
  table: SparseTable,
  rows: Int32Array,
  { scale = 'standard', columns = {}, include, exclude = [] }: SparseOptions = {},
): Encoding {
  const usual = sparseScale(scale, 'prepare.scale');
  const own = new Map(Object.entries(columns).map(([name, choices]) => [name, ownChoices(name, choices)]));
  const { columnCount } = table.sparse;
  const means = columnMeans(table, rows);
  const deviations = columnDeviations(table, rows, means);
  const [chosen, excluded] = [include && new Set(include), new Set(exclude)];
  const encoding: Encoding = { features: [], columns: [], leftOut: [] };
  for (let column = 0; column < columnCount; column++) {
    const name = nameOf(column);
    if (excluded.has(name) || (chosen && !chosen.has(name))) continue;
    const { scale: ownScale = usual, isLeftOut = false } = own.get(name) ?? {};
    if (isLeftOut) {
      encoding.leftOut.push({ name, reason: 'by the request' });
      continue;
    }
    if (deviations[column] === 0) {
      encoding.leftOut.push({ name, reason: 'constant in the training rows' });
      continue;
    }
    if (!Number.isFinite(deviations[column])) {
      throw new InputError(`feature ${name}: expected numbers whose squares can be summed, found larger ones`);
    }
    const feature: NumberEncoding = {
      kind: 'number',
      name,
      impute: 0,
      mean: 0,
      scale: ownScale === 'none' ? 1 : deviations[column],
    };
    encoding.features.push(feature);
    encoding.columns.push({ name, feature: name });
  }
  if (encoding.features.length === 0) throw new InputError('expected a feature to learn from, found none that varies');
  return encoding;
}

type SparseScale = 'standard' | 'none';

function sparseScale(option: unknown, path: string): SparseScale {
  const name = typeof option === 'object' && option !== null && 'kind' in option ? option.kind : option;
  if (name === 'standard' || name === 'none') return name;
  throw new InputError(`${path}: expected standard or none for LIBSVM, whose zeros stay zeros, found another`);
}

/** @throws InputError at a choice that has no meaning where what is not written is zero */
function ownChoices(name: string, { scale, encode, ...rest }: ColumnPreparation) {
  const path = `prepare.columns, ${JSON.stringify(name)}`;
  const [other] = Object.keys(rest);
  if (other !== undefined || (encode !== undefined && encode !== 'none')) {
    throw new InputError(
      `${path}: expected scale, or encode: none, for LIBSVM, whose features are numbers, found ${other ?? `encode: ${encode}`}`,
    );
  }
  return {
    isLeftOut: encode === 'none',
    ...(scale !== undefined && { scale: sparseScale(scale, `${path}, scale`) }),
  };
}

/**
 * Encodes rows of a table's sparse features, in float64 rounded once to float32.
 *
 * Features of the table that the encoding does not name are ignored; those that it names and the table lacks are zero.
 *
 * @throws InputError when an encoding centres, and when an encoded value is too large for a float32
 */
export function encodeSparse(encoding: Encoding, table: SparseTable, rows: Int32Array): SparseMatrix {
  const { rowStarts, columns, data, columnCount } = table.sparse;
  const encoded = new Int32Array(columnCount).fill(-1);
  const scales = new Float64Array(columnCount);
  for (const [position, feature] of encoding.features.entries()) {
    const column = Number(feature.name) - 1;
    if (
      feature.kind !== 'number' ||
      feature.mean !== 0 ||
      feature.quantiles !== undefined ||
      feature.impute !== 0 ||
      !(Number.isInteger(column) && column >= 0)
    ) {
      throw new InputError(
        `${table.objects[0]?.key}: expected the columns that the model was trained on, found LIBSVM features`,
      );
    }
    if (column >= columnCount) continue;
    encoded[column] = position;
    scales[column] = feature.scale;
  }

  const starts = placed(table, Float64Array, rows.length + 1);
  const kept = (at: number) => encoded[columns[at]] >= 0 && !Number.isNaN(data[at]);
  rows.forEach((row, i) => {
    let count = 0;
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) if (kept(at)) count++;
    starts[i + 1] = starts[i] + count;
  });
  const elements = starts[rows.length];
  const [toColumns, values] = [placed(table, Int32Array, elements), placed(table, Float32Array, elements)];
  let to = 0;
  for (const row of rows) {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) {
      if (!kept(at)) continue;
      const value = Math.fround(data[at] / scales[columns[at]]);
      if (!Number.isFinite(value)) {
        throw new InputError(
          `${placeOf(table, row)}, feature ${nameOf(columns[at])}: expected a number that fits a float32 once encoded, ` +
            `found ${data[at]}`,
        );
      }
      toColumns[to] = encoded[columns[at]];
      values[to++] = value;
    }
  }
  return {
    rowCount: rows.length,
    columnCount: encoding.columns.length,
    rowStarts: starts,
    columns: toColumns,
    data: values,
  };
}

/** A vector of zeros, in the kernel memory that the table names, if it names one. */
function placed<View>(
  { sparseMemory }: Table,
  Vector: { BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, address: number, length: number): View },
  length: number,
): View {
  const bytes = Vector.BYTES_PER_ELEMENT * length;
  if (!sparseMemory) return new Vector(new ArrayBuffer(bytes), 0, length);
  const address = sparseMemory.allocate(bytes);
  return new Vector(sparseMemory.memory.buffer, address, length);
}

/** Mean of each feature over the rows, by blocks as every sum; what is not written counts as zero. */
function columnMeans(table: SparseTable, rows: Int32Array): Float64Array {
  const { rowStarts, columns, data, columnCount } = table.sparse;
  const sums = blockSums(table, rows, columnCount, (row, block) => {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++)
      if (!Number.isNaN(data[at])) block[columns[at]] += data[at];
  });
  return sums.map((sum) => sum / rows.length);
}

/**
 * Population standard deviation of each feature: the squares of what is written, and of the mean for each row in which
 * it is not, so that no difference of large sums is taken.
 */
function columnDeviations(table: SparseTable, rows: Int32Array, means: Float64Array): Float64Array {
  const { rowStarts, columns, data, columnCount } = table.sparse;
  const written = new Int32Array(columnCount);
  const varies = new Uint8Array(columnCount);
  const first = new Float64Array(columnCount).fill(Number.NaN);
  const sums = blockSums(table, rows, columnCount, (row, block) => {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) {
      if (Number.isNaN(data[at])) continue;
      const column = columns[at];
      const distance = data[at] - means[column];
      block[column] += distance * distance;
      if (written[column]++ === 0) first[column] = data[at];
      else if (data[at] !== first[column]) varies[column] = 1;
    }
  });
  return sums.map((sum, column) => {
    const absent = rows.length - written[column];
    const isConstant = written[column] === 0 || (absent === 0 && varies[column] === 0);
    return isConstant ? 0 : Math.sqrt((sum + absent * means[column] * means[column]) / rows.length);
  });
}

/** Sums over the rows of each block, the blocks' sums added as a balanced tree, of which few levels are held at a time. */
function blockSums(
  table: Table,
  rows: Int32Array,
  width: number,
  add: (row: number, block: Float64Array) => void,
): Float64Array {
  const offsets = blockOffsets(table, rows);
  const sumOf = (from: number, end: number): Float64Array => {
    if (end - from === 1) {
      const sums = new Float64Array(width);
      for (let i = offsets[from]; i < offsets[from + 1]; i++) add(rows[i], sums);
      return sums;
    }
    // The same tree as mergeBlocks: the left side holds the largest power of two below the count.
    const middle = from + (1 << (31 - Math.clz32(end - from - 1)));
    const sums = sumOf(from, middle);
    const right = sumOf(middle, end);
    for (let i = 0; i < width; i++) sums[i] += right[i];
    return sums;
  };
  return sumOf(0, offsets.length - 1);
}
