import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import type { StreamedMatrix } from '../../lib/core/streamed-matrix.ts';
import { encodeRows } from '../../lib/data/encode.ts';
import { canEncodeInPlace, encodeInPlace } from '../../lib/data/encode-in-place.ts';
import { fitEncoding } from '../../lib/data/fit-encoding.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { placeOf } from '../../lib/data/lookup.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import type { NumberColumn, Table } from '../../lib/data/table.ts';
import { takeRows } from '../../lib/data/take-rows.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../../lib/kernels/pool.ts';
import { workerPool } from '../../lib/kernels/worker-pool.ts';
import { fileObject } from '../support/file-object.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-in-place-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** More than two segments of text, so that encoded blocks have gaps between them; some cells are missing. */
const [rowCount, width] = [60_000, 30];
function csv(): string {
  const random = seededRandom(5);
  const lines = [`${Array.from({ length: width }, (_, i) => `n${i}`).join()},class`];
  for (let row = 0; row < rowCount; row++) {
    const cells = Array.from({ length: width }, (_, i) => (i === 3 && row % 7 === 0 ? '' : random.normal().toFixed(6)));
    lines.push(`${cells.join()},${row % 3 === 0 ? 'a' : 'b'}`);
  }
  return `${lines.join('\n')}\n`;
}
const text = csv();

async function read(pool: Pool, texts: readonly string[] = [text]): Promise<Table> {
  attachPool(pool);
  const objects = await Promise.all(texts.map((each, i) => fileObject(folder, `${i}.csv`, each)));
  const table = await readPacked(objects, { single: () => true }, { pool, leastBytes: 1 });
  if (!table) throw new Error('expected kernels to take it on');
  return table;
}

const onOne = (): Pool => {
  const memory = kernelMemory();
  return onThisThread(memory, kernelHost(memory.memory));
};

const every = (step: number, offset = 0): Int32Array =>
  Int32Array.from({ length: Math.ceil((rowCount - offset) / step) }, (_, i) => offset + i * step);
const training = Int32Array.from(every(1).filter((row) => row % 5 !== 2));

test.each([1, 3])('%i threads encode in place what they encode elsewhere, to the bit', async (threads) => {
  const memory = kernelMemory();
  const pool =
    threads === 1 ? onOne() : workerPool({ memory, threads, workerSource, imports: kernelHost(memory.memory) });
  try {
    const table = await read(pool);
    expect(table.blocks.length).toBeGreaterThan(1);
    const encoding = fitEncoding(table, training, { exclude: ['class', 'n0', 'n9'] });
    expect(encoding.columns.length).toBe(width - 2);
    const elsewhere = encodeRows(encoding, table, training).data.slice();
    expect(canEncodeInPlace(encoding, table, training)).toBe(true);
    const { data, ...shape } = encodeInPlace(encoding, table, training);
    expect(shape).toEqual({ rowCount: training.length, columnCount: width - 2 });
    expect(Buffer.from(data.slice().buffer).equals(Buffer.from(elsewhere.buffer))).toBe(true);
  } finally {
    (pool as { close?(): void }).close?.();
  }
});

test('reading a number that has given its memory away is an error', async () => {
  const table = await read(onOne());
  const encoding = fitEncoding(table, training, { exclude: ['class'] });
  encodeInPlace(encoding, table, training);
  expect(() => (table.columns[0] as NumberColumn).values).toThrow('given their memory to encoded features');
  expect(() => (encodeRows(encoding, table, training) as StreamedMatrix).load(0)).toThrow('given their memory');
  expect(() => takeRows(table, training)).toThrow('that all lie in memory');
  expect(canEncodeInPlace(encoding, table, training)).toBe(false);
});

test('columns that are not numeric, won’t stay so, or aren’t contiguous are not encoded in place', async () => {
  const table = await read(onOne());
  const numbers = fitEncoding(table, training, { exclude: ['class'] });
  expect(canEncodeInPlace(numbers, table, training)).toBe(true);
  expect(canEncodeInPlace(fitEncoding(table, training), table, training)).toBe(false);
  const [first, ...others] = numbers.features;
  const tiny = { ...numbers, features: [{ ...first, scale: 1e-300 } as typeof first, ...others] };
  expect(canEncodeInPlace(tiny, table, training)).toBe(false);
  const turned = { ...numbers, features: numbers.features.toReversed() };
  expect(canEncodeInPlace(turned, table, training)).toBe(false);
  const two = await read(onOne(), [text, text]);
  expect(canEncodeInPlace(fitEncoding(two, training, { exclude: ['class'] }), two, training)).toBe(false);
});

test('many rows taken out of a table are encoded a stretch at a time, to the same bits', async () => {
  const table = await read(onOne());
  const encoding = fitEncoding(table, training, { exclude: ['class'] });
  const expected = encodeRows(encoding, table, training).data.slice();
  const taken = takeRows(table, training);
  const streamed = encodeRows(encoding, taken, Int32Array.from(training.keys())) as StreamedMatrix;
  const { firstRows, columnCount } = streamed;
  expect(firstRows.length).toBeGreaterThan(2);
  expect(firstRows.at(-1)).toBe(training.length);
  for (let stretch = 0; stretch + 1 < firstRows.length; stretch++) {
    streamed.load(stretch);
    const [from, end] = [firstRows[stretch] * columnCount, firstRows[stretch + 1] * columnCount];
    expect(streamed.data.subarray(0, end - from)).toEqual(expected.subarray(from, end));
  }
  expect((taken.columns[1] as NumberColumn).values).toEqual(
    Float64Array.from(training, (row) => (table.columns[1] as NumberColumn).values[row]),
  );
});

test('rows taken out of a table keep their cells, their order and their blocks', async () => {
  const table = await read(onOne());
  const rows = every(5, 2);
  const taken = takeRows(table, rows);
  expect(taken.rowCount).toBe(rows.length);
  for (const [i, column] of table.columns.entries()) {
    const own = taken.columns[i];
    if (column.kind === 'number') {
      expect((own as NumberColumn).values).toEqual(Float64Array.from(rows, (row) => column.values[row]));
    } else expect(own).toEqual({ ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) });
  }
  expect(taken.rowHashes).toEqual(Uint32Array.from(rows, (row) => table.rowHashes[row]));
  for (const i of [0, 1, rows.length - 1]) expect(placeOf(taken, i)).toBe(placeOf(table, rows[i]));
  expect(taken.blocks.length).toBe(table.blocks.length);
  for (const [i, { firstRow, rowCount: count }] of taken.blocks.entries()) {
    const [block, own] = [table.blocks[i], rows.subarray(firstRow, firstRow + count)];
    expect(own.every((row) => row >= block.firstRow && row < block.firstRow + block.rowCount)).toBe(true);
  }
  // None of these rows are in the first block.
  expect(takeRows(table, rows.subarray(rows.length - 3)).blocks[0]).toEqual({ firstRow: 0, rowCount: 0 });
});
