import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { onThisThread } from '../../lib/kernels/pool.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';
import { fileObject } from '../support/file-object.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { readVersionFiles } from '../support/version-files.ts';

// Kernels on one, two and three threads, from files and from a store, leave the same version to the byte, and the plain
// code the same model.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-threads-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Without the ids, which are too many distinct texts for kernels. 0.9 MB are enough for kernels to read, and for products in
// float32; in several objects they make several blocks.
const rows = sampleCsv(44_000)
  .split('\n')
  .map((line) => line.slice(line.indexOf(',') + 1));
const objects = [0, 1, 2].map((i) => [rows[0], ...rows.slice(1 + i * 14_000, 1 + (i + 1) * 14_000)].join('\n'));

const pipelines: Record<string, string> = {
  'a linear regression': 'task: regression\ndata: { path: datasets/t/, target: value, exclude: [class] }',
  'a logistic regression in batches':
    'task: binary\ndata: { path: datasets/t/, target: class, exclude: [value] }\noptimizer: { name: adam }\nstop: { epochs: 2 }',
  'a softmax regression': 'task: multiclass\ndata: { path: datasets/t/, target: zone }',
};

function thisThread() {
  const memory = kernelMemory();
  return onThisThread(memory, kernelHost(memory.memory));
}

test('kernels read the data', async () => {
  const files = await Promise.all(objects.map((text, i) => fileObject(folder, `${i}.csv`, text)));
  const packed = await readPacked(files, { single: () => true }, { pool: thisThread() });
  expect(packed?.rowCount).toBe(42_000);
});

test.each(Object.entries(pipelines))('%s', { timeout: 180_000 }, async (title, yaml) => {
  const versionOf = async (store: Store, threads: string, document = yaml) => {
    const context = testContext({ store });
    for (const [i, text] of objects.entries()) await putText(store, `datasets/t/${i}.csv`, text);
    const { version } = await runPipeline(context, pipelineOf(`name: t\n${document}${threads}`));
    return { version, files: await readVersionFiles(store, 't', version) };
  };
  const fromStore = await versionOf(testContext().store, '');
  for (const threads of [1, 2, 3]) {
    const found = await versionOf(folderStore(join(folder, `${title}-${threads}`)), `\nthreads: ${threads}`);
    expect(found).toEqual(fromStore);
  }
  // Kernels read rows of any length up to 256 KiB; a lower limit is left to the plain reader.
  const limited = yaml.replace('datasets/t/,', 'datasets/t/, limits: { lineBytes: 200000 },');
  const plain = await versionOf(testContext().store, '', limited);
  expect(plain.files['model.safetensors']).toBe(fromStore.files['model.safetensors']);
});
