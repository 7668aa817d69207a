import { expect, test } from 'vitest';
import { encodeSparse, fitSparse, type SparseTable } from '../../lib/data/encode-sparse.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import { homeOf, kernelMemory, releaseMatrix } from '../../lib/kernels/instantiate.ts';
import { onThisThread } from '../../lib/kernels/pool.ts';
import { bytesObject } from '../support/bytes-object.ts';

const rowCount = 10_000;
const text = Array.from({ length: rowCount }, (_, row) => {
  const cells = Array.from({ length: 9 }, (_, k) => `${1 + k * 5 + (row % 5)}:${((row * 31 + k * 7) % 40) / 4 - 5}`);
  return `${row % 2} ${cells.join(' ')}\n`;
}).join('');

async function encode(options: ReadOptions) {
  const table = (await readTable([bytesObject('a.svm', text)], { format: 'libsvm', ...options })) as SparseTable;
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  return encodeSparse(fitSparse(table, rows), table, rows);
}

test('LIBSVM features that are read with a pool are encoded where its kernels find them, to the same numbers', async () => {
  const pool = onThisThread(kernelMemory());
  const [here, elsewhere] = [await encode({ packed: { pool } }), await encode({})];
  expect(here).toEqual(elsewhere);
  for (const view of [here.data, here.columns, here.rowStarts]) expect(homeOf(view)).toBe(pool.memory);
  for (const view of [elsewhere.data, elsewhere.columns]) expect(homeOf(view)).toBeUndefined();
});

test('encoding and releasing them repeatedly takes the memory of one time', async () => {
  const pool = onThisThread(kernelMemory());
  releaseMatrix(await encode({ packed: { pool } }));
  const before = pool.memory.memory.buffer.byteLength;
  for (let i = 0; i < 5; i++) releaseMatrix(await encode({ packed: { pool } }));
  expect(pool.memory.memory.buffer.byteLength).toBe(before);
});
