import type { Matrix } from '../core/matrix.ts';
import { blockOffsets } from './block-offsets.ts';
import { type Encoding, kernelFeatures } from './encode.ts';
import { encodePackedInPlace } from './encode-packed.ts';
import { numberFacts } from './number-facts.ts';
import { type PackedNumbers, packedStride } from './packed.ts';
import type { NumberColumn, Table } from './table.ts';

/**
 * Encodes rows as `encodeRows` does, to the same bits, but overwrites the packed numbers that they are made of, so that
 * memory never has to hold both. Reading a packed number of the table throws from then on.
 *
 * @param rows ascending
 * @returns shape [rows.length, encoding.columns.length]
 * @throws Error when `canEncodeInPlace` does not hold
 */
export function encodeInPlace(encoding: Encoding, table: Table, rows: Int32Array): Matrix {
  const { numbers } = table;
  const features = kernelFeatures(encoding, table);
  if (!numbers?.room || !features) throw new Error('expected numbers that can be encoded in place, found others');
  const columnCount = encoding.columns.length;
  const { memory, blocks, room } = numbers;
  const packed = { numbers, blocks, firstBlock: 0, rows, offsets: blockOffsets(table, rows) };
  encodePackedInPlace(packed, features, { address: room.address, columnCount });
  const data = new Float32Array(memory.memory.buffer, room.address, rows.length * columnCount);
  const end = Math.ceil((room.address + data.byteLength) / 64) * 64;
  memory.release(end, room.address + room.bytes - end);
  invalidate(numbers);
  return { rowCount: rows.length, columnCount, data };
}

/**
 * Whether rows can be encoded in place: the numbers lie together in memory, and kernels encode all features and cells.
 *
 * @param rows ascending
 */
export function canEncodeInPlace(encoding: Encoding, table: Table, rows: Int32Array): boolean {
  const { numbers } = table;
  if (!numbers?.room || numbers.source) return false;
  const features = kernelFeatures(encoding, table);
  const fits = features?.every(({ from, to }) => to <= from) && encoding.columns.length <= packedStride(numbers);
  return fits === true && isFiniteEncoded(encoding, table, rows);
}

/** Whether all encoded cells will be finite: true when those of the smallest and the largest number of each column are. */
function isFiniteEncoded({ features }: Encoding, table: Table, rows: Int32Array): boolean {
  return features.every((feature) => {
    if (feature.kind !== 'number') return false;
    const { min, max } = numberFacts(table, numberColumn(table, feature.name), rows);
    const { mean, scale, impute } = feature;
    return [min, max, impute].every((value) => Number.isFinite(Math.fround((value - mean) / scale)));
  });
}

const numberColumn = ({ columns }: Table, name: string): NumberColumn =>
  columns.find((column) => column.name === name) as NumberColumn;

/** Makes every later read of the numbers throw, as their memory now holds encoded features. */
function invalidate(numbers: PackedNumbers): void {
  const refuse = (): never => {
    throw new Error('expected packed numbers, found that they have given their memory to encoded features');
  };
  numbers.blocks = numbers.blocks.map((block) => ({ ...block, address: Number.NaN }));
  numbers.source = {
    stretches: Int32Array.of(0, numbers.blocks.length),
    current: -1,
    load: refuse,
    spareBytes: 0,
    close() {},
  };
  delete numbers.room;
}
