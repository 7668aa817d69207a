import { beforeAll, expect, test } from 'vitest';
import { freeTextLevels } from '../../lib/data/free-text.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { inspect } from '../../lib/jobs/inspect.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { readManifest } from '../../lib/registry/versions.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

const rowCount = freeTextLevels + 20_000;
let csv = '';
let later = '';

/** A number, a note of four words that is another in each row but for some without one, a time, and a target. */
function notes(count: number): string {
  const lines = ['x,note,at,y'];
  for (let row = 0; row < count; row++) {
    const note = row % 1000 === 0 ? '' : `visit number ${row} noted`;
    lines.push(`${row % 97},${note},${new Date(row * 61_000).toISOString()},${(row % 97) * 2 + (row % 5)}`);
  }
  return `${lines.join('\n')}\n`;
}

beforeAll(() => {
  csv = notes(rowCount);
  later = notes(500);
});

const read = (options: ReadOptions) => readTable([bytesObject('a.csv', csv)], options);

test('free text that nobody asks for is let go of, and what is known of it is kept', async () => {
  const table = await read({ mayLetGo: () => true });
  // Times are as many and as different, and they are kept: they mean something.
  expect(table.columns.map(({ name }) => name)).toEqual(['x', 'at', 'y']);
  expect(table.unread).toEqual(['note']);
  expect(table.freeTexts).toEqual([
    {
      name: 'note',
      position: 1,
      kind: 'text',
      reason: `${freeTextLevels} different values in ${freeTextLevels} first rows, of 4.0 words on average`,
      missing: rowCount / 1000,
      distinct: freeTextLevels,
      examples: Array.from({ length: 5 }, (_, i) => `visit number ${i + 1} noted`),
    },
  ]);
});

test('columns that are declared, or that may not be let go of, are kept', async () => {
  for (const options of [{}, { mayLetGo: () => true, kinds: { note: 'category' as const } }]) {
    const { columns, freeTexts } = await read(options);
    expect([columns.length, freeTexts]).toEqual([4, undefined]);
  }
});

test('the limit of different texts holds for what is kept, and not for what is let go of', async () => {
  const limits = { levels: freeTextLevels + 10 };
  await expect(read({ limits })).rejects.toThrow(
    `column "at": expected at most ${freeTextLevels + 10} different texts, found more`,
  );
  const onlyNotes = csv.replaceAll(/,[^,\n]*(,[^,\n]*)$/gm, '$1');
  const object = bytesObject('a.csv', onlyNotes);
  expect((await readTable([object], { limits, mayLetGo: () => true })).rowCount).toBe(rowCount);
});

test('it stands in an inspection at its place, with a warning that says what was not counted', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/visits.csv', csv);
  const { profile } = await inspect(context, 'datasets/visits.csv');
  expect(profile.map(({ name, kind }) => [name, kind])).toEqual([
    ['x', 'integer'],
    ['note', 'text'],
    ['at', 'date-time'],
    ['y', 'integer'],
  ]);
  expect(profile[1]).toMatchObject({ missing: rowCount / 1000, mostFrequent: undefined, rows: rowCount });
  expect(profile[1].warnings.at(-1)).toContain('counted up to 100000');
});

test('a training leaves it out and says so; later data with it breaks nothing', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/visits/a.csv', csv);
  const yaml =
    'name: visits\ntask: regression\ndata: { path: datasets/visits/, target: y, exclude: [at] }\nstop: { epochs: 1 }\n';
  const { report: key, version } = await runPipeline(context, pipelineOf(yaml));
  const { data } = await readReport(context, key);
  expect(data.columns.find(({ name }) => name === 'note')).toMatchObject({
    role: 'excluded',
    reason: expect.stringMatching(/^text \(100000 different values .*encode: ngrams$/),
  });
  expect(data.warnings.filter((warning) => warning.includes('"note"'))).toHaveLength(1);
  const { schema } = await readManifest(context.store, 'visits', version);
  expect(schema?.columns.find(({ name }) => name === 'note')).toMatchObject({ kind: 'text', role: 'unused' });

  await putText(context.store, 'datasets/later.csv', later);
  const evaluated = await evaluateModel(context, { name: 'visits', path: 'datasets/later.csv' });
  expect((await readReport(context, evaluated.report)).data.warnings).toEqual([]);
});

test('a pipeline that asks for n-grams of it gets them', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/visits/a.csv', csv);
  const yaml =
    'name: visits\ntask: regression\ndata: { path: datasets/visits/, target: y, include: [x, note] }\n' +
    'prepare: { columns: { note: { encode: ngrams, buckets: 4 } } }\nstop: { epochs: 1 }\n';
  const { version } = await runPipeline(context, pipelineOf(yaml));
  const { encoding } = await readManifest(context.store, 'visits', version);
  expect(encoding.columns).toHaveLength(5);
});
