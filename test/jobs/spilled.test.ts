import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import type { JobProgress } from '../../lib/jobs/context.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, testContext } from '../support/jobs.ts';
import { type ParquetColumns, writeParquet } from '../support/parquet-writer.ts';
import { readVersionFiles } from '../support/version-files.ts';

// The same data and request leave the same version, to the byte, wherever the data waits while it is not looked at.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-spilled-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [objectCount, numbers] = [5, 12];

/** Numbers, some of them missing, a category, and three targets that follow from them. */
function objectsOf(objectRows: number): string[] {
  const random = seededRandom(3);
  const names = [...Array.from({ length: numbers }, (_, i) => `n${i}`), 'zone', 'value', 'class', 'kind'];
  return Array.from({ length: objectCount }, () => {
    const lines = [names.join()];
    for (let row = 0; row < objectRows; row++) {
      const cells = Array.from({ length: numbers }, () => Math.round(random.normal() * 1000) / 100);
      const zone = random.nextInt(3);
      const value = cells[0] - 2 * cells[3] + (zone === 1 ? 5 : 0) + random.normal();
      const kind = value < -8 ? 'low' : value < 8 ? 'middle' : 'high';
      const texts = cells.map((cell, i) => (i === 5 && random.nextInt(9) === 0 ? '' : String(cell)));
      lines.push([...texts, 'abc'[zone], value.toFixed(3), value > 1 ? 'yes' : 'no', kind].join());
    }
    return `${lines.join('\n')}\n`;
  });
}
const few = objectsOf(3_000);
/** Enough rows to train on for products in float32. */
const many = objectsOf(8_400);

const data = (target: string, more = '') => {
  const others = ['value', 'class', 'kind'].filter((name) => name !== target);
  return `data: { path: datasets/t/, target: ${target}, exclude: [${others}]${more}`;
};
const pipelines: Record<string, string> = {
  'linear, in closed form': `task: regression\n${data('value')}`,
  'linear, L-BFGS': `task: regression\noptimizer: { name: lbfgs }\n${data('value')}`,
  'logistic, L-BFGS': `task: binary\n${data('class')}`,
  'logistic, Newton': `task: binary\noptimizer: { name: newton }\n${data('class')}`,
  'softmax, L-BFGS': `task: multiclass\noptimizer: { name: lbfgs }\nstop: { steps: 8 }\n${data('kind')}`,
  'softmax, Newton': `task: multiclass\noptimizer: { name: newton }\nstop: { steps: 2 }\n${data('kind')}`,
  'logistic, Adam in batches': `task: binary\noptimizer: { name: adam }\nstop: { epochs: 2, validation: 0.2 }\n${data('class')}`,
  'mlp, Adam in batches': `task: binary\nmodel: { kind: mlp, hidden: [8] }\nstop: { epochs: 1 }\n${data('class')}`,
  'a search on folds, and a cross-validation of its winner': `task: binary\nprepare: { missingIndicator: true }\nsearch: { kind: grid, over: { model.l2: [0, 0.1] }, folds: 3 }\nstop: { steps: 3 }\nevaluate: { folds: 2 }\n${data('class')}`,
  'quantiles, missing cells and a weight': `task: regression\nprepare: { scale: quantile, missingIndicator: true, impute: median }\noptimizer: { name: lbfgs }\nstop: { steps: 5 }\n${data('value', ', weight: n7')}`,
};

/** The same kind of data as Parquet of numbers and booleans, in row groups of 2,000 rows. */
function filesOf(objectRows: number): Uint8Array[] {
  const random = seededRandom(5);
  return Array.from({ length: objectCount }, () => {
    const rows = Array.from({ length: objectRows }, () => Array.from({ length: numbers }, () => random.normal()));
    const value = rows.map((row) => row[0] - 2 * row[3] + random.normal());
    const columns: ParquetColumns = Object.fromEntries(
      // Float64 and float32, some of it missing, and counts that are kept exact.
      Array.from({ length: numbers }, (_, i) => [
        `n${i}`,
        rows.map((row) => (i === 7 ? 1 + Math.floor(Math.abs(3 * row[i])) : i === 5 && row[i] > 1 ? null : row[i])),
      ]),
    );
    const types = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`n${i}`, 'FLOAT' as const]));
    const targets = { value, class: value.map((each) => each > 1) };
    return writeParquet({ ...columns, ...targets }, 2_000, { types, codec: 'SNAPPY' });
  });
}

const ofFiles = (target: string, more = '') =>
  `data: { path: datasets/t/, target: ${target}, exclude: [${target === 'value' ? 'class' : 'value'}]${more}`;
