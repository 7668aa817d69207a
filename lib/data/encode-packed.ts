import * as kernel from '../kernels/columns.generated.ts';
import { poolOf } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { blockOffsets } from './block-offsets.ts';
import type { NumberEncoding } from './feature-encoding.ts';
import { placeBlocks, placeRows } from './number-facts.ts';
import { type PackedNumbers, packedStride } from './packed.ts';
import type { Table } from './table.ts';

/** A number feature whose column is packed: where it stands there, and in the encoded matrix. */
export interface PackedFeature {
  feature: NumberEncoding;
  from: number;
  to: number;
}

/** Room for a matrix beside packed numbers, which need not be written: it is zero. */
export function packedMatrix({ memory }: PackedNumbers, rowCount: number, columnCount: number): Float32Array {
  const address = memory.allocate(rowCount * columnCount * 4);
  return new Float32Array(memory.memory.buffer, address, rowCount * columnCount);
}

/**
 * Encodes features by the kernel of lib/kernels/assembly/columns.ts, into a matrix of `packedMatrix`.
 *
 * @param features in ascending order of `to`
 * @returns whether all encoded numbers are finite
 */
export function encodePacked(
  table: Table,
  numbers: PackedNumbers,
  rows: Int32Array,
  features: readonly PackedFeature[],
  { data, columnCount }: { data: Float32Array; columnCount: number },
): boolean {
  const { memory: home, blocks } = numbers;
  const ofColumns = (pick: (feature: NumberEncoding) => number) => {
    const values = new Float64Array(columnCount);
    for (const { feature, to } of features) values[to] = pick(feature);
    return placeArray(home, values);
  };
  const flags = home.allocate(blocks.length * 4);
  const description = writeStruct(home, {
    0: placeBlocks(numbers),
    4: packedStride(numbers) * 4,
    8: placeRows(numbers, rows),
    12: placeArray(home, blockOffsets(table, rows)),
    16: data.byteOffset,
    20: columnCount,
    24: placeArray(home, runsOf(features)),
    28: ofColumns(({ mean }) => mean),
    32: ofColumns(({ scale }) => scale),
    36: ofColumns(({ impute }) => impute),
    40: flags,
  });
  poolOf(home).run(kernel, 'encodeColumns', description, blocks.length, 64);
  return new Uint32Array(home.memory.buffer, flags, blocks.length).every((flag) => flag === 0);
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
