/**
 * At most 33 integers in Parquet's DELTA_BINARY_PACKED: one block of 128, whose first miniblock has 32 bits for each value.
 *
 * @see Apache Parquet, parquet-format 2.11, Encodings.md
 */
export function deltasOf(values: readonly number[]): number[] {
  const [blockValues, miniblocks, leastDelta] = [[128, 1], 4, 0];
  const deltas = Array.from({ length: 32 }, (_, i) => (i + 1 < values.length ? values[i + 1] - values[i] : 0));
  const packed = new Uint8Array(Int32Array.from(deltas).buffer);
  return [...blockValues, miniblocks, values.length, ...varint(2 * values[0]), leastDelta, 32, 0, 0, 0, ...packed];
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
