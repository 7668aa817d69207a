import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError, NumericError } from '../../lib/core/errors.ts';
import type { JobProgress } from '../../lib/jobs/context.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { roundShares } from '../../lib/jobs/search.ts';
import { train } from '../../lib/jobs/train.ts';
import type { Report, SearchResult } from '../../lib/report/report.ts';
import { renderTable } from '../../lib/report/terminal.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/search.json', import.meta.url), 'utf8')) as {
  csv: string;
  trials: { l2: number; scores: number[]; mean: number; sd: number }[];
};

const csv = sampleCsv(300);

const document = (rest: string, { task = 'regression', target = 'value' } = {}) => `
name: houses
task: ${task}
data: { path: datasets/houses/, target: ${target}, exclude: [id, ${target === 'value' ? 'class' : 'value'}] }
${rest}
`;

async function contextWith(text: string, options: Parameters<typeof testContext>[0] = {}) {
  const context = testContext(options);
  await putText(context.store, 'datasets/houses/houses.csv', text);
  return context;
}

const readJson = async (context: ReturnType<typeof testContext>, key: string) =>
  JSON.parse(new TextDecoder().decode((await context.store.get(key)).body));

async function reportOf(
  yaml: string,
  text = csv,
): Promise<{ report: Report; search: SearchResult; context: ReturnType<typeof testContext> }> {
  const context = await contextWith(text);
  const result = await runPipeline(context, pipelineOf(yaml));
  const report = (await readJson(context, result.report)) as Report;
  return { report, search: report.evaluation?.search as SearchResult, context };
}

