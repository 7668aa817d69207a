import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exp } from '../../lib/core/elementary.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, ModelKind } from '../../lib/models/model.ts';
import { toPredictions } from '../../lib/models/predictions.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import { sgd } from '../../lib/optimizers/sgd.ts';

// The datasets are not kept here, and neither are the fitted values that would be of no use without them.
const shared = new URL('../../../shared/', import.meta.url);
const present = existsSync(new URL('golden/models/', shared));
const text = (path: string) => readFileSync(new URL(path, shared), 'utf8');

interface Golden {
  source: string;
  objective?: string;
  intercept: number | number[];
  coef: number[] | number[][];
  alpha?: number;
  C?: number;
  mse?: number;
  mean_log_loss?: number;
  proba_first5?: number[][];
}

function cases(file: 'regression' | 'classification', dataset: string): Golden[] {
  const { datasets } = JSON.parse(text(`golden/models/${file}.json`));
  return datasets.find((entry: { dataset: string }) => entry.dataset === dataset).cases;
}

const table = (path: string) =>
  text(path)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));

function examples(rows: number[][], targets: number[]): Examples {
  const [rowCount, columnCount] = [rows.length, rows[0].length];
  return {
    features: { rowCount, columnCount, data: Float32Array.from(rows.flat()) },
    targets: Float64Array.from(targets),
    // Several blocks, so that the merged sums are what is tested.
    blockOffsets: Int32Array.of(0, Math.ceil(rowCount / 3), Math.ceil((2 * rowCount) / 3), rowCount),
  };
}

interface TrainOptions {
  l2?: number;
  rule: Rule;
  gradientNorm?: number;
  classCount?: number;
}

function train(kind: ModelKind, data: Examples, { l2 = 0, rule, gradientNorm = 1e-9, classCount }: TrainOptions) {
  const model = createModel({ kind, inputs: data.features.columnCount, classCount });
  const objective = model.objective(data, { l2 });
  const stop = { gradientNorm, steps: 30_000 };
  const solution = minimise(objective, { rule, initial: model.initial(), stop });
  expect(solution.status).toBe('converged');
  const probabilities = toPredictions(model, model.scores(solution.parameters, data.features));
  const intercepts = solution.parameters.slice(-model.outputs);
  return { ...solution, coefficients: solution.parameters.slice(0, -model.outputs), intercepts, probabilities };
}

const squaredLength = (coefficients: number[]) => coefficients.reduce((sum, value) => sum + value * value, 0);

function expectNear(actual: Iterable<number>, expected: number[], tolerance: number): void {
  const gaps = [...actual].map((value, i) => Math.abs(value - expected[i]));
  expect(gaps).toHaveLength(expected.length);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(!present)('least squares on stackloss (skipped without ../shared)', () => {
  const rows = present ? table('datasets/regression/stackloss.csv') : [];
  // Whole numbers shifted by whole numbers and divided by a power of two: float32 holds them without rounding.
  const shifts = [60, 21, 86];
  const features = rows.map(([, ...values]) => values.map((value, j) => value - shifts[j]));
  const targets = rows.map(([loss]) => loss);
  const golden = present ? cases('regression', 'stackloss') : [];

  test.each([
    ['sgd with Nesterov momentum', () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ['adam', () => adam({ learningRate: 0.05, beta2: 0.99 })],
  ])('%s reaches the mean squared error of LinearRegression', (_, makeRule) => {
    const expected = golden.find(({ source }) => source.includes('LinearRegression')) as Golden;
    const scaled = features.map((row) => row.map((value) => value / 8));
    const { loss, coefficients, intercepts } = train('linear', examples(scaled, targets), { rule: makeRule() });
    expect(Math.abs(loss / (expected.mse as number) - 1)).toBeLessThan(1e-12);
    const coef = expected.coef as number[];
    expectNear(
      coefficients.map((value) => value / 8),
      coef,
      1e-8,
    );
    const shift = coef.reduce((sum, value, j) => sum + value * shifts[j], 0);
    expectNear(intercepts, [(expected.intercept as number) + shift], 1e-7);
  });

  const ridge = golden.filter(({ alpha, source }) => alpha && source.includes('Ridge'));
  test.each(ridge.map((expected): [string, Golden] => [expected.source, expected]))(
    '%s',
    (_, { alpha, ...expected }) => {
      // Ridge minimises ‖y − Xw − b‖² + α‖w‖²; divided by n, that is the mean loss and l2 = 2α/n.
      const l2 = (2 * (alpha as number)) / rows.length;
      const rule = sgd({ learningRate: 0.004, momentum: 0.97, nesterov: true });
      const { coefficients, intercepts } = train('linear', examples(features, targets), {
        l2,
        rule,
        gradientNorm: 1e-8,
      });
      const coef = expected.coef as number[];
      expectNear(coefficients, coef, 1e-8);
      const shift = coef.reduce((sum, value, j) => sum + value * shifts[j], 0);
      expectNear(intercepts, [(expected.intercept as number) + shift], 1e-7);
    },
  );
});

// LogisticRegression minimises C·Σ loss + ½‖W‖²; divided by C·n, that is the mean loss and l2 = 1/(C·n).
const penalty = ({ C }: Golden, rowCount: number) => 1 / ((C as number) * rowCount);
const isLogistic = ({ C, mean_log_loss }: Golden) => C !== undefined && C <= 1 && mean_log_loss !== undefined;

function expectSameFit(
  { loss, coefficients, probabilities }: { loss: number; coefficients: Float64Array; probabilities: number[][] },
  golden: Golden,
  l2: number,
): void {
  const coef = golden.coef.flat();
  const least = (golden.mean_log_loss as number) + (l2 / 2) * squaredLength(coef);
  // What remains is the rounding of the features to float32.
  expect(Math.abs(loss / least - 1)).toBeLessThan(1e-7);
  expectNear(coefficients, coef, 1e-5);
  golden.proba_first5?.forEach((expected, row) => {
    expectNear(probabilities[row], expected, 1e-6);
  });
}

describe.skipIf(!present)('logistic regression (skipped without ../shared)', () => {
  const libsvm = (line: string) => {
    const [label, ...pairs] = line.trim().split(/\s+/);
    const row = new Array<number>(13).fill(0);
    for (const pair of pairs) row[Number(pair.split(':')[0]) - 1] = Number(pair.split(':')[1]);
    return { row, label: label === '+1' ? 1 : 0 };
  };
  const heart = present ? text('datasets/libsvm/heart_scale').trim().split('\n').map(libsvm) : [];
  const cancer = present ? table('datasets/classification/breast_cancer_sklearn.csv') : [];
  const columns = (cancer[0] ?? []).slice(0, -1).map((_, j) => cancer.map((row) => row[j]));
  const moments = columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  });
  const datasets: Record<string, () => Examples> = {
    heart_scale: () =>
      examples(
        heart.map(({ row }) => row),
        heart.map(({ label }) => label),
      ),
    breast_cancer: () =>
      examples(
        cancer.map((row) => moments.map(({ mean, deviation }, j) => (row[j] - mean) / deviation)),
        cancer.map((row) => row[30]),
      ),
  };
  const all = present
    ? Object.keys(datasets).flatMap((dataset) =>
        cases('classification', dataset)
          .filter(isLogistic)
          .map((golden): [string, string, Golden] => [dataset, golden.source, golden]),
      )
    : [];

  test.each(all)('%s: %s', (dataset, _, golden) => {
    const data = datasets[dataset]();
    const l2 = penalty(golden, data.features.rowCount);
    const rule = sgd({ learningRate: dataset === 'heart_scale' ? 0.5 : 0.2, momentum: 0.97, nesterov: true });
    const fitted = train('logistic', data, { l2, rule });
    const probabilities = [...fitted.probabilities].map((p) => [1 - p, p]);
    expectSameFit({ ...fitted, probabilities }, golden, l2);
    expectNear(fitted.intercepts, [golden.intercept].flat(), 1e-5);
  });
});

