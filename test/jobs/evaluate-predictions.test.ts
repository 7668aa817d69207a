// Longer than most: one way through the job for each of eight tasks, and for each option of a document.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { evaluatePredictions } from '../../lib/jobs/evaluate-predictions.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { checkPredictionsDocument } from '../../lib/pipeline/check-pipeline.ts';
import type { Evaluation } from '../../lib/report/report.ts';
import { putText, testContext } from '../support/jobs.ts';
import { writeParquet } from '../support/parquet-writer.ts';

type Asked = Record<string, unknown>;

/** Evaluates a text as a file of predictions. Returns the result and the report. */
async function evaluated(text: string, document: Asked, others: Record<string, string> = {}, file = 'p.csv') {
  const context = testContext();
  await putText(context.store, `datasets/${file}`, text);
  for (const [key, other] of Object.entries(others)) await putText(context.store, key, other);
  const { predictions, ...rest } = { predictions: {}, ...document } as { predictions: Asked };
  const whole = { name: 'given', ...rest, predictions: { path: `datasets/${file}`, ...predictions } };
  const result = await evaluatePredictions(context, checkPredictionsDocument(whole, 'test'));
  const report = await readReport(context, result.report);
  return { context, whole, result, report, evaluation: report.evaluation as Evaluation };
}

const csv = (header: string, rows: (string | number)[][]) =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;

/** Forty rows of two classes, of which those in the north are predicted worse. */
const churn = csv(
  'churned,p,region,weight',
  Array.from({ length: 80 }, (_, i) => {
    const isPositive = i % 2 === 0;
    const isNorth = i % 4 < 2;
    const isRight = isNorth ? i % 8 < 5 : true;
    return [
      isPositive ? 'yes' : 'no',
      isPositive === isRight ? 0.8 + i / 1000 : 0.2 - i / 1000,
      isNorth ? 'north' : 'south',
      1 + (i % 3),
    ];
  }),
);

describe('columns', () => {
  test('are found by their names, and the report says which were taken', async () => {
    const { report, evaluation } = await evaluated('target,probability\n1,0.9\n0,0.2\n1,0.6\n0,0.7\n', {
      task: 'binary',
    });
    expect(report.defaults).toEqual([
      { path: 'predictions.label', value: 'target' },
      { path: 'predictions.score', value: 'probability' },
      { path: 'predictions.positive', value: '1' },
      { path: 'predictions.threshold', value: 0.5 },
    ]);
    expect(evaluation.metrics.accuracy.value).toBe(0.75);
    expect(evaluation.metrics.auc.value).toBe(0.75);
  });

  test('of a file of two, one of which is known, need no names', async () => {
    const { evaluation } = await evaluated('actual,whatever\n1,1.5\n2,2\n4,4\n', { task: 'regression' });
    expect(evaluation.metrics.mae.value).toBeCloseTo(0.5 / 3, 15);
  });

  test('are not guessed if a document names one', async () => {
    const text = 'y,p,forecast\n1,0.9,0.3\n0,0.2,0.4\n';
    const { report } = await evaluated(text, { task: 'binary', predictions: { score: 'p' } });
    expect(report.defaults.map(({ path }) => path)).not.toContain('predictions.prediction');
  });

  test('that don’t exist are refused by name, with the most similar one', async () => {
    const asked = { task: 'binary', predictions: { label: 'target', score: 'scores' } };
    await expect(evaluated('target,score\n1,0.5\n0,0.1\n', asked)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('score: expected a column "scores", found the columns "target", "score"'),
      advice: 'Did you mean "score"?',
    });
  });

  test('without a known name, among many, must be named', async () => {
    await expect(evaluated('a,b,c\n1,2,3\n', { task: 'regression' })).rejects.toThrow(
      'expected a column for the label, found the columns "a", "b", "c"',
    );
  });

  test('of many classes are given with a star: the message for a single column of scores says so', async () => {
    await expect(evaluated('label,score\na,0.5\nb,0.1\n', { task: 'multiclass' })).rejects.toThrow(
      'expected a score for each class, or a prediction, found the columns "label", "score". Name the columns of the scores by a star',
    );
  });

  test('with a role that the task does not have are refused', async () => {
    const asked = { task: 'regression', predictions: { group: 'b' } };
    await expect(evaluated('y,prediction,b\n1,1,1\n', asked)).rejects.toThrow(
      'group: expected none for a regression task',
    );
  });
});

