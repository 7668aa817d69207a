import { readdirSync, readFileSync } from 'node:fs';
import type { Context } from '../../lib/jobs/context.ts';
import { evaluate } from '../../lib/jobs/evaluate.ts';
import { announce } from '../../lib/jobs/pending.ts';
import { register } from '../../lib/jobs/register.ts';
import { openRun, readRun, runKey } from '../../lib/jobs/runs.ts';
import { openScoring } from '../../lib/jobs/score.ts';
import { train } from '../../lib/jobs/train.ts';
import { champion, moveAlias, readAlias } from '../../lib/registry/aliases.ts';
import { versionKey } from '../../lib/registry/keys.ts';
import { readManifest } from '../../lib/registry/versions.ts';
import { putJson } from '../../lib/store/json.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from './jobs.ts';

const folder = new URL('../../events/', import.meta.url);

/** The names of all samples, without `.json`. */
export const eventNames: string[] = readdirSync(folder)
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

// biome-ignore lint/suspicious/noExplicitAny: each sample has a shape of its own
export const readEvent = (name: string): any => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

/** The function that a sample is for: its name, or what stands before a variant's. */
export function functionOf(eventName: string, functions: readonly string[]): string | undefined {
  return functions.find((name) => eventName === name || eventName.startsWith(`${name}-`));
}

/** A context of jobs over a store that is there already, on this machine's clock. */
export const seedContext = (store: Store): Context => ({
  ...testContext({ store }),
  now: Date.now,
  newId: () => crypto.randomUUID(),
});

const pipeline = (name: string, l2: number): string => `
name: ${name}
task: regression
data:
  path: datasets/houses/
  target: value
  exclude: [id, class]
  ready: { quiet: 0 s }
model: { l2: ${l2} }
stop: { epochs: 5 }
schedule: { every: 1 day }
`;

/**
 * Fills a store so that each sample event finds what it is about: the names in the samples are made up, so what is done
 * here under its real name is put there under those.
 */
export async function seedForEvents(store: Store): Promise<void> {
  const context = seedContext(store);
  await putText(store, 'pipelines/houses.yml', pipeline('houses', 0));
  await putText(store, 'datasets/houses/part 1 (north).csv', sampleCsv(200));
  await putText(store, 'datasets/visitors/2026.csv', 'day,visitors\n1,20\n2,23\n3,31\n');
  await putText(store, 'reports/houses/20260115T093000Z-evaluation.html', '<!doctype html><title>Evaluation</title>');

  const done = readEvent('api-get-training').rawPath.split('/').at(-1);
  await openSample(context, done, pipeline('houses', 0));
  await train(context, { run: done });
  await evaluate(context, { run: done });
  await register(context, { run: done });
  await copyVersion(store, 'houses', JSON.parse(readEvent('api-put-alias').body).version);

  // A version of its own for each task, since training finds what is there.
  await openSample(context, readEvent('train').run, pipeline('sheds', 1));
  await openSample(context, readEvent('record-failure').run, pipeline('sheds', 2));
  const trained = readEvent('evaluate').run;
  await openSample(context, trained, pipeline('sheds', 3));
  await train(context, { run: trained });
  const evaluated = readEvent('register').run;
  await openSample(context, evaluated, pipeline('sheds', 4));
  await train(context, { run: evaluated });
  await evaluate(context, { run: evaluated });

  for (const { pipeline: name, dataset, trigger } of [readEvent('plan'), readEvent('record-failure-plan')]) {
    await announce({ ...context, newId: () => trigger }, { pipeline: name, dataset });
  }
  await putJson(store, problemKey, { name: 'NotFoundError', message: 'expected pipelines/barns.yml, found none' });

  const { scoring } = readEvent('score');
  const request = await openScoring(context, { name: 'houses', input: 'datasets/houses/', id: 'id' });
  await putJson(store, runKey(scoring, 'request.json'), { ...request, scoring });
}

/** Where the sample of a failed plan says that its message is kept. */
const problemKey = 'runs/problems/2f8b6c74-ab20-4c8d-9e3f-40516c7d8e9f.json';

async function openSample(context: Context, run: string, yaml: string): Promise<void> {
  const opened = await openRun(context, pipelineOf(yaml));
  const request = await readRun(context.store, opened.run);
  await putJson(context.store, runKey(run, 'request.json'), { ...request, run });
}

/** Puts champion's version there once more, under another name, and points champion at it. */
async function copyVersion(store: Store, name: string, version: string): Promise<void> {
  const state = await readAlias(store, name, champion);
  if (!state) throw new Error(`expected a champion of ${name} to copy, found none`);
  for (const file of ['model.safetensors', 'evaluation.json']) {
    const { body } = await store.get(versionKey(name, state.version, file));
    await store.put(versionKey(name, version, file), body);
  }
  const cardOf = (which: string) => `reports/${name}/cards/${which}.md`;
  await store.put(cardOf(version), (await store.get(cardOf(state.version))).body);
  const manifest = await readManifest(store, name, state.version);
  await putJson(store, versionKey(name, version, 'manifest.json'), { ...manifest, version });
  await moveAlias(store, name, champion, { to: version, from: state });
}
