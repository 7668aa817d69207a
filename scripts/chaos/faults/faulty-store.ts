import type { S3Client } from '@aws-sdk/client-s3';
import type { Context } from '../../../lib/jobs/context.ts';
import { evaluateModel } from '../../../lib/jobs/evaluate-model.ts';
import { predictRecords } from '../../../lib/jobs/predict.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import { readVersion } from '../../../lib/registry/versions.ts';
import { listAll } from '../../../lib/store/list.ts';
import { s3Store } from '../../../lib/store/s3.ts';
import type { Store } from '../../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv } from '../../../test/support/jobs.ts';
import { type S3Server, startS3Server } from '../../../test/support/s3-server.ts';
import { count, type Extent, type Summary } from '../summary.ts';
import { FaultyProxy } from './faulty-proxy.ts';

/** How often somebody does the same again before it counts as never done. */
const triesLimit = 60;

/** Milliseconds after which the client gives an answer up. */
const patienceMs = 250;

const document = (l2: number): string => `
name: houses
task: regression
data: { path: datasets/houses/, target: value, exclude: [id, class] }
model: { l2: ${l2} }
stop: { steps: 4 }
`;

/**
 * Trains, evaluates and predicts on an S3 whose every fourth answer or so is wrong, again until it is done.
 *
 * Whatever fails must fail as an error that says to try again; what is there at last must be what a store without faults
 * has, to the byte.
 *
 * @param options.wrap puts a store with a fault planted in it in the place of the one under test
 */
export async function sufferFaults(
  { seed, short }: Extent,
  { wrap = (store) => store }: { wrap?: (store: Store) => Store } = {},
): Promise<Summary> {
  const faultsWanted = short ? 60 : 2_000;
  const server = await startS3Server({ seed });
  const proxy = new FaultyProxy(server.url, { seed, rate: short ? 0.15 : 0.25, stallMs: 2 * patienceMs });
  const endpoint = await proxy.start();
  const failures: string[] = [];
  let rounds = 0;
  let tries = 0;
  try {
    const expected = await undisturbed(server);
    const work = async () => {
      while (proxy.count < faultsWanted) {
        const prefix = `round-${rounds++}`;
        const clean = s3Store({ bucket: 'bucket', prefix, client: server.client() });
        await prepare(clean);
        const faulty = wrap(s3Store({ bucket: 'bucket', prefix, client: hasty(server, endpoint), backoffMs: () => 5 }));
        const outcome = await untilDone(faulty);
        tries += outcome.tries;
        const wrong = [...outcome.wrong, ...differences(expected, await lasting(clean))];
        if (wrong.length > 0) failures.push(`${prefix}: ${wrong.slice(0, 5).join('; ')}`);
      }
    };
    // Several at once: most of the time goes by in waiting for answers that stall.
    await Promise.all(Array.from({ length: short ? 2 : 8 }, work));
    const swaps = short ? 0 : 5;
    for (let swap = 0; swap < swaps; swap++) {
      rounds++;
      const wrong = await swapWhileRead(server, proxy, endpoint, `swap-${swap}`);
      if (wrong.length > 0) failures.push(`swap-${swap}: ${wrong.join('; ')}`);
    }
  } finally {
    await proxy.stop();
    await server.close();
  }
  const kinds = [...proxy.done]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([fault, times]) => `${fault} ${count(times)}`);
  return {
    tried: `${count(proxy.count)} faults (${kinds.join(', ')}) in ${count(rounds)} rounds of work, done in ${count(tries)} tries`,
    passed: rounds - failures.length,
    failed: failures.length,
    failures,
  };
}

/** Everything that one round does, each part safe to do again. */
async function doWork(store: Store): Promise<void> {
  await runPipeline(contextOf(store), pipelineOf(document(0.1)));
  const { version } = await runPipeline(contextOf(store), pipelineOf(document(0)));
  await evaluateModel(contextOf(store), { name: 'houses', path: 'datasets/later/' });
  predictRecords(await readVersion(store, 'houses', version), [{ size: 50, age: 20, zone: 'b' }]);
}

async function untilDone(store: Store): Promise<{ tries: number; wrong: string[] }> {
  const wrong: string[] = [];
  for (let tries = 1; tries <= triesLimit; tries++) {
    try {
      await doWork(store);
      return { tries, wrong };
    } catch (error) {
      if (!isPassing(error)) wrong.push(`${(error as Error).name}: ${(error as Error).message}`);
    }
  }
  return { tries: triesLimit, wrong: [...wrong, `not done in ${triesLimit} tries`] };
}

