import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import type { Prepared } from '../../lib/jobs/prepare.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { readJson } from '../../lib/store/json.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';
import { writeParquet } from '../support/parquet-writer.ts';
import { readVersionFiles } from '../support/version-files.ts';

// Where nothing can interrupt a training, its features take the memory of the numbers that they are made of.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-in-place-run-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function csv(): string {
  const random = seededRandom(11);
  const lines = ['a,b,c,d,e,age,label'];
  for (let row = 0; row < 12_000; row++) {
    const cells = Array.from({ length: 5 }, (_, i) => (i === 1 && row % 9 === 0 ? '' : random.normal().toFixed(4)));
    const label = Number(cells[0]) - Number(cells[2]) + random.normal() > 0 ? 'yes' : 'no';
    lines.push([...cells, random.nextInt(60), label].join());
  }
  return `${lines.join('\n')}\n`;
}
const text = csv();

/** More than the megabyte that kernels need to read Parquet; some cells of `b` are missing. */
function parquet(): Uint8Array {
  const random = seededRandom(12);
  const rows = Array.from({ length: 60_000 }, (_, row) => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => Math.fround(random.normal()));
    const label = a - c + random.normal() > 0 ? 1 : 0;
    return { label, a, b: row % 9 === 0 ? null : b, c, d, e, age: random.nextInt(60) };
  });
  const names = ['label', 'a', 'b', 'c', 'd', 'e', 'age'] as const;
  const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
  const types = Object.fromEntries(names.map((name) => [name, name === 'label' ? 'INT32' : 'FLOAT'] as const));
  return writeParquet(columns, 40_000, { types, codec: 'SNAPPY' });
}

const evaluate = `evaluate:
  slices: [age]
  worstRows: 5
  gates:
    - { metric: auc, atLeast: 0.6, confidence: 0.9 }`;

/** @param hours until the deadline */
async function reportOf(name: string, hours: number, yaml: string, isParquet = false) {
  const store = folderStore(join(folder, name));
  if (isParquet) await store.put('datasets/t/0.parquet', parquet());
  else await putText(store, 'datasets/t/0.csv', text);
  const context = testContext({ store, remainingMs: () => hours * 3_600_000 });
  const document = `name: t\ntask: binary\ndata: { path: datasets/t/, target: label }\n${yaml}`;
  const { version, report } = await runPipeline(context, pipelineOf(document));
  const { value } = context.memory.get('prepared') as { value: Prepared };
  // A run is named by the times of its files, too.
  const { run, footprint, createdAt, ...said } = await readJson<Record<string, unknown>>(store, report);
  return { isInPlace: value.heldOut.table !== value.table, files: await readVersionFiles(store, 't', version), said };
}

test.each(['CSV', 'Parquet'])(
  'a training on %s whose features take the memory of their numbers leaves the same version and the same report',
  async (format) => {
    const isParquet = format === 'Parquet';
    const { isInPlace, ...found } = await reportOf(
      `in place, ${format}`,
      Number.POSITIVE_INFINITY,
      evaluate,
      isParquet,
    );
    const { isInPlace: isOther, ...expected } = await reportOf(`beside, ${format}`, 1, evaluate, isParquet);
    expect([isInPlace, isOther]).toEqual([true, false]);
    expect(found).toEqual(expected);
  },
);

test.each([
  ['a threshold is chosen on rows kept back', 'evaluate: { threshold: f1 }'],
  ['early stopping watches rows', 'optimizer: { name: adam }\nstop: { epochs: 1, validation: 0.2 }'],
])('the numbers stay where %s', async (title, yaml) => {
  expect((await reportOf(title, Number.POSITIVE_INFINITY, yaml)).isInPlace).toBe(false);
});