describe('two classes', () => {
  test('may be texts, with the positive one stated', async () => {
    const asked = { task: 'binary', predictions: { label: 'churned', score: 'p', positive: 'no' } };
    const { evaluation } = await evaluated(churn, asked);
    expect(evaluation.positiveClass).toBe('no');
    expect(evaluation.metrics.auc.value as number).toBeLessThan(0.5);
  });

  test('with scores outside of [0, 1] have margins: metrics of probabilities are undefined, and say why', async () => {
    const { evaluation, report } = await evaluated('y,score\n1,2.5\n0,-1\n1,-0.5\n0,-3\n', { task: 'binary' });
    expect(evaluation.metrics.logLoss).toMatchObject({ value: null, why: expect.any(String) });
    expect(evaluation.metrics.auc.value).toBe(1);
    expect(evaluation.metrics.recall.value).toBe(0.5);
    expect(report.defaults).toContainEqual({ path: 'predictions.threshold', value: 0 });
  });

  test('by labels alone have no scores', async () => {
    const { evaluation } = await evaluated('y,prediction\n1,1\n0,1\n0,0\n1,1\n', { task: 'binary' });
    expect(evaluation.metrics.accuracy.value).toBe(0.75);
    expect(evaluation.metrics.auc).toEqual({ value: null, why: 'there are no scores, but labels alone' });
    expect(evaluation.roc).toBeUndefined();
  });

  test('are weighted by a column', async () => {
    const asked = { task: 'binary', predictions: { weight: 'w' }, evaluate: { metrics: ['accuracy'] } };
    const { evaluation } = await evaluated('y,p,w\n1,0.9,3\n0,0.8,1\n', asked);
    expect(evaluation.metrics.accuracy.value).toBe(0.75);
  });

  test('have curves, a calibration with intervals, and fairness of the columns that are named', async () => {
    const asked = { task: 'binary', predictions: { label: 'churned', score: 'p' }, evaluate: { fairness: ['region'] } };
    const { evaluation } = await evaluated(churn, asked);
    expect(evaluation.roc?.points[0]).toEqual({ falsePositiveRate: 0, truePositiveRate: 0 });
    expect(evaluation.roc?.points.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 });
    expect(evaluation.precisionRecall?.points.at(-1)).toMatchObject({ recall: 1 });
    const bins = evaluation.calibrationCurve?.bins ?? [];
    expect(bins.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(80);
    for (const { observed, low = 1, high = 0 } of bins) expect(low <= observed && observed <= high).toBe(true);
    expect(evaluation.fairness?.[0].groups.map(({ value, rowCount }) => [value, rowCount])).toEqual([
      ['north', 40],
      ['south', 40],
    ]);
  });

  test('have slices, the worst first, and gates on each of them', async () => {
    const gates = [{ metric: 'accuracy', atLeast: 0.9, slices: true }];
    const asked = {
      task: 'binary',
      predictions: { label: 'churned', score: 'p' },
      evaluate: { slices: ['region'], gates },
    };
    const { evaluation, result, report } = await evaluated(churn, asked);
    expect(evaluation.slices?.slices[0]).toMatchObject({ name: 'region = north', difference: { verdict: 'worse' } });
    expect(evaluation.slices?.slices[1].metrics.accuracy.value).toBe(1);
    expect(result.gate).toBe('fail');
    expect(report.verdict.gates[0].sentence).toContain('where region is north');
  });

  test('show the rows with the largest losses behind a switch alone', async () => {
    const asked = { task: 'binary', predictions: { label: 'churned', score: 'p' } };
    expect((await evaluated(churn, asked)).evaluation.worstRows).toBeUndefined();
    const { evaluation } = await evaluated(churn, { ...asked, evaluate: { worstRows: 3 } });
    expect(evaluation.worstRows).toHaveLength(3);
    const [worst] = evaluation.worstRows ?? [];
    expect(worst.place).toMatch(/^datasets\/p\.csv, line \d+$/);
    expect(worst.features).toMatchObject({ region: 'north' });
    expect(worst.loss).toBeCloseTo(
      -Math.log(Number(worst.actual === 'yes' ? worst.features.p : 1 - Number(worst.features.p))),
      12,
    );
  });

  test('show of several labels those rows that have the most wrong, and refuse rankings, which have none', async () => {
    const text = 'y_a,y_b,pred_a,pred_b\n1,0,1,0\n0,1,1,0\n1,1,1,0\n';
    const asked = { evaluate: { worstRows: 2 } };
    const { evaluation } = await evaluated(text, { task: 'multilabel', ...asked });
    const shown = evaluation.worstRows?.map(({ place, actual, predicted, loss }) => [place, actual, predicted, loss]);
    expect(shown).toEqual([
      ['datasets/p.csv, line 3', 'b', 'a', 1],
      ['datasets/p.csv, line 4', 'a, b', 'a', 0.5],
    ]);
    await expect(evaluated('relevance,score\n1,2\n0,1\n', { task: 'ranking', ...asked })).rejects.toThrow(
      'evaluate.worstRows: expected none for a ranking task',
    );
  });
});