/** Whether an error says to try again: the store's, or that data or alias is another than a wrong ETag said. */
function isPassing(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    name === 'StoreError' || name === 'ConflictError' || (name === 'InputError' && /began with, found/.test(message))
  );
}

/**
 * Puts other data in the place of an object between two reads of its pieces: the training must notice, register nothing,
 * and train on the new data when it is asked again.
 */
async function swapWhileRead(
  server: S3Server,
  proxy: FaultyProxy,
  endpoint: string,
  prefix: string,
): Promise<string[]> {
  proxy.rate = 0;
  const clean = s3Store({ bucket: 'bucket', prefix, client: server.client() });
  const store = s3Store({ bucket: 'bucket', prefix, client: server.client({ endpoint }) });
  // More than two pieces of two MiB, and both of one size.
  const [before, after] = [1, 2].map((seed) => padded(sampleCsv(130_000, { seed }), 6 * 2 ** 20));
  await putText(clean, 'datasets/houses/part-1.csv', before);
  let pieces = 0;
  proxy.onRequest = async ({ method, path, range }) => {
    if (method !== 'GET' || range === undefined || !path.includes('part-1.csv') || ++pieces !== 2) return;
    await putText(clean, 'datasets/houses/part-1.csv', after);
  };
  const wrong: string[] = [];
  try {
    const { version } = await runPipeline(contextOf(store), pipelineOf(document(0)));
    wrong.push(`trained version ${version} on two halves that do not belong together`);
  } catch (error) {
    if ((error as Error).name !== 'ConflictError') wrong.push(String(error));
  }
  proxy.onRequest = async () => {};
  const registered = (await clean.list('models/')).objects;
  if (registered.length > 0) wrong.push(`registered ${registered.map(({ key }) => key)}`);
  const { status } = await runPipeline(contextOf(store), pipelineOf(document(0)));
  if (status !== 'trained') wrong.push(`asked again, it answered ${status}`);
  return wrong;
}

function padded(csv: string, bytes: number): string {
  const whole = csv.slice(0, csv.lastIndexOf('\n', bytes - 100) + 1);
  // Sizes are equal by a longer name in the last row.
  return `${whole}${'r'.repeat(bytes - whole.length - 16)},1,2.5,a,3,low\n`.slice(0, bytes);
}

async function undisturbed(server: S3Server): Promise<Map<string, string>> {
  const store = s3Store({ bucket: 'bucket', prefix: 'undisturbed', client: server.client() });
  await prepare(store);
  await doWork(store);
  return lasting(store);
}

async function prepare(store: Store): Promise<void> {
  await putText(store, 'datasets/houses/part-1.csv', sampleCsv(60));
  await putText(store, 'datasets/later/part-1.csv', sampleCsv(40, { seed: 2 }));
}

/** What is there for good, by its tag: an ETag of S3 follows from the content. */
async function lasting(store: Store): Promise<Map<string, string>> {
  const tags = new Map<string, string>();
  for await (const { key, tag } of listAll(store, '')) if (!key.startsWith('runs/')) tags.set(key, tag);
  return tags;
}

function differences(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [
    ...[...expected]
      .filter(([key, tag]) => found.get(key) !== tag)
      .map(([key]) => `${key} ${found.has(key) ? 'differs' : 'is missing'}`),
    ...[...found.keys()].filter((key) => !expected.has(key)).map((key) => `${key} is more than there should be`),
  ];
}

/** A client that waits little, both for an answer and between two tries. */
function hasty(server: S3Server, endpoint: string): S3Client {
  return server.client({
    endpoint,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: patienceMs, throwOnRequestTimeout: true },
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    retryStrategy: {
      mode: 'standard',
      acquireInitialRetryToken: async () => tokenAfter(0),
      async refreshRetryTokenForRetry(token) {
        if (token.getRetryCount() >= 3) throw new Error('no further try');
        return tokenAfter(token.getRetryCount() + 1);
      },
      recordSuccess() {},
    },
  });
}

const tokenAfter = (tries: number) => ({ getRetryCount: () => tries, getRetryDelay: () => 2 });

function contextOf(store: Store): Context {
  let ids = 0;
  return {
    store,
    openStore: async () => store,
    now: () => Date.UTC(2026, 0, 1),
    newId: () => `id-${++ids}`,
    remainingMs: () => Number.POSITIVE_INFINITY,
    memory: new Map(),
  };
}
