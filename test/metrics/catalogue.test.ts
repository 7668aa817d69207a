import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { baselinePredictions } from '../../lib/metrics/baseline.ts';
import { rememberShared } from '../../lib/metrics/catalogue/entry.ts';
import {
  catalogue,
  defaultMetrics,
  improvement,
  isBetter,
  measure,
  metricNamed,
  metricsOf,
} from '../../lib/metrics/catalogue.ts';
import {
  type AnyPredictions,
  type ClassPredictions,
  kindOfTask,
  type ModelTask,
  type Predictions,
  type Task,
} from '../../lib/metrics/predictions.ts';
import { perfect, pick, sample, withMargins } from './samples.ts';

const tasks = Object.keys(kindOfTask) as Task[];

/** Parameters for the metrics that must be given one, and further names that differ by more than a number. */
const variants: Record<string, string[]> = {
  fBeta: ['fBeta@2'],
  adjustedR2: ['adjustedR2@1'],
  balancedAccuracy: ['balancedAccuracy', 'balancedAccuracy@yes'],
  auc: ['auc', 'auc@0.4'],
  kappa: ['kappa', 'kappa@linear', 'kappa@quadratic'],
  pinball: ['pinball', 'pinball@0.9'],
  tweedieDeviance: ['tweedieDeviance', 'tweedieDeviance@0', 'tweedieDeviance@3', 'tweedieDeviance@-1'],
  ndcg: ['ndcg', 'ndcg@2', 'ndcg@gain=exponential', 'ndcg@ties=ignore'],
  map: ['map', 'map@2'],
  mrr: ['mrr', 'mrr@1'],
  precisionAt: ['precisionAt@1'],
  recallAt: ['recallAt@2'],
  hitRate: ['hitRate@1'],
  gain: ['gain@0.5'],
  lift: ['lift@0.5'],
};

const everyMetric = tasks.flatMap((task) =>
  metricsOf(task).flatMap((base) => (variants[base] ?? [base]).map((name) => [name, task] as const)),
);

const baseOf = (name: string) => name.split('@')[0];

/** Of the best predictions there are: not the end of the range. */
const bestIs: Record<string, number> = {
  // These have no best value of their own: it depends on the rows.
  coverageError: Number.NaN,
  dcg: Number.NaN,
  // Half of the rows are five by weight, and six are positive.
  lift: 5 / 3,
  gain: 5 / 6,
  precisionAt: 1,
  // One box of three things an image.
  ar1: 1 / 3,
};

const bare = { parameters: {}, shared: rememberShared() };