describe.skipIf(!present)('softmax regression on iris (skipped without ../shared)', () => {
  const rows = present ? table('datasets/classification/iris_sklearn.csv') : [];
  const golden = present ? cases('classification', 'iris').filter((fit) => isLogistic(fit) && Number(fit.C) < 1) : [];
  const titled = golden.map((expected): [string, Golden] => [expected.source, expected]);

  test.each(titled)('%s', (_, expected) => {
    const data = examples(
      rows.map((row) => row.slice(0, 4)),
      rows.map((row) => row[4]),
    );
    const l2 = penalty(expected, rows.length);
    const rule = sgd({ learningRate: 0.03, momentum: 0.99, nesterov: true });
    const fitted = train('softmax', data, { l2, rule, classCount: 3, gradientNorm: 1e-8 });
    const probabilities = rows.map((_, row) => [...fitted.probabilities.subarray(row * 3, row * 3 + 3)]);
    expectSameFit({ ...fitted, probabilities }, expected, l2);
    expectNear(fitted.intercepts, expected.intercept as number[], 1e-4);
  });
});

test('in batches, a file that is sorted by label ends as near to the minimum as the same rows in any order', () => {
  const [rowCount, columnCount] = [40_000, 5];
  const random = seededRandom(21);
  const truth = [1, -2, 0.5, 0, 1.5];
  const rows = Array.from({ length: rowCount }, () => {
    const features = truth.map(() => random.normal());
    const score = features.reduce((sum, value, j) => sum + value * truth[j], 0);
    return { features, label: random.nextFloat() < 1 / (1 + exp(-score)) ? 1 : 0 };
  });
  const examplesOf = (ordered: typeof rows): Examples => ({
    features: { rowCount, columnCount, data: Float32Array.from(ordered.flatMap(({ features }) => features)) },
    targets: Float64Array.from(ordered, ({ label }) => label),
    blockOffsets: Int32Array.of(0, rowCount),
  });
  const [mixed, sorted] = [examplesOf(rows), examplesOf(rows.toSorted((a, b) => a.label - b.label))];
  const model = createModel({ kind: 'logistic', inputs: columnCount });
  const lossOf = model.meanLoss(mixed);
  const least = minimise(model.objective(mixed), {
    rule: lbfgs(),
    initial: model.initial(),
    stop: { gradientNorm: 1e-8 },
  });
  for (const products of ['float64', 'float32'] as const) {
    const rule = adam({ learningRate: 0.003 });
    const losses = [mixed, sorted].map((examples) => {
      const objective = model.objective(examples, { batchSize: 256, seed: 4, products });
      return lossOf(minimise(objective, { rule, initial: model.initial(), stop: { epochs: 12 } }).parameters);
    });
    // Each ends a little above the minimum, as steps of a fixed length do; one that forgot a class would end 0.1 above.
    for (const loss of losses) expect(loss - least.loss).toBeLessThan(0.001);
  }
});
