// `npm start`: the main job on real data, in this process, with a folder as the store. Each dataset is put into the store
// and announced by the event that S3 would send; the deployed handlers and workflow do the rest.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import { localService } from '../cli/local-service.ts';
import { progressPrinter } from '../cli/progress.ts';
import { reportPage } from '../cli/report-page.ts';
import { contextOf } from '../functions/adapter/services.ts';
import { createApi } from '../functions/triggers/api.ts';
import { createDatasetCreated } from '../functions/triggers/dataset-created.ts';
import { readPipeline } from '../lib/jobs/pipelines.ts';
import { readReport } from '../lib/jobs/reports.ts';
import { openRun, readOutcome } from '../lib/jobs/runs.ts';
import { renderTable } from '../lib/report/terminal.ts';
import { openStore } from '../lib/store/open.ts';
import type { Store } from '../lib/store/store.ts';

/** What is trained, and one row to ask each model about. */
const demonstrations = [
  {
    example: 'diamonds',
    about: 'the price of diamonds, by linear regression',
    row: { carat: 0.7, cut: 'Ideal', color: 'E', clarity: 'VS1', depth: 61.5, table: 56, x: 5.7, y: 5.72, z: 3.51 },
  },
  {
    example: 'penguins',
    about: 'three species of penguins, by softmax regression',
    row: { island: 'Dream', culmen_length_mm: 49.5, culmen_depth_mm: 18.9, flipper_length_mm: 196, body_mass_g: 3800 },
  },
  { example: 'houses', about: "the source article's five houses, by gradient descent", row: { X: 6 } },
];

const location = process.env.HONE_STORE ?? '.hone';
const startMs = performance.now();
const store = await openStore(location);
const failures: string[] = [];
const { services, engine } = await localService(store, {
  onProgress: progressPrinter(),
  onSettled: (name, outcome) => {
    if (outcome.status === 'failed') failures.push(`${name}: ${outcome.error}: ${outcome.cause}`);
  },
});
const api = createApi(services);
const onCreated = createDatasetCreated(services);

for (const { example, about, row } of demonstrations) {
  console.log(`\n▸ ${example}: ${about}`);
  const { key, body } = await putExample(store, example);
  const before = await outcomeOf(example);
  await onCreated(s3Event(key, body.length));
  await engine.idle();
  const { result } = await outcomeOf(example);
  if (!result) {
    console.error(failures.join('\n') || `${example}: expected a result, found none`);
    process.exit(3);
  }
  const isFound = before.result !== undefined || result.status === 'found';
  if (isFound) console.log(`Found: this data and request were trained before, as version ${result.version}.`);
  const report = await readReport(await contextOf(services), result.report);
  console.log(`\n${renderTable(report, { path: reportPage(result.report, location) })}`);
  await predict(example, row);
}
console.log(`\nDone in ${((performance.now() - startMs) / 1000).toFixed(1)} s. Next: npx hone dev`);

/** Puts an example's pipeline and data into the store, each only when it is not there as it should be. */
async function putExample(into: Store, example: string): Promise<{ key: string; body: Uint8Array }> {
  const documentUrl = new URL(`../examples/${example}.yml`, import.meta.url);
  const document = parseDocument(await readFile(documentUrl, 'utf8'));
  const source = new URL(String(document.getIn(['data', 'path'])), documentUrl);
  const key = `datasets/${example}/${basename(source.pathname)}`;
  document.setIn(['data', 'path'], `datasets/${example}/`);
  document.setIn(['data', 'ready'], { quiet: '0 s' });
  const body = await readFile(source);
  await putIfOther(into, `pipelines/${example}.yml`, new TextEncoder().encode(String(document)));
  await putIfOther(into, key, body);
  return { key, body };
}

async function putIfOther(into: Store, key: string, body: Uint8Array): Promise<void> {
  const there = (await into.head(key)) && (await into.get(key)).body;
  if (there && Buffer.compare(there, body) === 0) return;
  await into.put(key, body);
}

/** The outcome of the run that a pipeline asks for on the data that lies there now. */
async function outcomeOf(pipeline: string) {
  const context = await contextOf(services);
  const { run } = await openRun(context, await readPipeline(store, pipeline));
  return readOutcome(store, run);
}

async function predict(model: string, row: object): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [row] }),
  };
  const answer = await api.request(`/models/${model}/predictions`, request);
  const { predictions } = (await answer.json()) as { predictions: unknown[] };
  console.log(
    `POST /models/${model}/predictions ${JSON.stringify(row)}\n  → ${answer.status} ${JSON.stringify(predictions[0])}`,
  );
}

/** The notification that S3 sends of a new object, with the fields that are read of it. */
function s3Event(key: string, size: number) {
  const object = { key: encodeURIComponent(key).replaceAll('%2F', '/'), size, eTag: '', sequencer: '0' };
  const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'hone' }, object } };
  return { Records: [record] } as unknown as Parameters<typeof onCreated>[0];
}
