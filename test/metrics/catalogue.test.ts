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
import type { ClassPredictions, ModelTask, Predictions, ValuePredictions } from '../../lib/metrics/predictions.ts';

const tasks: ModelTask[] = ['regression', 'count', 'binary', 'multiclass'];
const everyMetric = tasks.flatMap((task) => metricsOf(task).map((name) => [name, task] as const));

/** Imperfect predictions in which every class occurs. */
function sample(task: ModelTask): Predictions {
  if (task === 'regression' || task === 'count') {
    return {
      kind: 'values',
      actual: Float64Array.of(3, 1, 2, 7, 4, 1),
      predicted: Float64Array.of(2.5, 0.5, 2, 8, 4, 3),
      weights: Float64Array.of(1, 2, 3, 1, 1, 2),
    };
  }
  if (task === 'binary') {
    return {
      kind: 'classes',
      classCount: 2,
      actual: Int32Array.of(0, 1, 1, 0, 1, 0),
      probabilities: Float64Array.of(0.2, 0.9, 0.4, 0.6, 0.7, 0.4),
      predicted: Int32Array.of(0, 1, 0, 1, 1, 0),
      weights: Float64Array.of(1, 2, 3, 1, 1, 2),
    };
  }
  return {
    kind: 'classes',
    classCount: 3,
    actual: Int32Array.of(0, 1, 2, 0, 1, 2),
    probabilities: Float64Array.of(
      ...[0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.4, 0.3, 0.3, 0.3, 0.4, 0.3, 0.2, 0.5, 0.3, 0.1, 0.1, 0.8],
    ),
    predicted: Int32Array.of(0, 1, 0, 1, 1, 2),
    weights: Float64Array.of(1, 2, 3, 1, 1, 2),
  };
}

/** The rows named by `order`, in that order. */
function pick(predictions: Predictions, order: number[]): Predictions {
  const of = <T extends Float64Array | Int32Array>(array: T, width = 1): T =>
    (array.constructor as unknown as { from(values: number[]): T }).from(
      order.flatMap((row) => Array.from(array.subarray(row * width, (row + 1) * width))),
    );
  const { actual, predicted, weights } = predictions;
  const shared = { actual: of(actual), predicted: of(predicted), weights: weights && of(weights) };
  if (predictions.kind === 'values') return { kind: 'values', ...shared } as ValuePredictions;
  const width = predictions.classCount === 2 ? 1 : predictions.classCount;
  const probabilities = of(predictions.probabilities, width);
  return { kind: 'classes', classCount: predictions.classCount, probabilities, ...shared } as ClassPredictions;
}

function perfect(task: ModelTask): Predictions {
  const predictions = sample(task);
  if (predictions.kind === 'values') return { ...predictions, predicted: predictions.actual };
  const { actual, classCount } = predictions;
  const probabilities =
    classCount === 2
      ? Float64Array.from(actual)
      : Float64Array.from(predictions.probabilities, (_, i) =>
          actual[Math.floor(i / classCount)] === i % classCount ? 1 : 0,
        );
  return { ...predictions, predicted: actual, probabilities };
}

describe.each(everyMetric)('%s of a %s task', (name, task) => {
  const value = (predictions: Predictions) => measure(task, [name], predictions)[name].value;
  const usual = value(sample(task));
  const compute = (predictions: Predictions) =>
    catalogue[name].compute(predictions, { parameters: {}, shared: rememberShared() });

  test('lies within its range, and perfect predictions at the end that its direction names', () => {
    const [low, high] = catalogue[name].range;
    expect(usual).toBeGreaterThan(low);
    expect(usual).toBeLessThan(high);
    expect(value(perfect(task))).toBeCloseTo(catalogue[name].direction === 'higher' ? high : low, 12);
    expect(isBetter(name, value(perfect(task)), usual)).toBe(true);
  });

  test('does not depend on the order of the rows', () => {
    expect(value(pick(sample(task), [4, 2, 5, 0, 3, 1]))).toBeCloseTo(usual, 14);
  });

  test('counts a row of weight w as w rows, and weights of 1 as none', () => {
    const weights = sample(task).weights ?? new Float64Array();
    const repeated = pick(
      sample(task),
      Array.from(weights).flatMap((weight, row) => Array(weight).fill(row)),
    );
    expect(value({ ...repeated, weights: undefined })).toBeCloseTo(usual, 14);
    expect(value({ ...repeated, weights: new Float64Array(10).fill(1) })).toBeCloseTo(usual, 14);
  });

  test('is the same when all weights are tripled', () => {
    const predictions = sample(task);
    const weights = predictions.weights?.map((weight) => 3 * weight);
    expect(value({ ...predictions, weights })).toBeCloseTo(usual, 14);
  });

  test('of no rows, or of rows that weigh nothing, is NaN and says why', () => {
    const none = measure(task, [name], pick(sample(task), []))[name];
    expect(none.value).toBeNaN();
    expect(none.why).toContain('there are no rows');
    const weightless = measure(task, [name], { ...sample(task), weights: new Float64Array(6) })[name];
    expect(weightless.value).toBeNaN();
    expect(weightless.why).toContain('the weights of all rows are 0');
  });

  test('refuses predictions of another kind, and rows that do not fit together', () => {
    expect(() => compute(sample(task === 'binary' ? 'count' : 'binary'))).toSatisfy(
      (call: () => unknown) => task === 'multiclass' || throwsInputError(call),
    );
    const predictions = sample(task);
    expect(() => value({ ...predictions, weights: Float64Array.of(1) })).toThrow(InputError);
    expect(() => value({ ...predictions, actual: predictions.actual.slice(1) } as Predictions)).toThrow(InputError);
  });
});

function throwsInputError(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof InputError;
  }
}

test('each entry stands under its own name, and each default fits its task', () => {
  for (const [key, { name }] of Object.entries(catalogue)) expect(name).toBe(key);
  for (const task of tasks) for (const name of defaultMetrics(task)) expect(metricsOf(task)).toContain(name);
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
  ['rmse', 'binary', 'accuracy, precision, recall, f1, auc, logLoss, brier'],
  ['brier', 'multiclass', 'accuracy, precision, recall, f1, auc, logLoss'],
  ['R2', 'regression', 'rmse, mse, mae, r2'],
  ['constructor', 'count', 'rmse, mse, mae, r2, poissonDeviance'],
  ['__proto__', 'count', 'rmse, mse, mae, r2, poissonDeviance'],
] as const)('the name %s is refused for a %s task, which lists its own', (name, task, list) => {
  expect(() => metricNamed(name, task)).toThrow(`(${list}), found "${name}"`);
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
