import { describe, expect, test } from 'vitest';
import type { HoneError } from '../../lib/core/errors.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun, readOutcome } from '../../lib/jobs/runs.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const document = (task: string, target: string, more = '') =>
  `name: bad\ntask: ${task}\ndata: { path: datasets/bad/, target: ${target}, split: { test: 0.3 } }\n${more}`;

/** Runs a pipeline that must fail; answers the error, after seeing that nothing is left but the run's own note of it. */
async function failureOf(csv: string, yaml: string): Promise<HoneError> {
  const context = testContext();
  await putText(context.store, 'datasets/bad/bad.csv', csv);
  const error = await runPipeline(context, pipelineOf(yaml)).then(
    () => expect.fail('was accepted'),
    (failure: HoneError) => failure,
  );
  const lasting = Object.keys(context.store.lasting());
  expect(lasting).toEqual(['datasets/bad/bad.csv']);
  const { run } = await openRun(context, pipelineOf(yaml));
  expect(await readOutcome(context.store, run)).toEqual({
    error: { name: error.name, message: error.message, attempt: 0 },
  });
  return error;
}

const rows = (line: (i: number) => string, count = 40) => Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('data that cannot be learned from is refused with where, what was expected and what was found', () => {
  test.each([
    ['an empty file', '', 'regression', 'y', 'datasets/bad/bad.csv'],
    ['a header only', 'x,y\n', 'regression', 'y', 'datasets/bad/bad.csv'],
    [
      'a target that is not there',
      `x,y\n${rows((i) => `${i},${i}`)}\n`,
      'regression',
      'price',
      '"price"; it has "x", "y"',
    ],
    [
      'a misspelt target',
      `x,price\n${rows((i) => `${i},${i}`)}\n`,
      'regression',
      'prcie',
      'found "prcie"; it has "x", "price". Did you mean "price"?',
    ],
    [
      'no header',
      `${rows((i) => `${i}.5,${i}`)}\n`,
      'regression',
      'y',
      'it has "0.5", "0". If the first line is data, write data.header: false (hone inspect --no-header)',
    ],
    [
      'a constant target',
      `x,y\n${rows((i) => `${i},7`)}\n`,
      'regression',
      'y',
      'expected values that differ, found 7 in every row',
    ],
    ['one class only', `x,y\n${rows((i) => `${i},yes`)}\n`, 'binary', 'y', 'yes'],
    ['three classes for a binary task', `x,y\n${rows((i) => `${i},c${i % 3}`)}\n`, 'binary', 'y', 'multiclass'],
    ['features that are all missing', `x,y\n${rows((i) => `,${i}`)}\n`, 'regression', 'y', 'feature'],
    [
      'text where numbers stood',
      `x,y\n${rows((i) => `${i === 31 ? 'n/x' : i},${i}`)}\n`,
      'regression',
      'y',
      'datasets/bad/bad.csv, line 33, column "x": expected a number, found "n/x"',
    ],
    [
      'text in a numeric target',
      `x,y\n${rows((i) => `${i},${i === 5 ? 'cheap' : i}`)}\n`,
      'regression',
      'y',
      'line 7, column "y": expected a number, found "cheap"',
    ],
    [
      'infinity as text',
      `x,y\n${rows((i) => `${i === 3 ? 'inf' : i},${i}`)}\n`,
      'regression',
      'y',
      'line 5, column "x": expected a finite number, found "inf"',
    ],
    ['a row that is too short', `x,y\n${rows((i) => (i === 8 ? '8' : `${i},${i}`))}\n`, 'regression', 'y', 'line 10'],
    ['too few rows to hold any out', 'x,y\n1,2\n', 'regression', 'y', 'data.split: expected rows on both sides'],
  ])('%s', async (_, csv, task, target, message) => {
    const error = await failureOf(csv, document(task, target));
    expect(error.name).toBe('InputError');
    expect(error.message).toContain(message);
  });

  test('10,000 columns', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join();
    const error = await failureOf(`${names}\n`, document('regression', 'c0'));
    expect(error.message).toContain('expected at most 4096 columns, found 10000');
  });

  test('a log of a target that is not positive', async () => {
    const error = await failureOf(
      `x,y\n${rows((i) => `${i},${i - 3}`)}\n`,
      document('regression', 'y', 'prepare: { target: log }'),
    );
    expect(error.message).toMatch(/line \d+, column "y"/);
  });

  test('a metric that does not fit the task, before there is a run', async () => {
    const context = testContext();
    await putText(context.store, 'datasets/bad/bad.csv', `x,y\n${rows((i) => `${i},${i}`)}\n`);
    const pipeline = pipelineOf(document('regression', 'y', 'evaluate: { metrics: [auc] }'));
    await expect(runPipeline(context, pipeline)).rejects.toThrow('auc');
    expect(Object.keys(context.store.lasting())).toEqual(['datasets/bad/bad.csv']);
    expect(await readOutcome(context.store, (await openRun(context, pipeline)).run)).toEqual({ error: undefined });
  });

  test('a negative weight', async () => {
    const yaml = 'name: bad\ntask: regression\ndata: { path: datasets/bad/, target: y, weight: w, split: none }';
    const error = await failureOf(`x,y,w\n${rows((i) => `${i},${i},${i === 4 ? -1 : 1}`)}\n`, yaml);
    expect(error.message).toContain('line 6, column "w": expected a weight of zero or more, found -1');
  });
});

