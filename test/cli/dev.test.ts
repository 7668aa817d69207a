import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { s3Store } from '../../lib/store/s3.ts';
import { hone, honeEntry, temporaryFolder } from '../support/cli.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { startS3Server } from '../support/s3-server.ts';

const folder = temporaryFolder();
let server: ChildProcess | undefined;
afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `hone dev` on a free port; answers its address, and what it has said so far. */
function startDev(store: string, env: Record<string, string> = {}): Promise<{ url: string; said: () => string }> {
  const child = spawn(process.execPath, [honeEntry, 'dev', '--port', '0', '--store', store], {
    env: { ...process.env, ...env },
  });
  server = child;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve({ url: text.trim(), said: () => said }));
    child.once('exit', (code) => reject(new Error(`hone dev ended with ${code}: ${said}`)));
  });
}

async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

test('hone dev trains what is put into datasets/, answers over HTTP, and ends when asked', async () => {
  mkdirSync(join(folder, 'pipelines'), { recursive: true });
  writeFileSync(
    join(folder, 'pipelines/houses.yml'),
    'name: houses\ntask: regression\ndata: { path: datasets/houses/, target: value, exclude: [id, class], ready: { quiet: 0 s } }\nstop: { epochs: 10 }\n',
  );
  const { url, said } = await startDev(folder);
  const getJson = async (path: string) => (await fetch(new URL(path, url))).json();
  expect(await getJson('/models')).toEqual({ models: [] });

  mkdirSync(join(folder, 'datasets/houses'), { recursive: true });
  writeFileSync(join(folder, 'datasets/houses/houses.csv'), sampleCsv(120));
  const [model] = await until(async () => {
    const { models } = await getJson('/models');
    return models.length > 0 && models[0].champion !== null && models;
  }, `a model; hone dev said:\n${said()}`);
  expect(model.name).toBe('houses');

  const answer = await fetch(new URL('/models/houses/predictions', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [{ size: 10, age: 1, zone: 'a' }] }),
  });
  expect(answer.status).toBe(200);
  expect((await answer.json()).predictions).toHaveLength(1);
  expect(await (await fetch(url)).text()).toContain('houses');

  const foreign = await new Promise<number | undefined>((resolve, reject) => {
    get(url, { headers: { host: 'attacker.example' } }, ({ statusCode }) => resolve(statusCode)).once('error', reject);
  });
  expect(foreign).toBe(403);

  const ended = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a pipeline that is wrong holds up none that lands beside it', async () => {
  const store = join(folder, 'beside');
  mkdirSync(join(store, 'pipelines'), { recursive: true });
  const { url, said } = await startDev(store);
  mkdirSync(join(store, 'datasets/good'), { recursive: true });
  writeFileSync(join(store, 'datasets/good/good.csv'), sampleCsv(120));
  const good = 'data: { path: datasets/good/, target: value, exclude: [id, class], ready: { quiet: 0 s } }';
  writeFileSync(join(store, 'pipelines/good.yml'), `name: good\ntask: regression\n${good}\n`);
  writeFileSync(
    join(store, 'pipelines/bad.yml'),
    'name: bad\ntask: multiclas\ndata: { path: datasets/bad/, target: y }\n',
  );
  await until(async () => {
    const { models } = await (await fetch(new URL('/models', url))).json();
    return models.some(({ champion }: { champion: unknown }) => champion !== null);
  }, `a model; hone dev said:\n${said()}`);
  expect(said()).toContain('pipelines/bad.yml, line 2, task: expected one of');
  server?.kill('SIGTERM');
});

test('hone dev that reads data is ended by a signal at once', async () => {
  const bucket = 'example-hone-data';
  const s3 = await startS3Server({ buckets: [bucket] });
  try {
    const s3Objects = s3Store({ bucket, client: s3.client() });
    await putText(s3Objects, 'datasets/houses/a.csv', sampleCsv(40));
    const reads = Promise.withResolvers<void>();
    s3.onRequest = ({ method, key }) => {
      if (method !== 'GET' || key !== 'datasets/houses/a.csv') return undefined;
      reads.resolve();
      return { delayMs: 20_000 };
    };
    const { url } = await startDev(`s3://${bucket}`, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_S3: s3.url,
    });
    const ended = new Promise((resolve) => server?.once('exit', (code, signal) => resolve([code, signal])));
    await fetch(new URL('/trainings', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        pipeline: { name: 'houses', task: 'regression', data: { path: 'datasets/houses/', target: 'value' } },
      }),
    });
    await reads.promise;
    server?.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  } finally {
    await s3.close();
  }
}, 60_000);

test('hone dev on a folder that can not be made says so and ends', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await hone(['dev', '--port', '0', '--store', join(folder, 'file/store')]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^StoreError: .*file\/store\/\w+: expected a folder that can be made, found ENOTDIR\n$/);
});

test('hone dev says why a workflow failed, and where an inspection left its report and draft', async () => {
  const store = join(folder, 'told');
  mkdirSync(join(store, 'datasets/bad'), { recursive: true });
  mkdirSync(join(store, 'pipelines'), { recursive: true });
  const document = 'name: bad\ntask: regression\ndata: { path: datasets/bad/, target: nope, ready: { quiet: 0 s } }\n';
  writeFileSync(join(store, 'pipelines/bad.yml'), document);
  writeFileSync(join(store, 'datasets/bad/a.csv'), sampleCsv(20));
  mkdirSync(join(store, 'datasets/free'));
  const free = join(store, 'datasets/free/a.csv');
  writeFileSync(free, sampleCsv(20));
  // Long ago, so that nobody waits for more of it.
  utimesSync(free, 1e9, 1e9);
  const { said, url } = await startDev(store);
  await until(async () => /failed: InputError: .*"nope"/.test(said()), `the reason; hone dev said:\n${said()}`);
  expect(await (await fetch(url)).text()).toMatch(/<td>failed<\/td><td class="why">InputError: .*&quot;nope&quot;/);
  mkdirSync(join(store, 'datasets/fresh'));
  writeFileSync(join(store, 'datasets/fresh/a.csv'), sampleCsv(20));
  const waits =
    /^datasets\/fresh\/ waits until nothing was written to it for 60 s: at \d\d:\d\d:\d\d if nothing more comes$/m;
  await until(async () => waits.test(said()), `the wait; hone dev said:\n${said()}`);
  const told = /Inspection report: (\S+); draft of a pipeline: (\S+)/;
  const [, page, draft] = await until(async () => told.exec(said()) ?? undefined, 'the inspection');
  expect(page.startsWith(url)).toBe(true);
  expect((await fetch(page)).status).toBe(200);
  expect(readFileSync(draft, 'utf8')).toContain('put this file under pipelines/');
  server?.kill('SIGTERM');
}, 30_000);
