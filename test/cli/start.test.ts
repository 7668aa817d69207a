import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Store } from '../../lib/store/s3.ts';
import { hone, root, temporaryFolder } from '../support/cli.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { startS3Server } from '../support/s3-server.ts';

// How cli/hone.mjs begins: which script it takes, and whether it starts a thread before that is loaded.

const folder = temporaryFolder();
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const current = () =>
  JSON.parse(readFileSync(join(root, 'dist', 'current.json'), 'utf8')) as {
    entries: Record<string, string>;
    thread: string;
  };
const houses = 'name: houses\ntask: regression\ndata: { path: ./houses.csv, target: value, exclude: [id, class] }\n';

beforeAll(async () => {
  write('houses.csv', sampleCsv(200));
  write('houses.yml', houses);
  await hone(['--version']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(availableParallelism() < 2)('a thread starts before the command is loaded', () => {
  let thread: string;
  let whole: Buffer;
  beforeAll(() => {
    thread = join(root, 'dist', current().thread);
    whole = readFileSync(thread);
    mkdirSync(join(folder, 'data'));
    write('data/large.csv', '');
    truncateSync(join(folder, 'data/large.csv'), 16 * 2 ** 20);
    // It can't be started, and tells that somebody tried.
    writeFileSync(thread, `require('fs').writeFileSync(process.env.HONE_TEST_MARK, ''); throw new Error('no thread');`);
  });
  afterAll(() => writeFileSync(thread, whole));

  test.each([
    ['where the data is a large file', 'data: { path: ./data/large.csv, target: y }', {}, true],
    ['where JSON says so', '{ "data": { "path": "data/large.csv" }, "name": "x" }', {}, true],
    ['but not for a small one', 'data: { path: ./houses.csv, target: y }', {}, false],
    ['nor for a folder', 'data:\n  path: ./data', {}, false],
    ['nor where the document says how many', 'data:\n  path: ./data/large.csv\nthreads: 1', {}, false],
    ['nor where the environment does', 'data: { path: ./data/large.csv }', { HONE_THREADS: '2' }, false],
  ])('%s', async (title, document, env, isStarted) => {
    const [name, mark] = [`${title.replaceAll(' ', '-')}.yml`, join(folder, `${title}.mark`)];
    write(name, `${document}\n`);
    const { code, stderr } = await hone(['run', name], { cwd: folder, env: { ...env, HONE_TEST_MARK: mark } });
    // What is wrong with the document is all that is said: that there is no thread is nobody's business.
    expect([code, stderr.includes('no thread')]).toEqual([2, false]);
    expect(existsSync(mark)).toBe(isStarted);
  });
});

test('a script that is gone is made again', async () => {
  const { entries } = current();
  rmSync(join(root, 'dist', entries['run s3']));
  const { code, stderr } = await hone(['run', 'nowhere', '--store', join(folder, 'store')]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^NotFoundError: pipeline nowhere: /)]);
  expect(existsSync(join(root, 'dist', current().entries['run s3']))).toBe(true);
});

test('a compiled form that cannot be read is none', async () => {
  const form = `${join(root, 'dist', current().entries.run)}.${process.version}-${process.arch}-regression`;
  rmSync(form, { force: true });
  mkdirSync(form);
  try {
    const { code, stderr } = await hone(['run', 'houses.yml', '--store', join(folder, 'unread')], { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.stringContaining('Trained')]);
  } finally {
    rmSync(form, { recursive: true });
  }
});

test('a run that has to do with S3 takes the script that holds the SDK; the other one finds it all the same', async () => {
  const s3 = await startS3Server({ buckets: ['houses'] });
  try {
    await putText(s3Store({ bucket: 'houses', client: s3.client() }), 'datasets/houses.csv', sampleCsv(200));
    write('remote.yml', houses.replace('./', 'datasets/'));
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_S3: s3.url,
    };
    const args = ['run', 'remote.yml', '--json', '--store', 's3://houses'];
    const first = await hone(args, { cwd: folder, env });
    expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/^Reading 1 object[\s\S]*Trained/)]);
    const { entries } = current();
    const kept = (script: string) =>
      existsSync(`${join(root, 'dist', entries[script])}.${process.version}-${process.arch}-regression`);
    expect(kept('run s3')).toBe(true);
    // Nobody sees at a glance that this is S3.
    write('disguised.yml', houses.replace('./', '"\\x73\\x33://houses/datasets/').replace('.csv', '.csv"'));
    const second = await hone(['run', 'disguised.yml', '--json', '--store', join(folder, 'store')], {
      cwd: folder,
      env,
    });
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('Trained')]);
    expect(JSON.parse(second.stdout).version).toBe(JSON.parse(first.stdout).version);
    const size = (script: string) => statSync(join(root, 'dist', entries[script])).size;
    expect(size('run')).toBeLessThan(size('run s3') * 0.8);
  } finally {
    await s3.close();
  }
});