test('more columns than the limit are read when the pipeline raises it', async () => {
  const context = testContext();
  const names = Array.from({ length: 5_000 }, (_, i) => `c${i}`).join();
  const lines = rows((row) => Array.from({ length: 5_000 }, (_, i) => (row * 31 + i * 17) % 11).join(), 30);
  await putText(context.store, 'datasets/wide/wide.csv', `${names}\n${lines}\n`);
  const yaml =
    'name: wide\ntask: regression\ndata: { path: datasets/wide/, target: c0, limits: { columns: 5000 } }\nstop: { steps: 3 }\noptimizer: { name: gd, learningRate: 0.0001 }';
  expect((await runPipeline(context, pipelineOf(yaml))).status).toBe('trained');
});

test('NaN as text is a missing cell', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/n/n.csv', `x,y\n${rows((i) => `${i % 5 === 0 ? 'NaN' : i},${i}`)}\n`);
  const { status } = await runPipeline(
    context,
    pipelineOf('name: n\ntask: regression\ndata: { path: datasets/n/, target: y }'),
  );
  expect(status).toBe('trained');
});

test('a learning rate that diverges is a NumericError with advice', async () => {
  const error = await failureOf(
    sampleCsv(60),
    `name: bad\ntask: regression\ndata: { path: datasets/bad/, target: value, exclude: [id, class] }\noptimizer: { name: gd, learningRate: 100 }\nstop: { steps: 5000 }`,
  );
  expect(error.name).toBe('NumericError');
  expect(error.message).toMatch(
    /optimizer gd: expected the loss to fall, found otherwise: the loss .* Lower optimizer.learningRate \(it was 100, try 10\)/,
  );
});

test('a pipeline whose dataset is not there is told so', async () => {
  const yaml = 'name: none\ntask: regression\ndata: { path: datasets/none/, target: y }';
  await expect(runPipeline(testContext(), pipelineOf(yaml))).rejects.toThrow(
    'data.path: expected a dataset at datasets/none/, found no object there',
  );
});

test.each(['./houses.csv', '../houses.csv', '/etc/passwd'])(
  'the local path %s is refused where there is no local disk',
  async (path) => {
    const yaml = `name: local\ntask: regression\ndata: { path: ${path}, target: y }`;
    await expect(runPipeline(testContext(), pipelineOf(yaml))).rejects.toThrow(`found the local path ${path}`);
  },
);

test('two datasets that arrive at once are trained each for itself', async () => {
  const context = testContext();
  const one = (name: string, seed: number) =>
    putText(context.store, `datasets/${name}/${name}.csv`, sampleCsv(80, { seed }));
  await Promise.all([one('a', 1), one('b', 2)]);
  const yaml = (name: string) =>
    `name: ${name}\ntask: regression\ndata: { path: datasets/${name}/, target: value, exclude: [id, class] }`;
  const run = (name: string) => runPipeline({ ...context, memory: new Map() }, pipelineOf(yaml(name)));
  const both = await Promise.all([run('a'), run('b')]);
  const alone = await Promise.all(
    ['a', 'b'].map(async (name, i) => {
      const fresh = testContext();
      await putText(fresh.store, `datasets/${name}/${name}.csv`, sampleCsv(80, { seed: i + 1 }));
      return runPipeline(fresh, pipelineOf(yaml(name)));
    }),
  );
  expect(both.map(({ version, metrics }) => ({ version, metrics }))).toEqual(
    alone.map(({ version, metrics }) => ({ version, metrics })),
  );
});

test('column names that look like a row of data are warned of, unless there is no header or the data is no text', async () => {
  const warningsOf = async (csv: string, more = '', key = 'bad.csv') => {
    const context = testContext();
    await putText(context.store, `datasets/bad/${key}`, csv);
    const target = more === '' ? 'y' : '2';
    const yaml = `name: bad\ntask: regression\ndata: { path: datasets/bad/, target: ${target}${more} }\n`;
    const { report } = await runPipeline(context, pipelineOf(yaml));
    const { data } = JSON.parse(new TextDecoder().decode((await context.store.get(report)).body));
    return data.warnings.filter((text: string) => text.includes('look like data'));
  };
  const body = rows((i) => `${i},${i * 2},${i * 3}`);
  expect(await warningsOf(`6,33.6,y\n${body}\n`)).toEqual([
    'The names of the columns look like data ("6", "33.6", "y", …). If the first line is data, write data.header: false (hone inspect --no-header); the columns are then named 0, 1, 2 and so on.',
  ]);
  expect(await warningsOf(`6,33.6,1\n${body}\n`, ', header: false')).toEqual([]);
  expect(await warningsOf(`a,q0.5,y\n${body}\n`)).toEqual([]);
  expect(await warningsOf(`2019,2020,y\n${body}\n`)).toEqual([]);
  const json = rows((i) => `{"6": ${i}, "33.6": ${i * 2}, "y": ${i * 3}}`);
  expect(await warningsOf(`${json}\n`, '', 'bad.jsonl')).toEqual([]);
});
