// `npm run scale`: what an event, a prediction and a list ask of the store when it holds 1, 1,000 or 1,000,000 datasets or
// models: counts requests, which is what S3 charges and what takes time, over a store that makes up its keys.

import { NotFoundError } from '../lib/core/errors.ts';
import type { Context } from '../lib/jobs/context.ts';
import { listPipelines } from '../lib/jobs/pipelines.ts';
import { planForObjects } from '../lib/jobs/plan.ts';
import { findDataset } from '../lib/jobs/sources.ts';
import { listModels } from '../lib/registry/versions.ts';
import type { ObjectInfo, Store } from '../lib/store/store.ts';

/** Keys by their index, in order. */
interface Made {
  prefix: string;
  count: number;
  key(index: number): string;
  body(index: number): string;
}

interface Counted {
  store: Store;
  requests: { get: number; list: number; put: number };
}

const pad = (index: number) => String(index).padStart(7, '0');
const sizes = [1, 1_000, 1_000_000];

console.log(
  `${'work'.padEnd(52)}${'at'.padStart(10)}${'GET'.padStart(9)}${'LIST'.padStart(8)}${'PUT'.padStart(5)}  here`,
);
for (const count of sizes) {
  const data = made('datasets/', count, (i) => `datasets/d${pad(i)}/part.csv`);
  await row('an event; 10 pipelines, datasets:', count, [data, pipelines(10)], onEvent);
  await row('  the same, warm:', count, [data, pipelines(10)], onEvent, { warm: true });
}
for (const count of sizes.slice(0, 2)) {
  await row('an event; pipelines:', count, [pipelines(count)], onEvent);
  await row('  the same, warm:', count, [pipelines(count)], onEvent, { warm: true });
}
for (const count of sizes) {
  const parts = made('datasets/', count, (i) => `datasets/d0000000/part-${pad(i)}.csv`);
  await row('a look at one dataset; objects in it:', count, [parts], (context) =>
    findDataset(context, 'datasets/d0000000/'),
  );
}
for (const count of sizes) {
  const files = [
    'aliases/champion.json',
    `${'0'.repeat(32)}/evaluation.json`,
    `${'0'.repeat(32)}/manifest.json`,
    `${'0'.repeat(32)}/model.safetensors`,
  ];
  // In byte order: a version's digits stand before the aliases.
  const order = [1, 2, 3, 0].map((i) => files[i]);
  const models = made('models/', count * 4, (i) => `models/m${pad(Math.floor(i / 4))}/${order[i % 4]}`);
  await row('the names of all models; models:', count, [models], ({ store }) => listModels(store));
}

async function onEvent(context: Context): Promise<void> {
  await planForObjects(context, ['datasets/d0000000/part.csv']);
}

async function row(
  title: string,
  count: number,
  keys: Made[],
  work: (context: Context) => Promise<unknown>,
  { warm = false } = {},
): Promise<void> {
  const { store, requests } = countingStore(keys);
  const context = { store, now: () => 0, newId: () => 'trigger' } as unknown as Context;
  if (warm) await listPipelines(store);
  Object.assign(requests, { get: 0, list: 0, put: 0 });
  const startMs = performance.now();
  await work(context);
  const seconds = (performance.now() - startMs) / 1000;
  const { get, list, put } = requests;
  const counts = [count, get, list, put]
    .map((value, i) => value.toLocaleString('en').padStart([10, 9, 8, 5][i]))
    .join('');
  console.log(`${title.padEnd(52)}${counts}  ${seconds.toFixed(3)} s`);
}

function pipelines(count: number): Made {
  const document = (i: number) =>
    `name: p${pad(i)}\ntask: regression\ndata: { path: datasets/d${pad(i)}/, target: y }\n`;
  return { prefix: 'pipelines/', count, key: (i) => `pipelines/p${pad(i)}.yml`, body: document };
}

function made(prefix: string, count: number, key: (index: number) => string): Made {
  return { prefix, count, key, body: () => '' };
}

function countingStore(keys: Made[]): Counted {
  const requests = { get: 0, list: 0, put: 0 };
  const written = new Map<string, Uint8Array>();
  const info = (key: string): ObjectInfo => ({ key, size: 1, tag: 'one', modifiedMs: 0 });
  const find = (key: string) => {
    for (const { prefix, count, key: keyOf, body } of keys) {
      if (!key.startsWith(prefix)) continue;
      const at = firstAfter(count, (i) => keyOf(i) >= key);
      if (at < count && keyOf(at) === key) return body(at);
    }
    return undefined;
  };
  const store = {
    location: 'made-up:/',
    async get(key: string) {
      requests.get++;
      const body = written.get(key) ?? find(key);
      if (body === undefined) throw new NotFoundError(key);
      return { ...info(key), body: typeof body === 'string' ? new TextEncoder().encode(body) : body };
    },
    async head(key: string) {
      requests.get++;
      return written.has(key) || find(key) !== undefined ? info(key) : undefined;
    },
    async put(key: string, body: Uint8Array) {
      requests.put++;
      written.set(key, body);
      return info(key);
    },
    async list(prefix: string, { after = '' }: { after?: string } = {}) {
      requests.list++;
      const objects: ObjectInfo[] = [];
      for (const { prefix: own, count, key } of keys) {
        if (!prefix.startsWith(own)) continue;
        const from = firstAfter(count, (i) => key(i) > after && key(i) >= prefix);
        for (let i = from; i < count && objects.length < 1000 && key(i).startsWith(prefix); i++)
          objects.push(info(key(i)));
      }
      return { objects, next: objects.length === 1000 ? objects[999].key : undefined };
    },
    async delete() {},
  };
  return { store, requests };
}

/** The first index from 0 to `count` at which `holds`, which then holds for all that follow. */
function firstAfter(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
