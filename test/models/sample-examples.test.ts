import { expect, test } from 'vitest';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import type { Examples } from '../../lib/models/model.ts';
import { sampleExamples } from '../../lib/models/sample-examples.ts';
import { blocksOf } from './some-examples.ts';

/** Rows whose two features, target and weight all tell the number of the row. */
function numbered(rowCount: number, home?: ReturnType<typeof kernelMemory>): Examples {
  const address = home?.allocate(rowCount * 8);
  const data = new Float32Array(home?.memory.buffer ?? new ArrayBuffer(rowCount * 8), address, rowCount * 2);
  for (let row = 0; row < rowCount; row++) data.set([row, -row], row * 2);
  return {
    features: { rowCount, columnCount: 2, data },
    targets: Float64Array.from({ length: rowCount }, (_, row) => row),
    weights: Float64Array.from({ length: rowCount }, (_, row) => row / 2),
    blockOffsets: blocksOf(rowCount, 1000),
  };
}

const rowsOf = (examples: Examples | undefined) => [...(examples?.targets ?? [])];

test('is runs of 64 rows at equal distances, each with its features, target and weight', () => {
  const sample = sampleExamples(numbered(1000), 192)?.examples;
  const runs = [0, 333, 666].flatMap((first) => Array.from({ length: 64 }, (_, i) => first + i));
  expect(rowsOf(sample)).toEqual(runs);
  expect([...(sample?.weights ?? [])]).toEqual(runs.map((row) => row / 2));
  const data = Float32Array.from(runs.flatMap((row) => [row, -row]));
  expect(sample?.features).toEqual({ rowCount: 192, columnCount: 2, data });
});

test('has blocks of 4,096 rows for threads to share', () => {
  const sample = sampleExamples(numbered(20_000), 10_000)?.examples;
  expect([...(sample?.blockOffsets ?? [])]).toEqual([0, 4096, 8192, 9984]);
});

test('lies in the kernel memory of the rows, and gives its room back', () => {
  const home = kernelMemory();
  const all = numbered(200_000, home);
  const sample = sampleExamples(all, 64_000);
  const data = sample?.examples.features.data as Float32Array;
  expect(data.buffer).toBe(home.memory.buffer);
  expect([...data]).toEqual([...(sampleExamples(numbered(200_000), 64_000)?.examples.features.data ?? [])]);
  sample?.release();
  expect(sampleExamples(all, 64_000)?.examples.features.data.byteOffset).toBe(data.byteOffset);
});

test('is none of sparse rows, and none where no row of it has a weight', () => {
  const all = numbered(1000);
  const sparse = {
    rowCount: 1000,
    columnCount: 2,
    rowStarts: new Int32Array(1001),
    columns: new Int32Array(0),
    values: new Float32Array(0),
  };
  expect(sampleExamples({ ...all, features: sparse } as unknown as Examples, 192)).toBeUndefined();
  const weights = Float64Array.from({ length: 1000 }, (_, row) => (row % 333 < 64 ? 0 : 1));
  expect(sampleExamples({ ...all, weights }, 192)).toBeUndefined();
});