describe('gates', () => {
  const asked = (gates: unknown[], more = {}) => ({
    task: 'binary',
    predictions: { label: 'churned', score: 'p' },
    evaluate: { gates, ...more },
  });

  test.each([
    ['pass', { metric: 'accuracy', atLeast: 0.5, confidence: 0.95 }],
    ['pass', { metric: 'accuracy', atLeast: 0.5, confidence: 0.8 }],
    ['fail', { metric: 'accuracy', atLeast: 0.99, confidence: 0.95 }],
    ['undecided', { metric: 'accuracy', atLeast: 0.8, confidence: 0.95 }],
    ['undecided', { metric: 'accuracy', atLeast: 0.5, atLeastRows: 1000 }],
    ['pass', { metric: 'logLoss', noWorseThan: 'baseline' }],
    ['pass', { metric: 'logLoss', atMost: 10 }],
  ])('%s: %j', async (verdict, gate) => {
    const { result, report } = await evaluated(churn, asked([gate]));
    expect(result.gate).toBe(verdict);
    expect(report.verdict.gates).toHaveLength(1);
    expect(report.verdict.gates[0].verdict).toBe(verdict);
  });

  test('on a metric that is not listed measure it, too', async () => {
    const { evaluation } = await evaluated(churn, asked([{ metric: 'mcc', atLeast: 0 }], { metrics: ['accuracy'] }));
    expect(Object.keys(evaluation.metrics)).toEqual(['accuracy', 'mcc']);
  });
});

describe('another file', () => {
  const own = { task: 'binary', predictions: { label: 'y', score: 'p' } };
  const rows = Array.from({ length: 60 }, (_, i) => [i % 2, (i % 2) * 0.5 + (i % 7) / 20]);
  const text = csv('y,p', rows);

  test('of the same rows is compared metric by metric, and gates may refer to it', async () => {
    const worse = csv(
      'y,p',
      rows.map(([y], i) => [y, (i % 10) / 10]),
    );
    const gates = [{ metric: 'auc', noWorseThan: 'against' }];
    const { evaluation, result } = await evaluated(
      text,
      { ...own, against: { path: 'datasets/q.csv' }, evaluate: { gates } },
      { 'datasets/q.csv': worse },
    );
    expect(evaluation.against).toMatchObject({ name: 'datasets/q.csv' });
    const auc = evaluation.comparisons?.find(({ against, metric }) => against === 'file' && metric === 'auc');
    expect(auc).toMatchObject({ test: 'DeLong', verdict: 'better' });
    expect(auc?.sentence).toMatch(/^ROC AUC .* above that of datasets\/q\.csv, .*: better\.$/);
    expect(result.gate).toBe('pass');
  });

  test('in another order is matched by a column of ids, and gives what the same order gives', async () => {
    const lines = rows.map(([y], i) => [`row-${i}`, y, (i % 10) / 10]);
    const named = csv(
      'id,y,p',
      rows.map(([y, p], i) => [`row-${i}`, y, p]),
    );
    const [inOrder, shuffled] = [lines, lines.toSorted((a, b) => (a[0] < b[0] ? 1 : -1))].map((some) =>
      csv('key,y,p', [...some, ['row-x', 1, 0.5]]),
    );
    const asked = (more: object) => ({ ...own, predictions: { ...own.predictions, ...more } });
    const against = { path: 'datasets/q.csv', id: 'key' };
    const byId = await evaluated(named, { ...asked({ id: 'id' }), against }, { 'datasets/q.csv': shuffled });
    const alike = await evaluated(named, { ...asked({ id: 'id' }), against }, { 'datasets/q.csv': inOrder });
    const plain = csv('key,y,p', lines);
    const byPlace = await evaluated(
      named,
      { ...own, against: { path: 'datasets/q.csv' } },
      { 'datasets/q.csv': plain },
    );
    expect(byId.evaluation.comparisons).toEqual(byPlace.evaluation.comparisons);
    expect(alike.evaluation.comparisons).toEqual(byPlace.evaluation.comparisons);
    expect(byId.report.data.warnings).toEqual(['1 row of datasets/q.csv without a counterpart was left out.']);
  });

  test.each([
    [
      { id: 'id' },
      'id,y,p\n1,1,0.5\n3,0,0.2\n',
      'line 3, column "id": expected a row of the same id at datasets/q.csv',
    ],
    [
      { id: 'id' },
      'id,y,p\n1,1,0.5\n1,0,0.2\n',
      'line 3, column "id" (id): expected an id of its own, found "1" again',
    ],
    [{ id: 'id' }, 'id,y,p\n1,1,0.5\n,0,0.2\n', 'line 3, column "id" (id): expected an id of its own, found a missing'],
    [{ id: 'id' }, 'y,p\n1,0.5\n0,0.2\n', 'datasets/q.csv: expected a column "id" (id), found the columns'],
    [{}, 'id,y,p\n1,1,0.5\n2,0,0.2\n', 'predictions.id: expected a column in predictions.id, too,'],
  ])('with ids %j that do not fit is refused: %j', async (more, other, message) => {
    const asked = {
      ...own,
      predictions: { ...own.predictions, ...more },
      against: { path: 'datasets/q.csv', id: 'id' },
    };
    const text = 'id,y,p\n1,1,0.9\n2,0,0.4\n';
    await expect(evaluated(text, asked, { 'datasets/q.csv': other })).rejects.toThrow(message);
  });

  test('with other labels is refused, with the row', async () => {
    const other = csv(
      'y,p',
      rows.map(([y, p], i) => [i === 4 ? 1 - y : y, p]),
    );
    const asked = { ...own, against: { path: 'datasets/q.csv' } };
    await expect(evaluated(text, asked, { 'datasets/q.csv': other })).rejects.toThrow(
      'datasets/q.csv: expected the rows of datasets/p.csv in the same order, found another label in row 5',
    );
  });
});