describe('a grid search', () => {
  const yaml = `
name: ridge
task: regression
data: { path: datasets/houses/, target: y, exclude: [t], split: { by: time, column: t } }
search: { kind: grid, over: { model.l2: [10, 0, 0.1, 1] }, folds: 4 }
`;

  test('scores each trial on each fold as ridge regression in numpy does, and the lowest mean wins', async () => {
    const { search, report } = await reportOf(yaml, golden.csv);
    expect(search.trials).toHaveLength(4);
    for (const { l2, scores, mean, sd } of golden.trials) {
      const trial = search.trials.find(({ fields }) => fields['model.l2'] === l2);
      for (const [fold, score] of scores.entries()) expect(trial?.scores[fold]).toBeCloseTo(score, 6);
      expect(trial?.mean).toBeCloseTo(mean, 6);
      expect(trial?.standardDeviation).toBeCloseTo(sd, 6);
    }
    const best = golden.trials.toSorted((a, b) => a.mean - b.mean)[0];
    expect(search.trials[search.best - 1].fields).toEqual({ 'model.l2': best.l2 });
    expect(report.model?.l2).toBe(best.l2);
  });

  test('gives the model that its best trial gives without a search', async () => {
    const { search, context, report } = await reportOf(yaml, golden.csv);
    const { fields } = search.trials[search.best - 1];
    const plain = yaml.replace(/search:.*/, `model: { l2: ${fields['model.l2']} }`);
    const alone = await reportOf(plain, golden.csv);
    const bytes = async (of: typeof alone) =>
      Buffer.from((await of.context.store.get(`models/ridge/${of.report.version}/model.safetensors`)).body).toString(
        'hex',
      );
    expect(await bytes({ context, report, search })).toBe(await bytes(alone));
    expect(alone.report.version).not.toBe(report.version);
  });

  test('never looks at the rows that are held out', async () => {
    const lines = golden.csv.trimEnd().split('\n');
    // The latest twelve of sixty rows are held out; whatever their targets are, the trials' scores stay.
    const changed = lines.map((line, i) => (i > 48 ? line.replace(/[^,]*$/, `${i * 1000}`) : line)).join('\n');
    const [before, after] = [await reportOf(yaml, golden.csv), await reportOf(yaml, `${changed}\n`)];
    expect(after.search.trials).toEqual(before.search.trials);
    expect(after.report.evaluation?.metrics.rmse).not.toEqual(before.report.evaluation?.metrics.rmse);
  });

  test('is found when it is asked for again, with its trials', async () => {
    const { context, search, report } = await reportOf(yaml, golden.csv);
    await context.store.delete('datasets/houses/houses.csv');
    await putText(context.store, 'datasets/houses/other.csv', golden.csv);
    const progress: JobProgress[] = [];
    const again = await runPipeline(
      { ...context, memory: new Map(), onProgress: (event) => progress.push(event) },
      pipelineOf(yaml),
    );
    expect(again).toMatchObject({ status: 'found', version: report.version });
    expect(progress.filter(({ kind }) => kind === 'trial')).toEqual([]);
    expect((await readJson(context, again.report)).evaluation.search).toEqual(search);
  });

  test('stands in the terminal and on the page, trial by trial', async () => {
    const { context, report } = await reportOf(yaml, golden.csv);
    const table = renderTable(report, { path: 'report.html' });
    expect(table).toMatch(/trial\s+model\.l2\s+RMSE\s+± sd\s+fold 1\s+fold 2/);
    expect(table.match(/^[* ] \d/gm)).toHaveLength(4);
    expect(table).toMatch(/search\s+Trial \d \(model\.l2/);
    const page = new TextDecoder().decode((await context.store.get(`runs/${report.run}/report.html`)).body);
    expect(page).toContain('Every trial');
    expect(page.match(/<th scope="row" class="number">/g)).toHaveLength(4);
  });
});

const interruptible: [string, string][] = [
  ['a grid', 'search: { kind: grid, over: { model.l2: [0, 0.1], prepare.scale: [standard, minMax] }, folds: 3 }'],
  [
    'draws on a validation part',
    'optimizer: { name: adam, batchSize: 64 }\nstop: { epochs: 2 }\nsearch: { kind: random, over: { optimizer.learningRate: { from: 0.001, to: 0.1, scale: log } }, trials: 3, seed: 4, validation: 0.25 }',
  ],
  [
    'halving',
    'search: { kind: halving, over: { model.l2: [0, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000] }, folds: 2, smallest: 10 }',
  ],
  ['cross-validation', 'evaluate: { folds: 4 }'],
];

describe.each(interruptible)('%s', (_, rest) => {
  test('that is interrupted wherever it can be leaves the same bytes as one that is not, and does no trial twice', async () => {
    const runInCalls = async (remainingMs: () => number) => {
      const heard: string[] = [];
      const context = await contextWith(csv);
      const { run } = await openRun(context, pipelineOf(document(rest)));
      let calls = 0;
      for (let done = false; !done; calls++) {
        const call = testContext({
          remainingMs,
          onProgress: (event) => event.kind === 'trial' && heard.push(event.text),
        });
        ({ done } = await train({ ...call, store: context.store }, { run }));
      }
      await runPipeline(context, pipelineOf(document(rest)));
      return { calls, heard, lasting: context.store.lasting(), writes: context.store.objects.size };
    };
    const whole = await runInCalls(() => Number.POSITIVE_INFINITY);
    const parts = await runInCalls(() => 0);
    expect(whole.calls).toBe(1);
    expect(parts.calls).toBeGreaterThan(3);
    expect(parts.lasting).toEqual(whole.lasting);
    expect([...new Set(parts.heard)]).toEqual(whole.heard);
  });
});

test('a trial that is done is not trained again after a deadline', async () => {
  const context = await contextWith(csv);
  const yaml = document('search: { kind: grid, over: { model.l2: [0, 0.1, 1] }, folds: 2 }');
  const { run } = await openRun(context, pipelineOf(yaml));
  await train({ ...context, remainingMs: () => 0 }, { run });
  const key = `runs/${run}/trials/1-0001/scores.json`;
  for (let calls = 0; !context.store.objects.has(key) || (await readJson(context, key)).folds.length < 2; calls++) {
    expect(calls).toBeLessThan(10);
    await train({ ...context, memory: new Map(), remainingMs: () => 0 }, { run });
  }
  // What was kept is what counts: with another figure in its place, the search reports that one.
  const kept = await readJson(context, key);
  kept.folds[0].rmse.value = 0.125;
  await putText(context.store, key, JSON.stringify(kept));
  await train({ ...context, memory: new Map() }, { run });
  expect((await readJson(context, `runs/${run}/search.json`)).trials[0].scores[0]).toBe(0.125);
});

test('a trial that diverges, or does not fit the data, is a trial with its reason, not the end', async () => {
  const { search } = await reportOf(
    document(
      'optimizer: { name: gd }\nstop: { epochs: 300 }\nsearch: { kind: grid, over: { optimizer: [{ name: gd, learningRate: 1000 }, { name: gd }, { name: newton }], model.loss: [squared, huber] }, folds: 2 }',
    ),
  );
  const problems = search.trials.map(({ problem }) => problem);
  expect(problems[0]).toMatch(/^fold 1: optimizer gd: expected the loss to fall/);
  expect(problems[5]).toMatch(/expected an objective with second derivatives/);
  expect(search.trials[0]).toMatchObject({ mean: null, scores: [null, null] });
  expect(search.trials[search.best - 1].mean).not.toBeNull();
});

test('a search of which no trial can be scored fails, and says why', async () => {
  const yaml = document(
    'optimizer: { name: gd }\nstop: { epochs: 300 }\nsearch: { kind: grid, over: { optimizer.learningRate: [1000, 2000] } }',
  );
  const context = await contextWith(csv);
  await expect(runPipeline(context, pipelineOf(yaml))).rejects.toThrow(NumericError);
  await expect(runPipeline(context, pipelineOf(yaml))).rejects.toThrow(
    /no trial|found none: optimizer\.learningRate 1000: fold 1/,
  );
});

test('a field that the dataset knows nothing of is refused before anything is trained', async () => {
  const context = await contextWith(csv);
  const yaml = document('search: { kind: grid, over: { data.exclude: [[id, class], [id, class, sise]] } }');
  await expect(runPipeline(context, pipelineOf(yaml))).rejects.toThrow(
    /data\.exclude: expected a column of the dataset, found "sise"/,
  );
  expect([...context.store.objects.keys()].filter((key) => key.includes('/trials/'))).toEqual([]);
});

test('a metric that the task does not have is refused before anything is trained', async () => {
  const context = await contextWith(csv);
  const yaml = document('search: { kind: grid, over: { model.l2: [0, 1] }, metric: auc }');
  await expect(runPipeline(context, pipelineOf(yaml))).rejects.toThrow(InputError);
  expect([...context.store.objects.keys()].filter((key) => key.includes('/trials/'))).toEqual([]);
});

test('features, preparation, optimizers and layers can be searched over, and the version predicts with those that won', async () => {
  const { report, context, search } = await reportOf(
    document(
      'search: { kind: grid, over: { data.exclude: [[id, class], [id, class, size]], model.kind: [linear, mlp], prepare.scale: [standard, minMax] }, folds: 2 }\nstop: { epochs: 5 }',
    ),
  );
  expect(search.trials).toHaveLength(8);
  expect(search.trials[search.best - 1].fields['data.exclude']).toEqual(['id', 'class']);
  expect(report.model?.kind).toBe(search.trials[search.best - 1].fields['model.kind']);
  const evaluated = await evaluateModel(context, {
    name: 'houses',
    version: report.version as string,
    path: 'datasets/houses/',
    heldOut: true,
  });
  expect(evaluated.metrics.rmse).toEqual(report.evaluation?.metrics.rmse);
});

describe('halving', () => {
  test('gives one in three trials three times the rows, and the last round all of them', async () => {
    const { search, report } = await reportOf(
      document(
        'search: { kind: halving, over: { model.l2: [0, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000] }, folds: 2, smallest: 10 }',
      ),
    );
    const rounds = [1, 2, 3].map((round) => search.trials.filter((trial) => trial.round === round));
    expect(rounds.map(({ length }) => length)).toEqual([9, 3, 1]);
    expect(rounds.map(([{ share }]) => share)).toEqual([1 / 9, 1 / 3, 1].map((share) => expect.closeTo(share, 12)));
    const survivors = rounds[0].toSorted((a, b) => Number(a.mean) - Number(b.mean)).slice(0, 3);
    expect(rounds[1].map(({ number }) => number)).toEqual(survivors.map(({ number }) => number).sort((a, b) => a - b));
    expect(search.best).toBe(rounds[2][0].number);
    expect(renderTable(report, { path: 'x' })).toMatch(/trial\s+round\s+model\.l2/);
  });

  test('grows epochs instead, when that is asked', async () => {
    const { search } = await reportOf(
      document(
        'optimizer: { name: sgd }\nstop: { epochs: 9 }\nsearch: { kind: halving, over: { optimizer.learningRate: { from: 0.0001, to: 0.1, scale: log } }, trials: 9, budget: epochs, validation: 0.2 }',
      ),
    );
    expect(search.trials.filter(({ round }) => round === 1)).toHaveLength(9);
    expect(search.trials.at(-1)).toMatchObject({ round: 3, share: 1, number: search.best });
  });

  test.each([
    [9, 1000, [1 / 9, 1 / 3, 1]],
    [26, 10_000, [1 / 9, 1 / 3, 1]],
    [27, 10_000, [1 / 27, 1 / 9, 1 / 3, 1]],
    [27, 1000, [1 / 9, 1 / 3, 1]],
    [2, 1000, [1]],
    [9, 99, [1]],
  ])('of %i trials and %i rows has rounds of these shares', (trials, rows, shares) => {
    const found = roundShares({ halving: { factor: 3, budget: 'rows', smallest: 100 } }, trials, rows, []);
    expect(found).toEqual(shares.map((share) => expect.closeTo(share, 12)));
  });
});

describe('cross-validation', () => {
  test('without a search gives each metric on each fold, beside the metrics on the held-out rows', async () => {
    const { report } = await reportOf(document('evaluate: { folds: 4, metrics: [mae, r2] }'));
    const { crossValidation, metrics } = report.evaluation as NonNullable<Report['evaluation']>;
    expect(Object.keys(crossValidation?.metrics ?? {})).toEqual(['mae', 'r2']);
    expect(crossValidation?.metrics.mae.folds).toHaveLength(4);
    const { folds, mean } = crossValidation?.metrics.mae ?? { folds: [], mean: null };
    expect(mean).toBeCloseTo(folds.reduce<number>((sum, value) => sum + Number(value), 0) / 4, 12);
    expect(metrics.mae.value).toBeGreaterThan(0);
    expect(renderTable(report, { path: 'x' })).toMatch(/cross-validation\s+mean\s+± sd\s+fold 1/);
  });

  test('agrees with the numpy figures of the same ridge regression', async () => {
    const { report } = await reportOf(
      'name: ridge\ntask: regression\ndata: { path: datasets/houses/, target: y, exclude: [t], split: { by: time, column: t } }\nmodel: { l2: 0.1 }\nevaluate: { folds: 4 }',
      golden.csv,
    );
    const expected = golden.trials.find(({ l2 }) => l2 === 0.1);
    const found = report.evaluation?.crossValidation?.metrics.rmse;
    expect(found?.mean).toBeCloseTo(expected?.mean as number, 6);
    expect(found?.standardDeviation).toBeCloseTo(expected?.sd as number, 6);
  });

  test.each(['hash', 'random', 'stratified', 'group'])('holds each training row out once, split by %s', async (by) => {
    const context = await contextWith(csv);
    const column = by === 'group' ? ', column: size' : '';
    const yaml = document('evaluate: { folds: 3 }').replace(
      'target: value',
      `target: value, split: { by: ${by}${column} }`,
    );
    const result = await runPipeline(context, pipelineOf(yaml));
    const report = (await readJson(context, result.report)) as Report;
    expect(report.evaluation?.crossValidation?.metrics.rmse.folds.every((value) => Number(value) > 0)).toBe(true);
  });
});
