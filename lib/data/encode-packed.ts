import * as kernel from '../kernels/columns.generated.ts';
import { poolOf } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import type { NumberEncoding } from './feature-encoding.ts';
import { type PackedRows, placeStretch } from './number-facts.ts';
import { type PackedNumbers, packedStride } from './packed.ts';

/** A value becomes (value - mean) / scale, where a missing value counts as `impute`. */
type Scale = Pick<NumberEncoding, 'mean' | 'scale' | 'impute'>;

/** A number feature whose column is packed: where it stands there, and in the encoded matrix. */
export interface PackedFeature {
  feature: Scale;
  from: number;
  to: number;
}

/** Room for a matrix beside packed numbers, which need not be written: it is zero. */
export function packedMatrix({ memory }: PackedNumbers, rowCount: number, columnCount: number): Float32Array {
  const address = memory.allocate(rowCount * columnCount * 4);
  return new Float32Array(memory.memory.buffer, address, rowCount * columnCount);
}

/**
 * Encodes features by the kernel of lib/kernels/assembly/columns.ts, into a matrix in the memory of the packed numbers.
 *
 * @param features in ascending order of `to`
 * @returns whether all encoded numbers are finite
 */
export function encodePacked(
  packed: PackedRows,
  features: readonly PackedFeature[],
  { data, columnCount }: { data: Float32Array; columnCount: number },
): boolean {
  const { memory: home } = packed.numbers;
  const { description, count, flags } = describeEncoding(packed, features, { address: data.byteOffset, columnCount });
  poolOf(home).run(kernel, 'encodeColumns', description, count, 64);
  return new Uint32Array(home.memory.buffer, flags, count).every((flag) => flag === 0);
}

/**
 * The same in place: the encoded rows, from `address` on, overwrite the packed ones.
 *
 * All blocks must lie in memory, in their order, none before `address`. The result must have no more columns than a packed
 * row, no column behind the one that it is made of, and only finite numbers: a number that is not finite could no longer
 * be traced to its cell.
 */
export function encodePackedInPlace(
  packed: PackedRows,
  features: readonly PackedFeature[],
  { address, columnCount }: { address: number; columnCount: number },
): void {
  const { memory: home } = packed.numbers;
  const { description, count } = describeEncoding(packed, features, { address, columnCount });
  poolOf(home).run(kernel, 'encodeOver', description, count, 64);
}

/** Copies rows unchanged into one matrix without gaps: shape [rows.length, packedStride(numbers)]. */
export function copyPacked(packed: PackedRows): Float32Array {
  const { memory: home } = packed.numbers;
  const stride = packedStride(packed.numbers);
  const data = packedMatrix(packed.numbers, packed.rows.length, stride);
  const { room, count, blocks, rows, offsets } = placeStretch(packed);
  const description = writeStruct(room, { 0: blocks, 4: stride * 4, 8: rows, 12: offsets, 16: data.byteOffset });
  poolOf(home).run(kernel, 'copyRows', description, count, 64);
  return data;
}

function describeEncoding(
  packed: PackedRows,
  features: readonly PackedFeature[],
  { address, columnCount }: { address: number; columnCount: number },
): { description: number; count: number; flags: number } {
  const { room, count, blocks, rows, offsets } = placeStretch(packed);
  const ofColumns = (pick: (feature: Scale) => number) => {
    const values = new Float64Array(columnCount);
    for (const { feature, to } of features) values[to] = pick(feature);
    return placeArray(room, values);
  };
  const flags = room.allocate(count * 4);
  const description = writeStruct(room, {
    0: blocks,
    4: packedStride(packed.numbers) * 4,
    8: rows,
    12: offsets,
    16: address,
    20: columnCount,
    24: placeArray(room, runsOf(features)),
    28: ofColumns(({ mean }) => mean),
    32: ofColumns(({ scale }) => scale),
    36: ofColumns(({ impute }) => impute),
    40: flags,
    44: room.allocate(count * 4),
  });
  return { description, count, flags };
}

/** Features that stand side by side here and there, as triples of place, place and count. */
function runsOf(features: readonly PackedFeature[]): Uint32Array {
  const runs: [from: number, to: number, count: number][] = [];
  for (const { from, to } of features) {
    const last = runs.at(-1);
    if (last && last[0] + last[2] === from && last[1] + last[2] === to) last[2]++;
    else runs.push([from, to, 1]);
  }
  return Uint32Array.from([...runs.flat(), 0, 0, 0]);
}