describe('other tasks', () => {
  test('many classes have a probability each, by a star in the name', async () => {
    const text = 'label,p_cat,p_dog,p_fox\ncat,0.6,0.3,0.1\ndog,0.5,0.4,0.1\nfox,0.1,0.1,0.8\nfox,0.2,0.2,0.6\n';
    const { evaluation, report } = await evaluated(text, { task: 'multiclass' });
    expect(evaluation.metrics.accuracy.value).toBe(0.75);
    expect(evaluation.confusionMatrix).toEqual({
      labels: ['cat', 'dog', 'fox'],
      counts: [
        [1, 0, 0],
        [1, 0, 0],
        [0, 0, 2],
      ],
    });
    expect(evaluation.classes?.map(({ label, support }) => [label, support])).toEqual([
      ['cat', 1],
      ['dog', 1],
      ['fox', 2],
    ]);
    expect(report.defaults).toContainEqual({ path: 'predictions.score', value: 'p_*' });
    const expected = -(Math.log(0.6) + Math.log(0.4) + Math.log(0.8) + Math.log(0.6)) / 4;
    expect(evaluation.metrics.logLoss.value).toBeCloseTo(expected, 12);
  });

  test('several labels have a column each', async () => {
    const text = 'y_a,y_b,p_a,p_b\n1,0,0.9,0.2\n0,1,0.6,0.7\n1,1,0.8,0.1\n';
    const { evaluation } = await evaluated(text, { task: 'multilabel' });
    expect(evaluation.metrics.subsetAccuracy.value).toBeCloseTo(1 / 3, 15);
    expect(evaluation.metrics.hammingLoss.value).toBeCloseTo(2 / 6, 15);
    expect(evaluation.classes?.map(({ label }) => label)).toEqual(['a', 'b']);
  });

  test('rows of one query need not stand together', async () => {
    const text = 'relevance,score,query\n0,9,a\n3,1,b\n2,8,a\n0,5,b\n';
    const { evaluation } = await evaluated(text, { task: 'ranking', evaluate: { metrics: ['mrr', 'ndcg@1'] } });
    expect(evaluation.metrics.mrr.value).toBe(0.5);
    expect(evaluation.metrics['ndcg@1'].value).toBe(0);
    expect(evaluation).toMatchObject({ rowCount: 4, groupCount: 2 });
  });

  test('texts have several references, as lists or as columns, and what looks like a number stays a text', async () => {
    const lines = [
      { output: '007', references: ['007', 'seven'] },
      { output: 'a cat', references: ['the cat'] },
      { output: 'dog', references: ['cats', 'dogs'] },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const { evaluation } = await evaluated(
      text,
      { task: 'text', evaluate: { metrics: ['exactMatch', 'cer'] } },
      {},
      'p.jsonl',
    );
    expect(evaluation.metrics.exactMatch.value).toBeCloseTo(2 / 3, 15);
    const columns = 'output,reference_1,reference_2\nx,y,x\n12,12.0,\n';
    const starred = await evaluated(columns, { task: 'text', evaluate: { metrics: ['exactMatch'] } });
    expect(starred.evaluation.metrics.exactMatch.value).toBe(0.5);
  });

  test('detections are compared with annotations in the same document, or in another', async () => {
    const truth = {
      images: [{ id: 1 }],
      categories: [{ id: 7, name: 'cat' }],
      annotations: [{ image_id: 1, category_id: 7, bbox: [0, 0, 50, 50] }],
    };
    const detections = [{ image_id: 1, category_id: 7, bbox: [0, 0, 50, 50], score: 0.9 }];
    const both = JSON.stringify({ ground_truth: truth, detections });
    const one = await evaluated(both, { task: 'detection' }, {}, 'boxes.json');
    expect(one.evaluation.metrics.ap.value).toBeCloseTo(1, 12);
    expect(one.evaluation.classes).toMatchObject([{ label: 'cat', support: 1 }]);
    const asked = { task: 'detection', predictions: { truth: 'datasets/truth.json' } };
    const two = await evaluated(
      JSON.stringify(detections),
      asked,
      { 'datasets/truth.json': JSON.stringify(truth) },
      'boxes.json',
    );
    expect(two.evaluation.metrics.ap.value).toBeCloseTo(1, 12);
    await expect(evaluated(JSON.stringify(detections), { task: 'detection' }, {}, 'boxes.json')).rejects.toThrow(
      'expected detections beside the annotations that they are held against',
    );
  });

  test('the last value is a baseline of a series', async () => {
    const asked = { task: 'regression', evaluate: { baseline: 'last value', metrics: ['mae'] } };
    const { evaluation } = await evaluated('y,forecast\n1,1\n3,3\n2,2\n', asked);
    expect(evaluation.baseline).toMatchObject({
      name: 'the last value before each row',
      metrics: { mae: { value: 1 } },
    });
  });
});

test('rows without a label are left out, and counted', async () => {
  const { evaluation, report } = await evaluated('y,p\n1,0.9\n,0.5\n0,0.1\n', { task: 'binary' });
  expect(evaluation.rowCount).toBe(2);
  expect(report.data.warnings.join()).toContain('1 row without a label ("y") was left out');
});

test('a missing score is refused with its line', async () => {
  await expect(evaluated('y,p\n1,0.9\n0,\n', { task: 'binary' })).rejects.toThrow(
    'datasets/p.csv, line 3, column "p" (score): expected a number, found a missing value',
  );
});

test('the same objects and document are found again, and give the same report to the byte', async () => {
  const asked = { task: 'binary', predictions: { label: 'churned', score: 'p' } };
  const { context, whole, result } = await evaluated(churn, asked);
  const again = await evaluatePredictions(context, checkPredictionsDocument(whole, 'test'));
  expect(again).toEqual({ ...result, status: 'found' });
  const other = await evaluated(churn, asked);
  expect(other.report.evaluation).toEqual((await readReport(context, result.report)).evaluation);
});

test('predictions in a Parquet file that kernels read', async () => {
  // Large enough for them.
  const rows = Array.from({ length: 150_000 }, (_, i) => i);
  const noise = seededRandom(3);
  const file = writeParquet({ actual: rows, predicted: rows.map((i) => i + noise.normal()) }, 50_000);
  expect(file.length).toBeGreaterThan(2 ** 20);
  const context = testContext();
  await context.store.put('datasets/p.parquet', file);
  const document = { name: 'given', task: 'regression', predictions: { path: 'datasets/p.parquet' } };
  const result = await evaluatePredictions(context, checkPredictionsDocument(document, 'test'));
  // The mean of a normal distribution's absolute value is √(2 / π).
  expect(result.metrics.mae.value).toBeCloseTo(Math.sqrt(2 / Math.PI), 2);
});