const parquetPipelines: Record<string, string> = {
  'linear, in closed form': `task: regression\n${ofFiles('value')}`,
  'logistic, L-BFGS': `task: binary\n${ofFiles('class')}`,
  'mlp, Adam in batches': `task: binary\nmodel: { kind: mlp, hidden: [8] }\nstop: { epochs: 2, validation: 0.2 }\n${ofFiles('class')}`,
  'quantiles, missing cells and a weight': `task: regression\nprepare: { scale: quantile, missingIndicator: true }\noptimizer: { name: lbfgs }\nstop: { steps: 5 }\n${ofFiles('value', ', weight: n7')}`,
};

/** Bytes of memory in which so many rows fit in parts, and not as a whole. */
const tightFor = (objects: string[]) => 160 * 2 ** 20 + (objects === many ? 6.5e6 : 2.4e6);
/** What is fetched waits in memory until it is parsed. */
const fetchedBytes = (objects: string[]) => 7 * objects[0].length;
const waysFor = (
  tight: number,
): Record<string, { limits: string; says: (JobProgress & { kind: 'streamed' })['way'] | undefined }> => ({
  'in memory': { limits: '', says: undefined },
  spilled: { limits: `, limits: { memoryBytes: ${tight} }`, says: 'spilled' },
  'read again': { limits: `, limits: { memoryBytes: ${tight}, diskBytes: 1000 }`, says: 're-read' },
});

/** Trains in a store on objects, and answers how their rows were read, and what the version consists of. */
async function versionOf(store: Store, objects: Readonly<Record<string, Uint8Array>>, document: string) {
  const said: string[] = [];
  const onProgress = (progress: JobProgress) => {
    if (progress.kind === 'streamed') said.push(progress.way);
  };
  for (const [name, bytes] of Object.entries(objects)) await store.put(`datasets/t/${name}`, bytes);
  const { version } = await runPipeline(testContext({ store, onProgress }), pipelineOf(document));
  return { said, version, files: await readVersionFiles(store, 't', version) };
}

/** Pipelines that are tried with many rows, and with every number of threads. */
const large = new Set(['logistic, L-BFGS', 'logistic, Adam in batches']);

describe.each(Object.entries(pipelines))('%s', (title, yaml) => {
  const objects = large.has(title) ? many : few;
  const tight = tightFor(objects);
  const text = yaml.includes('weight') ? objects.map((object) => object.replace(/-(?=\d)/g, '')) : objects;
  const named = Object.fromEntries(text.map((each, i) => [`${i}.csv`, new TextEncoder().encode(each)]));
  const trained = (store: Store, limits: string, threads: number) =>
    versionOf(store, named, `name: t\nthreads: ${threads}\n${yaml}${limits} }`);

  test('the version is the same, to the byte', { timeout: 240_000 }, async () => {
    const { said, ...first } = await trained(testContext().store, '', 1);
    expect(said).toEqual([]);
    for (const [way, { limits, says }] of Object.entries(waysFor(tight))) {
      for (const threads of large.has(title) ? [1, 2, 3] : [says === 'spilled' ? 3 : 2]) {
        const store = folderStore(join(folder, `${title}-${way}-${threads}`));
        const { said: heard, ...found } = await trained(store, limits, threads);
        expect(heard).toEqual(says ? [says] : []);
        expect(found).toEqual(first);
      }
    }
    // From a store that is no folder, from which ranges are fetched.
    const more = `, limits: { memoryBytes: ${tight + fetchedBytes(objects)} }`;
    const fetched = await trained(testContext().store, more, 2);
    expect(fetched).toEqual({ said: ['spilled'], ...first });
  });
});

describe.each(Object.entries(parquetPipelines))('of Parquet: %s', (title, yaml) => {
  const files = Object.fromEntries(filesOf(8_400).map((bytes, i) => [`${i}.parquet`, bytes]));
  const tight = 160 * 2 ** 20 + 6e6;
  const trained = (store: Store, limits: string, threads: number) =>
    versionOf(store, files, `name: t\nthreads: ${threads}\n${yaml}${limits} }`);

  test('the version is the same, to the byte', { timeout: 240_000 }, async () => {
    const { said, ...first } = await trained(testContext().store, '', 1);
    expect(said).toEqual([]);
    for (const [way, { limits, says }] of Object.entries(waysFor(tight))) {
      for (const threads of [1, 2, 3]) {
        const store = folderStore(join(folder, `parquet-${title}-${way}-${threads}`));
        expect(await trained(store, limits, threads)).toEqual({ said: says ? [says] : [], ...first });
      }
    }
    // From a store that is no folder.
    expect(await trained(testContext().store, `, limits: { memoryBytes: ${tight} }`, 2)).toEqual({
      said: ['spilled'],
      ...first,
    });
  });
});
