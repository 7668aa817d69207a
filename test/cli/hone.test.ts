import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Store } from '../../lib/store/s3.ts';
import { hone, honeEntry, root, temporaryFolder } from '../support/cli.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { startS3Server } from '../support/s3-server.ts';

const folder = temporaryFolder();
const store = join(folder, 'store');
const inStore = (...args: string[]) => hone([...args, '--store', store], { cwd: folder });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

const houses = (more = '') =>
  `name: houses\ntask: regression\ndata: { path: ./houses.csv, target: value, exclude: [id, class] }\nstop: { epochs: 20 }\n${more}`;

beforeAll(() => {
  write('houses.csv', sampleCsv(200));
  write('houses.yml', houses());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('hone run', () => {
  test('the diamonds example reaches R² 0.90 on held-out rows, and is found the second time', async () => {
    const run = () => hone(['run', 'examples/diamonds.yml', '--json', '--store', store]);
    const first = await run();
    expect(first.code).toBe(0);
    const result = JSON.parse(first.stdout);
    expect(Object.keys(result)).toEqual(['run', 'version', 'status', 'solution', 'gate', 'metrics', 'report']);
    expect(result).toMatchObject({ status: 'trained', gate: 'pass' });
    expect(result.metrics.r2.value).toBeGreaterThanOrEqual(0.9);
    expect(first.stderr).toMatch(/Read 53,940 rows/);
    expect(first.stderr).toMatch(/^Trained 1 step in .+: converged, /m);

    const second = await run();
    expect(JSON.parse(second.stdout)).toEqual({ ...result, status: 'found' });
    expect(existsSync(join(store, result.report))).toBe(true);
  });

  test('it leaves its compiled form for the next start, which ignores a damaged one', async () => {
    const again = () => inStore('run', 'houses.yml', '--json');
    const first = await again();
    const { entries } = JSON.parse(readFileSync(join(root, 'dist', 'current.json'), 'utf8'));
    const compiled = join(root, 'dist', `${entries.run}.${process.version}-${process.arch}-regression`);
    expect(statSync(compiled).size).toBeGreaterThan(100_000);
    const whole = readFileSync(compiled);
    // The last one is what a power failure may leave on a disk.
    const holed = Buffer.from(whole).fill(0, whole.length >> 1, (whole.length >> 1) + 8192);
    for (const damaged of ['damaged', '', whole.subarray(0, -1), holed]) {
      writeFileSync(compiled, damaged);
      expect(await again()).toMatchObject({ code: 0, stdout: first.stdout.replace('"trained"', '"found"') });
      expect(statSync(compiled).size).toBeGreaterThan(100_000);
      expect(readFileSync(compiled).equals(holed)).toBe(false);
    }
  });

  test('the same bytes under another name are the same version; a changed cell is another', async () => {
    const [first] = [JSON.parse((await inStore('run', 'houses.yml', '--json')).stdout)];
    copyFileSync(join(folder, 'houses.csv'), join(folder, 'renamed.csv'));
    write('renamed.yml', houses().replace('houses.csv', 'renamed.csv'));
    write('changed.csv', readFileSync(join(folder, 'houses.csv'), 'utf8').replace('r7,', 'r8,'));
    write('changed.yml', houses().replace('houses.csv', 'changed.csv'));
    const renamed = JSON.parse((await inStore('run', 'renamed.yml', '--json')).stdout);
    const changed = JSON.parse((await inStore('run', 'changed.yml', '--json')).stdout);
    expect(renamed).toMatchObject({ version: first.version, status: 'found' });
    expect(changed).toMatchObject({ status: 'trained' });
    expect(changed.version).not.toBe(first.version);
  });

  test('a dataset that is a link is read where it lies', async () => {
    symlinkSync(join(folder, 'houses.csv'), join(folder, 'linked.csv'));
    write('linked.yml', houses().replace('houses.csv', 'linked.csv'));
    const linked = await inStore('run', 'linked.yml', '--json');
    expect([linked.code, JSON.parse(linked.stdout).status]).toEqual([0, 'found']);
  });

  test('without --json it prints a table that says where the report lies', async () => {
    const { code, stdout } = await inStore('run', 'houses.yml');
    expect(code).toBe(0);
    expect(stdout).toMatch(/RMSE +[\d.,]+ +[\d.,]+/);
    const [, page] = /report +(\S+report\.html)/.exec(stdout) ?? [];
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('a gate that fails gives exit code 1, and the version is registered all the same', async () => {
    write('strict.yml', houses('evaluate: { gates: [{ metric: rmse, atMost: 0.001 }] }'));
    const { code, stdout } = await inStore('run', 'strict.yml', '--json');
    const result = JSON.parse(stdout);
    expect([code, result.gate]).toEqual([1, 'fail']);
    const models = JSON.parse((await inStore('models', 'houses', '--json')).stdout);
    expect(models.versions.map(({ version }: { version: string }) => version)).toContain(result.version);
    expect(models.aliases.champion).not.toBe(result.version);
  });
});

describe('a mistake of the user gives exit code 2, one sentence on standard error, and nothing on standard output', () => {
  test.each([
    [['run', 'nowhere.yml'], 'InputError: nowhere.yml: expected a pipeline document, found no such file'],
    [['run', 'nowhere'], 'NotFoundError: pipeline nowhere: expected pipelines/nowhere.yml, found none'],
    [['run'], 'InputError: hone run: expected PIPELINE, found nothing'],
    [['run', 'houses.yml', '--fast'], "InputError: hone run: Unknown option '--fast'"],
    [['train'], 'InputError: hone: expected one of run, inspect'],
    [['predict', 'houses'], 'InputError: hone predict: expected either --input or --rows, found neither'],
    [
      ['predict', 'houses', '--rows', '{bad'],
      'InputError: hone predict, --rows: expected JSON, found something else (',
    ],
    [['predict', 'houses', '--rows', '{"size": 1e400}'], 'field "size": expected a finite number, found "1e400"'],
    [['inspect', 'none.csv'], 'It was looked for in the store: a file of this machine is ./none.csv'],
    [['predict', 'nobody', '--rows', '{}'], 'NotFoundError: model nobody: expected a model of that name, found none'],
    [['card', 'huoses'], 'model huoses: expected a model of that name, found none. Did you mean "houses"?'],
    [['models', 'huoses'], 'model huoses: expected a model of that name, found none. Did you mean "houses"?'],
    [['promote', 'huoses', 'f'.repeat(32)], 'expected a model of that name, found none. Did you mean "houses"?'],
    [['rollback', 'huoses'], 'model huoses: expected a model of that name, found none. Did you mean "houses"?'],
    [['open', 'huoses'], 'model huoses: expected a model of that name, found none. Did you mean "houses"?'],
    [['preditc', 'houses'], 'found "preditc". Did you mean "predict"?'],
    [['run', 'houses.yml', '--thread', '2'], "Unknown option '--thread'. Did you mean --threads?"],
    [['promote', 'houses', 'f'.repeat(32)], 'NotFoundError: model houses: expected version'],
    [['inspect', './nothing.csv'], 'InputError: data.path: expected a dataset at ./nothing.csv, found no object there'],
    [['inspect', ''], 'InputError: data: expected a path, found an empty text'],
    [['predict', 'houses', '--input', ''], 'InputError: data: expected a path, found an empty text'],
    [['evaluate', 'houses'], 'InputError: hone evaluate: expected --data DATA, found none'],
    [['dev', '--port', 'http'], 'InputError: hone dev, --port: expected 0 to 65535, found "http"'],
  ])('hone %j', async (args, message) => {
    const { code, stdout, stderr } = await inStore(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n +at /);
  });
});

test('sparse data is told with how far its features go', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 2} 1:${i} ${3 + (i % 5)}:${i % 7}\n`);
  write('sparse.libsvm', rows.join(''));
  write('sparse.yml', 'name: sparse\ntask: binary\ndata: { path: ./sparse.libsvm, target: label }\n');
  expect((await inStore('run', 'sparse.yml')).stderr).toMatch(
    /^Read 60 rows × 1 column and features by index up to 7 in /m,
  );
  expect((await inStore('inspect', './sparse.libsvm')).stdout).toMatch(
    /^\.\/sparse\.libsvm: 60 rows, 1 column and features by index up to 7\n\nOf the 60 × 7 cells of the features, \d+ are not zero\.\n/,
  );
});

test('an error shows the control characters of names in the data, and does not obey them', async () => {
  write('red.csv', '"\u001b[31mred\u009b2J",y\n1,2\n3,4\n');
  write('red.yml', 'name: red\ntask: regression\ndata: { path: ./red.csv, target: nope }\n');
  const { code, stderr } = await inStore('run', 'red.yml');
  expect(code).toBe(2);
  expect(stderr).toContain('it has "\ufffd[31mred\ufffd2J", "y"');
});

describe('the commands around a model', () => {
  test('hone predict answers rows, a file, and a whole prefix of the store, beside row ids', async () => {
    await inStore('run', 'houses.yml', '--json');
    const rows = JSON.parse(
      (await inStore('predict', 'houses', '--rows', '{"size": 40, "age": 10, "zone": "b"}')).stdout,
    );
    expect(rows.predictions).toHaveLength(1);

    const file = (await inStore('predict', 'houses', '--input', 'houses.csv', '--id', 'id')).stdout.split('\n');
    expect(file[0]).toBe('id,prediction');
    expect(file[1]).toMatch(/^r0,-?[\d.]+$/);
    expect(file).toHaveLength(202);
    const asJson = JSON.parse(
      (await inStore('predict', 'houses', '--input', 'houses.csv', '--id', 'id', '--json')).stdout,
    );
    expect(`${asJson.ids[0]},${asJson.predictions[0]}`).toBe(file[1]);
    expect(asJson.predictions).toHaveLength(200);

    mkdirSync(join(store, 'datasets/later'), { recursive: true });
    const [header, ...lines] = sampleCsv(30, { seed: 9 }).trimEnd().split('\n');
    writeFileSync(join(store, 'datasets/later/a.csv'), [header, ...lines.slice(0, 10)].join('\n'));
    writeFileSync(join(store, 'datasets/later/b.csv'), [header, ...lines.slice(10)].join('\n'));
    const scored = JSON.parse((await inStore('predict', 'houses', '--input', 'datasets/later/', '--json')).stdout);
    expect(scored).toMatchObject({
      rows: 30,
      outputs: [expect.stringMatching(/\/a\.csv$/), expect.stringMatching(/\/b\.csv$/)],
    });
    expect(readFileSync(join(store, scored.outputs[1]), 'utf8')).toMatch(/^id,prediction\ndatasets\/later\/b\.csv:2,/);
  });

  test('hone evaluate scores a version on labelled data, and finds it the second time', async () => {
    await inStore('run', 'houses.yml', '--json');
    write('new.csv', sampleCsv(80, { seed: 5 }));
    const evaluate = async () =>
      JSON.parse((await inStore('evaluate', 'houses', '--data', 'new.csv', '--json')).stdout);
    const first = await evaluate();
    expect(first).toMatchObject({ model: 'houses', status: 'evaluated', gate: 'none' });
    expect(first.metrics.r2.value).toBeGreaterThan(0.2);
    expect(await evaluate()).toEqual({ ...first, status: 'found' });
    expect((await inStore('open', first.report)).stdout.trim()).toBe(
      join(store, first.report.replace('.json', '.html')),
    );
  });

  test('hone promote and hone rollback move champion there and back', async () => {
    const first = JSON.parse((await inStore('run', 'houses.yml', '--json')).stdout).version;
    write('other.yml', houses('model: { l2: 0.01 }'));
    const other = JSON.parse((await inStore('run', 'other.yml', '--json')).stdout).version;
    expect((await inStore('promote', 'houses', first.slice(0, 8))).stdout).toContain(`→ ${first}`);
    expect(JSON.parse((await inStore('rollback', 'houses', '--json')).stdout)).toMatchObject({
      from: first,
      to: other,
    });
  });

  test('hone rollback of an alias that has nothing before it is the input’s fault, and says so', async () => {
    const { version } = JSON.parse((await inStore('run', 'houses.yml', '--json')).stdout);
    await inStore('promote', 'houses', version, '--alias', 'shadow');
    const { code, stderr } = await inStore('rollback', 'houses', '--alias', 'shadow');
    expect([code, stderr]).toEqual([
      2,
      `NotFoundError: model houses, alias shadow: expected a version before ${version} to go back to, found none: it is the first. To point the alias at another version, promote that\n`,
    ]);
  });

  test('hone inspect describes columns and drafts a pipeline that runs', async () => {
    const { stdout } = await inStore('inspect', 'houses.csv', '--json');
    const inspection = JSON.parse(stdout);
    expect(inspection).toMatchObject({
      rows: 200,
      columns: expect.arrayContaining([expect.objectContaining({ name: 'size', kind: 'integer' })]),
    });
    // The draft predicts the last column; under its own name it would meet a champion that predicts another one.
    write('draft.yml', inspection.draft.replace('name: "houses"', 'name: drafted'));
    expect((await inStore('run', 'draft.yml', '--json')).code).toBe(0);
  });
});

test('help names every command, and each command its options', async () => {
  const { code, stdout } = await hone(['--help']);
  expect(code).toBe(0);
  const names = [...stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
  const models = ['metrics', 'models', 'card', 'promote', 'rollback', 'sign'];
  expect(names).toEqual(['run', 'inspect', 'evaluate', 'predict', ...models, 'open', 'dev', 'replay']);
  expect((await hone(['predict', '--help'])).stdout).toContain('--rows JSON');
});

test('the bundle and the sources report the release of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect((await hone(['--version'])).stdout.trim()).toBe(version);
  const sources = spawnSync(process.execPath, [join(root, 'cli/main.ts'), '--version'], { encoding: 'utf8' });
  expect(sources.stdout.trim()).toBe(version);
});

test('help of a command is what its --help prints; help of no command is refused', async () => {
  const [asked, flagged] = await Promise.all([hone(['help', 'run']), hone(['run', '--help'])]);
  expect(asked).toEqual(flagged);
  expect((await hone(['help', 'fly'])).stderr).toContain('found "fly"');
});

describe('what was asked for and can not be done is refused', () => {
  test('--output where predictions go elsewhere', async () => {
    const output = join(folder, 'predictions.csv');
    const ofStore = await inStore('predict', 'houses', '--input', 'datasets/x/', '--output', output);
    const ofRows = await inStore('predict', 'houses', '--rows', '{}', '--output', output);
    expect([ofStore.code, ofRows.code]).toEqual([2, 2]);
    expect(ofStore.stderr).toContain('--output: expected an --input that is a local path, found datasets/x/');
    expect(ofRows.stderr).toContain('--output: expected an --input that is a local path, found --rows');
  });

  test('a store that is a file', async () => {
    const { code, stderr } = await hone(['models', '--store', join(folder, 'houses.csv')]);
    expect(code).toBe(2);
    expect(stderr).toContain('expected a folder or s3://bucket/prefix, found a file');
  });
});

test('hone open finds the training of a model that has no other report', async () => {
  const own = join(folder, 'own');
  const { report } = JSON.parse((await hone(['run', 'houses.yml', '--json', '--store', own], { cwd: folder })).stdout);
  const opened = await hone(['open', 'houses', '--store', own]);
  expect(opened.stdout.trim()).toBe(join(own, report.replace('.json', '.html')));
  expect((await hone(['open', 'barns', '--store', own])).code).toBe(2);
});

describe.skipIf(process.platform === 'win32')('output that can not be written', () => {
  // More than a pipe holds.
  beforeAll(async () => {
    write('many.csv', sampleCsv(20_000));
    await inStore('run', 'houses.yml', '--json');
  });
  const shell = (script: string) => {
    const args = [honeEntry, 'predict', 'houses', '--input', 'many.csv', '--store', store];
    return spawnSync('sh', ['-c', script, process.execPath, ...args], { cwd: folder, encoding: 'utf8' });
  };

  test('to a reader that has had enough, it ends quietly with 0', () => {
    const { stdout, stderr } = shell('{ "$0" "$@"; echo "gave $?" >&2; } | head -1');
    expect(stdout).toMatch(/^id,prediction[^\n]*\n$/);
    expect(stderr).toBe('gave 0\n');
  });

  test.skipIf(!existsSync('/dev/full'))('to a full disk, it says so and gives exit code 3', () => {
    const { status, stderr } = shell('"$0" "$@" > /dev/full');
    expect([status, stderr]).toEqual([3, 'StoreError: standard output: expected it to be written, found ENOSPC\n']);
  });
});

test('hone run that is interrupted keeps a checkpoint, and goes on from there to the same version', async () => {
  // Steps without an end, so that the training lasts until it is asked to stop.
  const document = houses('optimizer: { name: adam }').replace('epochs: 20', 'epochs: 600000, patience: 600000');
  write('long.yml', document);
  const args = [honeEntry, 'run', 'long.yml', '--json', '--store'];
  const child = spawn(process.execPath, [...args, join(folder, 'broken')], { cwd: folder });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (/^step 100,/m.test(text) && !/^step 100,/m.test(said)) child.kill('SIGINT');
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const [, step] = /Interrupted: run the same command again to go on from step (\d+)/.exec(said) ?? [];
  expect([code, Number(step) >= 100], said).toEqual([130, true]);

  const again = await hone(['run', 'long.yml', '--json', '--store', join(folder, 'broken')], { cwd: folder });
  expect(again.stderr).toContain(`Going on from step ${step}\n`);
  const whole = await hone(['run', 'long.yml', '--json', '--store', join(folder, 'whole')], { cwd: folder });
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(whole.stdout));
}, 60_000);

test('hone run that still waits for its data is ended by a signal at once', async () => {
  const bucket = 'example-hone-data';
  const server = await startS3Server({ buckets: [bucket] });
  try {
    await putText(s3Store({ bucket, client: server.client() }), 'datasets/houses/a.csv', sampleCsv(40));
    write('waiting.yml', houses().replace('./houses.csv', 'datasets/houses/'));
    const env = {
      ...process.env,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_S3: server.url,
    };
    const args = [honeEntry, 'run', 'waiting.yml', '--store', `s3://${bucket}`];
    const reads = Promise.withResolvers<void>();
    server.onRequest = ({ method, key }) => {
      if (method !== 'GET' || key !== 'datasets/houses/a.csv') return undefined;
      reads.resolve();
      return { delayMs: 20_000 };
    };
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])));
    await Promise.race([reads.promise, ended]);
    child.kill('SIGTERM');
    expect([await ended, said]).toEqual([[null, 'SIGTERM'], expect.stringMatching(/^Reading 1 object, .*\n$/)]);
  } finally {
    await server.close();
  }
}, 60_000);
