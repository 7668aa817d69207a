import { predictRecords } from '../../../lib/jobs/predict.ts';
import type { Alias } from '../../../lib/registry/aliases.ts';
import type { Manifest } from '../../../lib/registry/manifest.ts';
import { openModelFile } from '../../../lib/registry/versions.ts';
import { sampleCsv } from '../../../test/support/jobs.ts';
import type { SimulatedBucket } from './bucket.ts';
import type { SimulatedLambda } from './lambda.ts';
import type { Oracle } from './oracle.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

/** What people act on. */
export interface Stage {
  scheduler: Scheduler;
  bucket: SimulatedBucket;
  lambda: SimulatedLambda;
  weather: Weather;
  oracle: Oracle;
}

/** The models of a history: each has one pipeline and one dataset of its name. */
export const models = ['alpha', 'beta'];

/** Does one thing that somebody may do. */
export function act(stage: Stage): void {
  const { scheduler } = stage;
  const name = scheduler.chance(0.75) ? models[0] : models[1];
  const deeds: [number, () => unknown][] = [
    [10, () => writePart(stage, name)],
    [1, () => removePart(stage, name)],
    [1, () => stage.bucket.put('datasets/stray/notes.csv', text('a,b\n1,2\n2,3\n3,5\n'))],
    [1, () => writePipeline(stage, name)],
    [3, () => request(stage, 'POST', '/trainings', { pipeline: name })],
    [2, () => predict(stage, name)],
    [1, () => request(stage, 'POST', `/models/${name}/predictions`, { input: `datasets/${name}/` })],
    [1, () => promote(stage, name)],
    [1, () => request(stage, 'POST', `/models/${name}/aliases/champion/rollback`)],
    [1, () => request(stage, 'GET', scheduler.pick(['/models', `/models/${name}`]))],
  ];
  let drawn = scheduler.between(
    1,
    deeds.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, deed] of deeds) {
    drawn -= weight;
    if (drawn > 0) continue;
    deed();
    return;
  }
}

/** Puts a pipeline there: cheap to train, and of one of the kinds of gates that there are. */
export function writePipeline({ scheduler, bucket }: Stage, name: string): void {
  const gates = scheduler.pick([
    '',
    'evaluate: { gates: [] }',
    'evaluate: { gates: [] }',
    'evaluate: { gates: [{ metric: rmse, noWorseThan: champion, by: 1000 }] }',
    'evaluate: { gates: [{ metric: rmse, noWorseThan: champion }] }',
  ]);
  const ready = scheduler.pick(['ready: { quiet: 0 s }', 'ready: { quiet: 30 s }', 'ready: { quiet: 30 s }']);
  const optimizer = scheduler.pick(['', 'optimizer: { name: gd, learningRate: 0.1 }']);
  const schedule = scheduler.chance(0.3) ? 'schedule: { every: 1 h }' : '';
  const document = `
name: ${name}
task: regression
data: { path: datasets/${name}/, target: value, exclude: [id, class], ${ready} }
${optimizer}
stop: { steps: 4 }
${gates}
${schedule}
`;
  bucket.put(`pipelines/${name}.yml`, text(document));
}

/** Writes an object of a dataset, of contents that come again, some of them no good. */
export function writePart(stage: Stage, name: string, { clean = false } = {}): void {
  const { scheduler, bucket } = stage;
  const key = `datasets/${name}/part-${scheduler.between(1, 2)}.csv`;
  const seed = scheduler.between(1, 6);
  const rows = sampleCsv(20, { seed });
  bucket.put(key, text(!clean && scheduler.chance(0.05) ? rows.replace(/,[\d.]+,(high|low)\n/, ',n/a,$1\n') : rows));
  announce(stage, key);
}

function removePart({ scheduler, bucket }: Stage, name: string): void {
  const keys = bucket.keys(`datasets/${name}/`);
  if (keys.length > 1) bucket.delete(scheduler.pick(keys));
}