describe.each(everyMetric)('%s of a %s task', (name, task) => {
  const entry = catalogue[baseOf(name)];
  const prepared = (predictions: AnyPredictions) =>
    entry.name === 'hingeLoss' ? withMargins(predictions) : predictions;
  const value = (predictions: AnyPredictions) => measure(task, [name], prepared(predictions))[name].value;
  const usual = value(sample(task));

  test('lies within its range, and perfect predictions at the end that its direction names', () => {
    const [low, high] = entry.range;
    expect(usual).toBeGreaterThan(low);
    expect(usual).toBeLessThan(high);
    const best = value(perfect(task));
    expect(isBetter(name, best, usual)).toBe(true);
    const expected = bestIs[entry.name] ?? (entry.direction === 'higher' ? high : low);
    if (!Number.isNaN(expected)) expect(best).toBeCloseTo(expected, 12);
  });

  test('does not depend on the order of the rows', () => {
    expect(value(pick(sample(task), [4, 2, 5, 0, 3, 1]))).toBeCloseTo(usual, 14);
  });

  if (entry.weighted)
    test('counts a row of weight w as w rows, and weights of 1 as none', () => {
      const repeated = pick(
        sample(task),
        Array.from(sample(task).weights ?? []).flatMap((weight, row) => Array(weight).fill(row)),
      );
      expect(value({ ...repeated, weights: undefined })).toBeCloseTo(usual, 13);
      expect(value({ ...repeated, weights: new Float64Array(10).fill(1) })).toBeCloseTo(usual, 13);
    });

  if (entry.weighted)
    test('is the same when all weights are tripled, and minds no row of weight 0', () => {
      const predictions = sample(task);
      const weights = predictions.weights?.map((weight) => 3 * weight);
      expect(value({ ...predictions, weights })).toBeCloseTo(usual, 14);
      const without = predictions.weights?.map((weight, row) => (row === 1 ? 0 : weight));
      expect(value({ ...predictions, weights: without })).toBeCloseTo(value(pick(predictions, [0, 2, 3, 4, 5])), 14);
    });

  if (!entry.weighted)
    test('says that it leaves weights out', () => {
      expect(value({ ...sample(task), weights: undefined })).toBe(usual);
      expect(measure(task, [name], sample(task))[name].why).toContain('weights have no meaning');
    });

  test('of no rows, or of rows that weigh nothing, is NaN and says why', () => {
    const none = measure(task, [name], prepared(pick(sample(task), [])))[name];
    expect(none.value).toBeNaN();
    expect(none.why).toContain('there are no rows');
    if (!entry.weighted) return;
    const weightless = measure(task, [name], prepared({ ...sample(task), weights: new Float64Array(6) }))[name];
    expect(weightless.value).toBeNaN();
    expect(weightless.why).toContain('the weights of all rows are 0');
  });

  test('refuses predictions of another kind, and rows that do not fit together', () => {
    const other = sample(kindOfTask[task] === 'values' ? 'binary' : 'count');
    expect(() => entry.compute(other, bare)).toThrow(InputError);
    const predictions = sample(task);
    if (entry.weighted) expect(() => value({ ...predictions, weights: Float64Array.of(1) })).toThrow(InputError);
    // Of detections any things and any boxes fit together.
    if (predictions.kind === 'detections') return;
    const short = {
      rankings: 'relevance',
      texts: 'hypotheses',
      values: 'actual',
      classes: 'actual',
      labelSets: 'actual',
    }[predictions.kind];
    const cut = { ...predictions, [short]: (predictions as never as Record<string, Float64Array>)[short].slice(1) };
    expect(() => value(cut as AnyPredictions)).toThrow(InputError);
  });
});

test.each(Object.values(catalogue).map((entry) => [entry.name, entry] as const))(
  'the example of %s holds, for a task that it fits',
  (name, { example, tasks }) => {
    const task = tasks.find((one) => fits(one, example.predictions));
    expect(task).toBeDefined();
    const asked = example.name ?? name;
    expect(measure(task as Task, [asked], example.predictions)[asked].value).toBeCloseTo(example.value, 14);
  },
);

function fits(task: Task, predictions: AnyPredictions): boolean {
  if (kindOfTask[task] !== predictions.kind) return false;
  return predictions.kind !== 'classes' || (predictions.classCount === 2) === (task === 'binary');
}

test('rows are sorted once for all metrics that need it', () => {
  /** How often the scores are looked for, which each sort does. */
  const looksFor = (names: string[]): number => {
    let looks = 0;
    const predictions = Object.defineProperty({ ...sample('binary') }, 'margins', {
      get() {
        looks++;
        return undefined;
      },
    }) as AnyPredictions;
    measure('binary', names, predictions);
    return looks;
  };
  const names = ['auc', 'auc@0.5', 'averagePrecision', 'ks', 'gain', 'lift'];
  expect(looksFor(['auc'])).toBeGreaterThan(0);
  expect(looksFor(names)).toBe(looksFor(['auc']));
  const together = measure('binary', names, sample('binary'));
  for (const name of names) expect(together[name]).toEqual(measure('binary', [name], sample('binary'))[name]);
});

test('each entry stands under its own name, and each default fits its task', () => {
  for (const [key, { name }] of Object.entries(catalogue)) expect(name).toBe(key);
  for (const task of tasks)
    for (const name of defaultMetrics(task)) expect(() => metricNamed(name, task)).not.toThrow();
});

test('measure answers in the order asked, with numbers known by hand', () => {
  const predictions: Predictions = {
    kind: 'classes',
    classCount: 2,
    actual: Int32Array.of(0, 0, 1, 1),
    probabilities: Float64Array.of(0.1, 0.4, 0.35, 0.8),
    predicted: Int32Array.of(0, 0, 0, 1),
  };
  const measured = measure('binary', ['auc', 'recall', 'precision', 'accuracy'], predictions);
  expect(Object.entries(measured)).toEqual([
    ['auc', { value: 0.75 }],
    ['recall', { value: 0.5 }],
    ['precision', { value: 1 }],
    ['accuracy', { value: 0.75 }],
  ]);
});

