import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import { seededRandom } from '../../lib/core/random.ts';
import type { SpillDisk } from '../../lib/data/spill-file.ts';
import type { Context, JobProgress } from '../../lib/jobs/context.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openScoring, readScoring, score } from '../../lib/jobs/score.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { getText } from '../../lib/store/text.ts';
import { pipelineOf, sampleCsv, testContext } from '../support/jobs.ts';
import { writeParquet } from '../support/parquet-writer.ts';

// Evaluations and scorings of rows say the same to the byte, wherever the rows wait while they are not looked at.

/** A disk without room, so that rows must be read again. */
const fullDisk: SpillDisk = {
  freeBytes: () => 0,
  open() {
    throw new StoreError('expected nothing to be written to a full disk');
  },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-later-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [objectCount, objectRows] = [5, 12_000];
/** Bytes of memory in which the rows fit in parts, and not as a whole. */
const tight = 160 * 2 ** 20 + 4.3e6;

function csvObjects(): Record<string, Uint8Array> {
  // Without the ids, which are too many distinct texts for kernels.
  const [header, ...rows] = sampleCsv(objectCount * objectRows)
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(line.indexOf(',') + 1));
  const parts = Array.from({ length: objectCount }, (_, i) => rows.slice(i * objectRows, (i + 1) * objectRows));
  return Object.fromEntries(
    parts.map((part, i) => [`${i}.csv`, new TextEncoder().encode([header, ...part, ''].join('\n'))]),
  );
}

function parquetObjects(): Record<string, Uint8Array> {
  const random = seededRandom(5);
  const files = Array.from({ length: objectCount }, () => {
    const rows = Array.from({ length: objectRows }, () => Array.from({ length: 4 }, () => random.normal()));
    const numbers = [0, 1, 2, 3].map((i) => [`n${i}`, rows.map((row) => (i === 2 && row[i] > 1.5 ? null : row[i]))]);
    const isHigh = rows.map((row) => row[0] - 2 * row[3] + random.normal() > 1);
    return writeParquet({ ...Object.fromEntries(numbers), class: isHigh }, 3_000, { codec: 'SNAPPY' });
  });
  return Object.fromEntries(files.map((bytes, i) => [`${i}.parquet`, bytes]));
}

describe.each([
  ['CSV', 'exclude: [value]', csvObjects],
  ['Parquet', 'exclude: []', parquetObjects],
])('of %s', (title, exclude, objectsOf) => {
  const objects = objectsOf();

  /** What is said of the objects by a model that learned from the first of them. */
  async function saidOf(way: string, { limits = '', ...resources }: Way) {
    const ways = new Set<string>();
    const onProgress = (progress: JobProgress) => {
      if (progress.kind === 'streamed') ways.add(progress.way);
    };
    const store = folderStore(join(folder, `${title}-${way}-${resources.threads}`));
    const [[first, bytes]] = Object.entries(objects);
    await store.put(`datasets/t/${first}`, bytes);
    for (const [name, own] of Object.entries(objects)) await store.put(`datasets/new/${name}`, own);
    const training = testContext({ store });
    const data = `data: { path: datasets/t/, target: class, ${exclude}, limits: { ${limits} } }`;
    await runPipeline(training, pipelineOf(`name: t\ntask: binary\nstop: { steps: 3 }\n${data}`));
    const context = { ...testContext({ store, onProgress }), ...resources };
    const { report, metrics } = await evaluateModel(context, { name: 't', path: 'datasets/new/' });
    const {
      run: _run,
      version: _version,
      footprint: _footprint,
      request: _request,
      ...found
    } = await readReport(context, report);
    return { ways: [...ways], said: { metrics, found } };
  }

  test('evaluations are the same', { timeout: 120_000 }, async () => {
    const inMemory = await saidOf('in memory', { threads: 1 });
    expect(inMemory.ways).toEqual([]);
    expect(inMemory.said.found.data.rowCount).toBe(objectCount * objectRows);
    for (const threads of [1, 2, 3]) {
      const spilled = await saidOf('spilled', { memoryBytes: tight, threads });
      expect(spilled).toEqual({ ways: ['spilled'], said: inMemory.said });
      const again = await saidOf('read again', { memoryBytes: tight, disk: fullDisk, threads });
      expect(again).toEqual({ ways: ['re-read'], said: inMemory.said });
    }
  });

  test('what a reader of single rows finds is the same', async () => {
    const byKernels = await saidOf('in memory', { threads: 2 });
    // Kernels read rows of any length up to 256 KiB; a lower limit is left to the plain reader.
    const plain = await saidOf('plain', { limits: 'lineBytes: 200000', threads: 1 });
    expect(plain.said.metrics).toEqual(byKernels.said.metrics);
  });
});

/** Many numbers of many digits: an object of three segments. */
function wideCsv(rows: number): string {
  const random = seededRandom(7);
  const lines = [[...Array.from({ length: 28 }, (_, i) => `n${i}`), 'class'].join()];
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: 28 }, () => random.normal());
    lines.push([...cells.map((cell) => cell.toExponential(17)), cells[0] > cells[1] ? 'yes' : 'no'].join());
  }
  return `${lines.join('\n')}\n`;
}

test('predictions are the same', { timeout: 120_000 }, async () => {
  const text = wideCsv(28_000);
  const few = text.split('\n').slice(0, 2_000).join('\n');
  const predictionsOf = async (way: string, { limits = '', ...resources }: Way) => {
    const ways = new Set<string>();
    const onProgress = (progress: JobProgress) => {
      if (progress.kind === 'streamed') ways.add(progress.way);
    };
    const store = folderStore(join(folder, `score-${way}-${resources.threads}`));
    await store.put('datasets/t/0.csv', new TextEncoder().encode(few));
    await store.put('datasets/new/0.csv', new TextEncoder().encode(text));
    const data = `data: { path: datasets/t/, target: class, limits: { ${limits} } }`;
    await runPipeline(testContext({ store }), pipelineOf(`name: t\ntask: binary\nstop: { steps: 3 }\n${data}`));
    const context = { ...testContext({ store, onProgress }), ...resources };
    const { scoring } = await openScoring(context, { name: 't', input: 'datasets/new/' });
    expect(await score(context, { scoring })).toEqual({ scoring, done: true });
    const outputs = (await readScoring(context, scoring))?.outputs ?? [];
    expect(outputs).toHaveLength(1);
    return { ways: [...ways], predictions: await getText(store, outputs[0]) };
  };
  const { ways, predictions } = await predictionsOf('in memory', { threads: 1 });
  expect([ways, predictions.split('\n').length]).toEqual([[], 28_002]);
  const memoryBytes = 160 * 2 ** 20 + 6.2e6;
  for (const threads of [1, 2]) {
    expect(await predictionsOf('spilled', { memoryBytes, threads })).toEqual({ ways: ['spilled'], predictions });
    const again = await predictionsOf('again', { memoryBytes, disk: fullDisk, threads });
    expect(again).toEqual({ ways: ['re-read'], predictions });
  }
  const plain = await predictionsOf('plain', { limits: 'lineBytes: 200000', threads: 1 });
  expect(plain.predictions).toBe(predictions);
});

interface Way extends Pick<Context, 'memoryBytes' | 'disk' | 'threads'> {
  /** Limits of the pipeline's data. */
  limits?: string;
}