/** Lets S3 tell of an object: at least once, late at times, and in any order. */
function announce({ scheduler, lambda, weather }: Stage, key: string): void {
  const copies = weather.duplicated > 0 && scheduler.chance(weather.duplicated) ? scheduler.between(2, 20) : 1;
  for (let copy = 0; copy < copies; copy++) {
    const isLate = weather.late > 0 && scheduler.chance(weather.late);
    const delayMs = isLate ? scheduler.between(1_000, 3_600_000) : scheduler.between(100, 2_000);
    const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'simulated' }, object: { key } } };
    lambda.send('dataset-created', { Records: [record] }, { delayMs });
  }
}

/** A person's own request: asked again while the service is out of order. */
export async function request(stage: Stage, method: string, path: string, body?: unknown): Promise<Answer | undefined> {
  const { scheduler, lambda } = stage;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const answer = (await lambda.request(httpEvent(method, path, body))) as Answer;
      scheduler.note(`${method} ${path}: ${answer.statusCode}`);
      if (answer.statusCode < 500) return answer;
    } catch (error) {
      scheduler.note(`${method} ${path}: ${(error as Error).name}`);
    }
    await scheduler.pause(scheduler.between(500, 5_000), 'the client waits');
  }
  return undefined;
}

interface Answer {
  statusCode: number;
  body: string;
}

/** Points champion at any version that is there. */
export function promote(stage: Stage, name: string): void {
  const { scheduler, bucket } = stage;
  const versions = bucket.keys(`models/${name}/`).filter((key) => key.endsWith('/manifest.json'));
  if (versions.length === 0) return;
  const version = scheduler.pick(versions).split('/')[2];
  const from = bucket.json<Alias>(`models/${name}/aliases/champion.json`)?.version ?? null;
  void request(stage, 'PUT', `/models/${name}/aliases/champion`, { version, from });
}

/** Asks for predictions, and holds the answer to the numbers in the model's own file. */
export async function predict(stage: Stage, name: string): Promise<void> {
  const { scheduler, oracle } = stage;
  const rows = [{ size: 50, age: 20, zone: 'b' }];
  const beganMs = scheduler.nowMs;
  const answer = await request(stage, 'POST', `/models/${name}/predictions`, { rows });
  if (answer?.statusCode !== 200) return;
  const { version, predictions } = JSON.parse(answer.body) as { version: string; predictions: number[] };
  // The API may take an alias to be where it was five seconds ago.
  const champions = oracle.championsWithin(name, beganMs - 6_000, scheduler.nowMs);
  if (!champions.includes(version)) {
    oracle.breaches.push({ promise: 'predictions follow champion', found: `${name} answered by ${version}` });
  }
  const manifest = stage.bucket.json<Manifest>(`models/${name}/${version}/manifest.json`);
  const expected = manifest && predicted(stage.bucket, manifest, rows[0]);
  if (expected === undefined || Math.abs(predictions[0] - expected) > 1e-9 * Math.abs(expected)) {
    const found = `${name} ${version} answered ${predictions[0]}, its file says ${expected}`;
    oracle.breaches.push({ promise: 'no corrupt model answers', found });
  }
}

/** What the bytes that lie in the bucket say of one row. */
function predicted(bucket: SimulatedBucket, manifest: Manifest, row: Record<string, unknown>): number | undefined {
  const held = bucket.objects.get(`models/${manifest.name}/${manifest.version}/model.safetensors`);
  if (!held) return undefined;
  const parameters = openModelFile(manifest, held.body, held.info.key);
  return predictRecords({ manifest, parameters }, [row]).predictions[0] as number;
}

/** An event of API Gateway's HTTP API, payload format 2.0. */
function httpEvent(method: string, path: string, body: unknown): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'simulated.example', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    queryStringParameters: {},
    requestContext: { http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' }, stage: '$default' },
    body: body === undefined ? undefined : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
