import { expect, test } from 'vitest';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openScoring, readScoring, score } from '../../lib/jobs/score.ts';
import { readManifest } from '../../lib/registry/versions.ts';
import type { Report } from '../../lib/report/report.ts';
import { readJson } from '../../lib/store/json.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

// Passengers who survive by their age, and a column that says so; dates, an identifier, and free text.
const passengers = (count: number, from = 0) =>
  [
    'passenger_id,age,deck,boarded,alive,note,survived',
    ...Array.from({ length: count }, (_, k) => {
      const i = from + k;
      const survived = (i * 37) % 100 < 20 + ((i * 53) % 60);
      return [
        i,
        i % 9 ? (i * 53) % 60 : '',
        'ABC'[i % 3],
        `2024-0${(i % 3) + 1}-1${i % 10}`,
        survived ? 'yes' : 'no',
        `seen near boat ${i}`,
        survived ? 1 : 0,
      ].join();
    }),
  ].join('\n');

const pipeline = (rest = '') => `
name: t
task: binary
data: { path: datasets/t/, target: survived, split: { by: stratified } }
prepare:
  impute: median
  missingIndicator: true
  columns: { age: { scale: robust }, boarded: { encode: parts } }
optimizer: { name: gd }
stop: { steps: 5 }
${rest}`;

async function trained() {
  const context = testContext();
  await putText(context.store, 'datasets/t/t.csv', passengers(240));
  const outcome = await runPipeline(context, pipelineOf(pipeline()));
  return { context, ...outcome };
}

test('the report says of each column what it is, why, and its role; a leak is told', async () => {
  const { context, report, version } = await trained();
  const { data } = await readJson<Report>(context.store, report);
  expect(
    data.columns.map(({ name, kind, kindReason, role, reason }) => [name, kind, kindReason, role, reason]),
  ).toEqual([
    [
      'passenger_id',
      'identifier',
      '192 different whole numbers, and the name says so',
      'excluded',
      '192 different whole numbers, and the name says so',
    ],
    ['age', 'integer', expect.stringMatching(/^\d+ cells are whole numbers$/), 'feature', undefined],
    ['deck', 'category', '3 different values in 192 cells', 'feature', undefined],
    ['boarded', 'date-time', '192 of 192 cells are dates, such as "2024-01-10"', 'feature', undefined],
    [
      'alive',
      'boolean',
      'two values, "no" and "yes"',
      'feature',
      'suspected leak: its value tells "survived" in 192 of 192 training rows',
    ],
    [
      'note',
      'text',
      '192 different values in 192 training rows, of 4.0 words on average',
      'excluded',
      expect.stringContaining('encode: ngrams'),
    ],
    ['survived', 'category', '2 different values in 192 cells', 'target', undefined],
  ]);
  expect(data.warnings).toContain(
    'Column "alive" is suspected to leak the target: its value tells "survived" in 192 of 192 training rows. Exclude it unless it is known before.',
  );
  expect(data.split).toBe(
    '20% of the rows are held out, drawn with seed 0 within each value of "survived"; equal rows stay together.',
  );

  const manifest = await readManifest(context.store, 't', version);
  expect(manifest.encoding.columns.map(({ name }) => name)).toEqual([
    'age',
    'age (missing)',
    'deck=A',
    'deck=B',
    'deck=C',
    'boarded (month)',
    'boarded (day)',
    'boarded (weekday)',
    'alive=no',
    'alive=yes',
  ]);
  expect(manifest.schema?.columns.find(({ name }) => name === 'deck')).toMatchObject({
    role: 'feature',
    levels: ['A', 'B', 'C'],
  });
});

const broken = passengers(60, 1000)
  .replaceAll(',A,', ',Z,')
  .replace(/^(\d+),\d*,/gm, '$1,unknown,')
  .replace('note,', 'remark,');
const complaints = [
  'Column "age": expected numbers as in the training data, found "unknown" in 60 of 60 cells, which count as missing.',
  'Column "age": no cell has a value.',
  'Column "deck": 20 of 60 cells hold what the training data did not: "Z".',
  'Column "remark" was not in the training data, and was ignored.',
];

test('data that breaks the schema is evaluated, and the report says how it breaks it', async () => {
  const { context, version } = await trained();
  await putText(context.store, 'datasets/later/t.csv', broken);
  const { report } = await evaluateModel(context, { name: 't', version, path: 'datasets/later/' });
  expect((await readJson<Report>(context.store, report)).data.warnings).toEqual(complaints);
});

test('data that lacks a feature is evaluated all the same, and the report says so; without any it is refused', async () => {
  const { context, version } = await trained();
  await putText(
    context.store,
    'datasets/lacking/t.csv',
    passengers(60).replace('deck', 'desk').replace('boarded', 'x'),
  );
  const evaluateAt = (path: string) => evaluateModel(context, { name: 't', version, path });
  const { report, metrics } = await evaluateAt('datasets/lacking/');
  expect(metrics.auc.value).toBeGreaterThan(0.5);
  expect((await readJson<Report>(context.store, report)).data.warnings).toEqual([
    'Column "deck" is not there: it counts as missing in every row. Is it "desk" now?',
    'Column "boarded" is not there: it counts as missing in every row.',
    'Columns "desk", "x" were not in the training data, and were ignored.',
  ]);
  await putText(context.store, 'datasets/other/t.csv', 'a,survived\n1,1\n2,0\n');
  await expect(evaluateAt('datasets/other/')).rejects.toThrow('expected a column "age" (feature)');
});

test('data that breaks the schema is scored with warnings; without a needed column it is refused by name', async () => {
  const { context, version } = await trained();
  await putText(context.store, 'datasets/later/t.csv', broken);
  const { scoring } = await openScoring(context, { name: 't', version, input: 'datasets/later/' });
  expect(await score(context, { scoring })).toEqual({ scoring, done: true });
  expect(await readScoring(context, scoring)).toMatchObject({ rows: 60, warnings: complaints });

  await putText(context.store, 'datasets/lacking/t.csv', passengers(60).replace('deck', 'desk'));
  const lacking = await openScoring(context, { name: 't', version, input: 'datasets/lacking/' });
  await expect(score(context, { scoring: lacking.scoring })).rejects.toThrow('expected a column "deck" (feature)');
});
