import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../lib/registry/manifest.ts';
import { hone, temporaryFolder } from '../support/cli.ts';

const folder = temporaryFolder();
const inFolder = (...args: string[]) => hone(args, { cwd: folder });
const write = (name: string, lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
const header = 'sold,size,city,kind,review,price';

/** Flats whose price follows from size, weekday and a word in the review; one of 1,400 cities each. */
function flats(count: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2022, 0, 1) + ((i * 7919) % 365) * 86_400_000 + (i % 24) * 3_600_000);
    const size = 20 + ((i * 37) % 181);
    const isLovely = i % 3 === 0;
    const price = 3 * size + (day.getUTCDay() % 6 === 0 ? 50 : 0) + (isLovely ? 40 : 0);
    const review = `${isLovely ? 'a lovely bright flat' : 'some dark cellar'} number ${i}`;
    return [day.toISOString().slice(0, 16), size, `city${i % 1400}`, i % 2 ? 'flat' : 'house', review, price].map(
      String,
    );
  });
}
const linesOf = (rows: string[][]) => [header, ...rows.map((row) => row.join())];

let version = '';
beforeAll(async () => {
  write('train.csv', linesOf(flats(4_000)));
  write('p.yml', [
    'name: p',
    'task: regression',
    'data: { path: ./train.csv, target: price }',
    'prepare: { dates: both, columns: { review: { encode: ngrams, buckets: 64 } } }',
  ]);
  const { code, stdout, stderr } = await inFolder('run', 'p.yml', '--json');
  expect([code, stderr]).toEqual([0, expect.stringContaining('Read 4,000 rows')]);
  const result = JSON.parse(stdout);
  expect(result.metrics.r2.value).toBeGreaterThan(0.95);
  version = result.version;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('dates become parts and epoch, many levels are hashed, and text becomes n-grams when asked', () => {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, '.hone/models/p', version, 'manifest.json'), 'utf8'));
  const { features, columns } = manifest.encoding;
  expect(features.map(({ name, kind }) => [name, kind])).toEqual([
    ['sold', 'date'],
    ['size', 'number'],
    ['city', 'hash'],
    ['kind', 'category'],
    ['review', 'text'],
  ]);
  const names = columns.map(({ name }) => name);
  // All are of one year, and on the hour.
  expect(names.slice(0, 5)).toEqual(['sold (epoch)', 'sold (month)', 'sold (day)', 'sold (weekday)', 'sold (hour)']);
  expect(names).toEqual(expect.arrayContaining(['city (#255)', 'kind=flat', 'review (#63)']));
});

test('later data that breaks the schema gets a report that says how, on the terminal too', async () => {
  const later = flats(300).map(([, size, , kind, review, price], i) => {
    return [
      i % 5 ? '2031-06-01' : 'someday',
      i % 3 ? `${Number(size) + 900}` : 'n/k',
      'x',
      i % 2 ? 'castle' : kind,
      review,
      price,
    ];
  });
  write('later.csv', linesOf(later));
  const { code, stdout } = await inFolder('evaluate', 'p', '--data', 'later.csv');
  expect(code).toBe(0);
  const warnings = stdout.replaceAll(/\n {13}/g, ' ');
  for (const warning of [
    'Column "sold": expected dates as in the training data, found "someday" in 60 of 300 cells, which count as missing.',
    'Column "sold": 240 values are far outside the training range',
    'Column "size": expected numbers as in the training data, found "n/k" in 100 of 300 cells',
    'Column "size": 200 values are far outside the training range of 20 to 200',
    'Column "kind": 150 of 300 cells hold what the training data did not: "castle".',
  ]) {
    expect(warnings).toContain(warning);
  }
  const predicted = await inFolder('predict', 'p', '--input', 'later.csv');
  expect([predicted.code, predicted.stdout.trim().split('\n').length]).toEqual([0, 301]);
  expect(predicted.stderr).toContain('Warning: Column "kind": 150 of 300 cells hold what the training data did not');
});

test('later data without a feature is evaluated with a warning, and without the target refused', async () => {
  const rows = flats(100);
  write('lacking.csv', [header.replace('size', 'sise'), ...rows.map((row) => row.join())]);
  const lacking = await inFolder('evaluate', 'p', '--data', 'lacking.csv');
  expect([lacking.code, lacking.stdout]).toEqual([
    0,
    expect.stringMatching(/Column "size" is not there: .*\n? *Is it "sise"/s),
  ]);
  write('unlabelled.csv', [header.replace(',price', ''), ...rows.map((row) => row.slice(0, -1).join())]);
  const unlabelled = await inFolder('evaluate', 'p', '--data', 'unlabelled.csv');
  expect([unlabelled.code, unlabelled.stderr]).toEqual([
    2,
    expect.stringContaining('expected a column "price" (target)'),
  ]);
});

test('rows that can not be read are skipped when asked, and kept with the reasons', async () => {
  const lines = linesOf(flats(400));
  lines[7] = 'too,few';
  lines[9] = lines[9].replace(/^[^,]+,\d+/, '2022-01-01,many');
  write('bad.csv', lines);
  const document = ['name: bad', 'task: regression', 'data:', '  path: ./bad.csv', '  target: price'];
  write('bad.yml', document);
  const refused = await inFolder('run', 'bad.yml');
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('./bad.csv, line 8: expected 6 cells, found 2'),
  ]);
  write('skip.yml', [...document, '  badRows: { skip: { count: 2 } }']);
  const skipped = await inFolder('run', 'skip.yml', '--json');
  const rejected = readFileSync(join(folder, '.hone/runs', JSON.parse(skipped.stdout).run, 'rejected.jsonl'), 'utf8');
  expect(
    rejected
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { key: './bad.csv', line: 8, text: 'too,few', reason: expect.stringContaining('expected 6 cells') },
    { key: './bad.csv', line: 10, reason: expect.stringContaining('column "size": expected a number, found "many"') },
  ]);
});

test('HONE_MEMORY_MB limits the memory for data, of evaluations too, and must be a number of mebibytes', async () => {
  const evaluate = (limit: string) =>
    hone(['evaluate', 'p', '--data', 'train.csv'], { cwd: folder, env: { HONE_MEMORY_MB: limit } });
  const small = await evaluate('100');
  expect([small.code, small.stderr]).toEqual([
    2,
    expect.stringContaining('expected a dataset that 100 MiB of memory can hold'),
  ]);
  const wrong = await evaluate('2 GB');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('HONE_MEMORY_MB: expected a whole number of mebibytes, found "2 GB"'),
  ]);
  expect((await evaluate('2000')).code).toBe(0);
});