test('measure says why a value was set by convention', () => {
  const predictions: Predictions = {
    kind: 'classes',
    classCount: 2,
    actual: Int32Array.of(0, 1),
    probabilities: Float64Array.of(0.1, 0.2),
    predicted: Int32Array.of(0, 0),
  };
  expect(measure('binary', ['precision'], predictions).precision).toEqual({
    value: 0,
    why: 'class 1 is never predicted, so precision there is undefined and set to 0',
  });
});

test.each([
  ['rmse', 'binary'],
  ['topK', 'binary'],
  ['R2', 'regression'],
  ['constructor', 'count'],
  ['__proto__', 'count'],
] as const)('the name %s is refused for a %s task, which lists its own', (name, task) => {
  expect(() => metricNamed(name, task)).toThrow(`(${metricsOf(task).join(', ')}), found "${name}"`);
  expect(() => measure(task, [name], sample(task))).toThrow(InputError);
});

test.each<[string, ModelTask, Partial<ClassPredictions>]>([
  ['three classes of a binary task', 'binary', { classCount: 3 }],
  ['one class', 'multiclass', { classCount: 1 }],
  ['probabilities in the wrong shape', 'binary', { probabilities: new Float64Array(12) }],
  ['a predicted class beyond the last', 'binary', { predicted: Int32Array.of(0, 1, 0, 1, 1, 2) }],
])('measure refuses %s', (_, task, change) => {
  expect(() => measure(task, ['accuracy'], { ...(sample(task) as ClassPredictions), ...change })).toThrow(InputError);
});

test('improvement is positive for the better value, whichever way the metric points', () => {
  expect(improvement('rmse', 9, 10)).toBe(1);
  expect(improvement('r2', 0.9, 0.5)).toBeCloseTo(0.4, 15);
  expect(improvement('logLoss', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(0);
  expect(isBetter('r2', 0.5, 0.5)).toBe(false);
  expect(isBetter('rmse', Number.NaN, 10)).toBe(false);
  expect(isBetter('rmse', 10, Number.NaN)).toBe(true);
  expect(() => improvement('toString', 1, 2)).toThrow(InputError);
});

describe('baselinePredictions', () => {
  test('of values says the weighted training mean, which on the training rows has an R² of 0', () => {
    const trainingTargets = [1, 2, 6];
    const predictions = baselinePredictions('regression', { trainingTargets, actual: trainingTargets });
    expect(predictions.predicted).toEqual(Float64Array.of(3, 3, 3));
    expect(measure('regression', ['r2'], predictions).r2.value).toBe(0);
    const weighted = baselinePredictions('count', { trainingTargets, trainingWeights: [3, 0, 1], actual: [5] });
    expect(weighted.predicted).toEqual(Float64Array.of(2.25));
  });

  test('of two classes says the more frequent one and its share, which cannot rank', () => {
    const predictions = baselinePredictions('binary', { trainingTargets: [1, 0, 1, 1], actual: [0, 1] });
    expect(predictions).toEqual({
      kind: 'classes',
      classCount: 2,
      actual: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.75, 0.75),
      predicted: Int32Array.of(1, 1),
      weights: undefined,
    });
    expect(measure('binary', ['auc', 'accuracy'], predictions)).toEqual({
      auc: { value: 0.5 },
      accuracy: { value: 0.5 },
    });
  });

  test('of many classes gives each its share, also one without rows, and takes the first of the most frequent', () => {
    const predictions = baselinePredictions('multiclass', {
      trainingTargets: [2, 1, 2, 1],
      classCount: 4,
      actual: [3],
      weights: [2],
    });
    expect(predictions).toMatchObject({
      predicted: Int32Array.of(1),
      probabilities: Float64Array.of(0, 0.5, 0.5, 0),
      weights: Float64Array.of(2),
    });
  });

  test.each<[string, ModelTask, Parameters<typeof baselinePredictions>[1]]>([
    ['no training rows', 'regression', { trainingTargets: [], actual: [1] }],
    ['training rows without weight', 'binary', { trainingTargets: [1], trainingWeights: [0], actual: [1] }],
    ['a class beyond the last', 'multiclass', { trainingTargets: [3], classCount: 3, actual: [1] }],
    ['a training target that is NaN', 'count', { trainingTargets: [Number.NaN], actual: [1] }],
  ])('refuses %s', (_, task, options) => {
    expect(() => baselinePredictions(task, options)).toThrow(InputError);
  });
});
