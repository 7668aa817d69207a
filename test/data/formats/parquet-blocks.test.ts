import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { typedBlockHash, typedBlocks } from '../../../lib/data/formats/parquet-blocks.ts';

const sha256 = (numbers: Float32Array | Float64Array) => createHash('sha256').update(numbers).digest('hex');
const hashOf = (values: number[]) => typedBlocks(['x'], [{ values: Float64Array.from(values) }], values.length, true);

test('numbers that float32 holds, missing ones among them, are hashed as float32', () => {
  const values = [1, -0, 0.5, 2 ** 24, Number.NaN, 2 ** -149, -(2 ** 127)];
  expect(hashOf(values)).toEqual([
    { rowCount: 7, hash: typedBlockHash(['x'], [`4:${sha256(Float32Array.from(values))}`]) },
  ]);
});

test.each([2 ** 24 + 1, 0.1, 1e300, 5e-324])('one number that it rounds, %d, makes them float64', (rounded) => {
  const values = [1, 2, Number.NaN, rounded];
  expect(hashOf(values)).toEqual([
    { rowCount: 4, hash: typedBlockHash(['x'], [`8:${sha256(Float64Array.from(values))}`]) },
  ]);
});

test('float64 and float32 of the same bytes are told apart', () => {
  const doubles = [0.1, 0.7];
  const singles = [...new Float32Array(Float64Array.from(doubles).buffer)];
  expect(hashOf(singles)[0].hash).not.toBe(hashOf(doubles)[0].hash);
});
