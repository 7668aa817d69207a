// models/*.json: models that scikit-learn and statsmodels fitted to the datasets.
import { accuracyScore } from '../../../lib/metrics/classification.ts';
import { meanPoissonDeviance } from '../../../lib/metrics/deviance.ts';
import { r2Score } from '../../../lib/metrics/explained.ts';
import { logLoss } from '../../../lib/metrics/probability.ts';
import { meanAbsoluteError, meanSquaredError, rootMeanSquaredError } from '../../../lib/metrics/regression.ts';
import { rocAucScore } from '../../../lib/metrics/score-metrics.ts';
import { type Fit, type FitOptions, fitInStages, fitModel } from '../fit.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { Group } from '../group.ts';
import { type ModelDataset, modelDataset, withoutDataset } from '../model-datasets.ts';
import { near, nearAll } from '../near.ts';

interface ModelsGolden {
  datasets: { dataset: string; n: number; X_first_row: number[]; y_first: number; cases: ModelCase[] }[];
}

interface ModelCase {
  source: string;
  model?: string;
  objective?: string;
  intercept: number | number[];
  coef: number[] | number[][];
  alpha?: number;
  l1_ratio?: number;
  epsilon?: number;
  quantile?: number;
  C?: number;
  sigma?: number;
  nist_certified?: { params: number[] };
  [figure: string]: unknown;
}

type Run = (golden: ModelCase, data: ModelDataset) => void;

/** Iterative fits: of the largest coefficient, in units that make features comparable. */
const iterative = 1e-6;
const closedForm = 1e-12;

export const models: Group = {
  name: 'models',
  matches: (path) => path.startsWith('models/'),
  check: (golden, { datasets }) => outcomesOf(modelCases(golden as ModelsGolden, datasets)),
};

/** Of each dataset its fits. */
function modelCases(golden: ModelsGolden, datasets: string | undefined): GoldenCase[] {
  return golden.datasets.flatMap(({ dataset, n, X_first_row, y_first, cases }): GoldenCase[] => {
    const data = datasets === undefined ? undefined : modelDataset(dataset, datasets);
    return cases.map((expected, i): GoldenCase => {
      const name = `${dataset} ${i}: ${expected.source}`;
      if (!data) return { name, skip: withoutDataset(dataset, datasets) };
      const run = runOf(expected, data);
      if (!run) return { name, skip: `hone fits no model like ${expected.model ?? expected.source}` };
      return {
        name,
        run() {
          near('rows', data.rows.length, n, 0);
          nearAll('first row', data.rows[0], X_first_row, 1e-11);
          near('first target', data.targets[0], y_first, 1e-12);
          run(expected, data);
        },
      };
    });
  });
}

function runOf({ source, model }: ModelCase, { targets }: ModelDataset): Run | undefined {
  const classCount = new Set(targets).size;
  if (model === 'linear') return leastSquares;
  if (model === 'linear-holdout') return leastSquaresHeldOut;
  if (model === 'ridge') return ridge;
  if (model === 'lasso' || model === 'elasticnet') return elasticNet;
  if (model === 'huber') return huberJointly;
  if (model === 'quantile') return quantile;
  if (source.includes('LinearSVC')) return source.includes('squared_hinge') ? squaredHinge : hinge;
  if (source.includes('LogisticRegression')) {
    return model === 'holdout' ? (g, d) => logisticHeldOut(g, d, classCount) : (g, d) => logistic(g, d, classCount);
  }
  if (source.includes('Poisson')) return poisson;
  return undefined;
}

const leastSquares: Run = (golden, data) => {
  const fitted = fitModel({ kind: 'linear', closedForm: true }, data);
  compare(fitted, golden, data, closedForm);
  if (golden.nist_certified) {
    const [intercept, ...coef] = golden.nist_certified.params;
    compare(fitted, { ...golden, intercept, coef }, data, closedForm);
  }
  const [actual, predicted] = [data.targets, fitted.predict(data.rows)];
  figure(golden, 'r2', () => r2Score(actual, predicted), closedForm);
  figure(golden, 'mse', () => meanSquaredError(actual, predicted), closedForm);
  figure(golden, 'sse', () => meanSquaredError(actual, predicted) * actual.length, closedForm);
};

const leastSquaresHeldOut: Run = (golden, data) => {
  const { training, test } = parts(data, 5);
  const fitted = fitModel({ kind: 'linear', closedForm: true }, training);
  compare(fitted, golden, training, closedForm);
  const [actual, predicted] = [test.targets, fitted.predict(test.rows)];
  figure(golden, 'test_rmse', () => rootMeanSquaredError(actual, predicted), closedForm);
  figure(golden, 'test_mae', () => meanAbsoluteError(actual, predicted), closedForm);
  figure(golden, 'test_r2', () => r2Score(actual, predicted), closedForm);
  const mean = training.targets.reduce((sum, value) => sum + value, 0) / training.targets.length;
  const constant = actual.map(() => mean);
  figure(golden, 'baseline_rmse_of_train_mean', () => rootMeanSquaredError(actual, constant), closedForm);
};

// ‖y − Xw − b‖² + α‖w‖², divided by n: the mean square and l2 = 2α/n.
const ridge: Run = (golden, data) => {
  const l2 = (2 * Number(golden.alpha)) / data.rows.length;
  compare(fitModel({ kind: 'linear', l2, closedForm: true }, data), golden, data, closedForm);
};

// 1/(2n)·‖y − Xw − b‖² + α·ρ·‖w‖₁ + α·(1 − ρ)/2·‖w‖², doubled.
const elasticNet: Run = (golden, data) => {
  const [alpha, share] = [Number(golden.alpha), golden.l1_ratio ?? 1];
  const fitted = fitModel({ kind: 'linear', l1: 2 * alpha * share, l2: 2 * alpha * (1 - share) }, data);
  compare(fitted, golden, data, iterative);
  [golden.coef].flat(2).forEach((value, j) => {
    if (value === 0) near(`coefficient ${j}, which is to vanish`, fitted.coefficients[j], 0, 0);
  });
};

// Σ σ + σ·H(r/σ) + α‖w‖², with H(z) = z² up to ε and 2ε|z| − ε² beyond. For a given σ that is hone's Huber loss with
// delta = εσ, times 2/σ; the best σ for given residuals has Σ min(r²/σ², ε²) = n.
const huberJointly: Run = (golden, data) => {
  const [epsilon, alpha, n] = [Number(golden.epsilon), 0.0001, data.rows.length];
  let sigma = 1;
  let fitted: Fit | undefined;
  for (let round = 0; round < 200; round++) {
    const options: FitOptions = {
      kind: 'linear',
      loss: { name: 'huber', delta: epsilon * sigma },
      l2: (alpha * sigma) / n,
    };
    fitted = fitModel({ ...options, initial: fitted?.parameters }, data);
    const predicted = fitted.predict(data.rows);
    const next = bestScale(
      data.targets.map((y, i) => y - predicted[i]),
      epsilon,
    );
    const change = Math.abs(next / sigma - 1);
    sigma = next;
    if (change < 1e-11) break;
  }
  // The reference stopped at a tolerance of its own, where the minimum is flat: the objectives are what must agree.
  const objective = (coefficients: ArrayLike<number>, intercept: number, scale: number) =>
    data.rows.reduce((sum, row, i) => {
      const score = row.reduce((total, value, j) => total + value * coefficients[j], intercept);
      const z = Math.abs(data.targets[i] - score) / scale;
      return sum + scale * (1 + (z <= epsilon ? z * z : 2 * epsilon * z - epsilon * epsilon));
    }, 0) + Array.from(coefficients).reduce((sum, value) => sum + alpha * value * value, 0);
  const { coefficients, intercepts } = fitted as Fit;
  const [found, expected] = [
    objective(coefficients, intercepts[0], sigma),
    objective(golden.coef as number[], Number(golden.intercept), Number(golden.sigma)),
  ];
  if (found > expected) near('objective', found, expected, 1e-9);
  near('objective', found, expected, 1e-5);
  // σ itself is flatter still: its square stands in a sum of n terms.
  near('sigma', sigma, Number(golden.sigma), 5e-3);
};

/** The σ at which Σ min(r²/σ², ε²) = n. */
function bestScale(residuals: number[], epsilon: number): number {
  let [low, high] = [0, residuals.reduce((sum, r) => sum + Math.abs(r), 0)];
  for (let i = 0; i < 200 && low < high; i++) {
    const middle = (low + high) / 2;
    const sum = residuals.reduce((total, r) => total + Math.min((r / middle) ** 2, epsilon * epsilon), 0);
    if (sum > residuals.length) low = middle;
    else high = middle;
  }
  return high;
}

const quantile: Run = (golden, data) => {
  const request = { name: 'quantile', quantile: Number(golden.quantile) } as const;
  const fitted = fitInStages({ kind: 'linear', loss: request }, data, deviationOf(data.targets));
  near('mean pinball loss', fitted.loss, Number(golden.mean_pinball_loss), iterative);
};

// C·Σ loss + ½‖w‖², divided by C·n.
const logistic = (golden: ModelCase, data: ModelDataset, classCount: number): void => {
  const fitted = fitLogistic(Number(golden.C), data, classCount);
  compare(fitted, golden, data, Number(golden.gradient_inf_norm) > 1e-7 ? 1e-5 : iterative);
  const probabilities = fitted.predict(data.rows);
  const [labels, given] = [
    Int32Array.from(data.targets),
    classCount === 2 ? probabilities : fitted.probabilities(data.rows),
  ];
  figure(golden, 'mean_log_loss', () => logLoss(labels, given), iterative);
  figure(golden, 'accuracy', () => accuracyScore(labels, fitted.labels(data.rows)), 1e-12);
  figure(golden, 'roc_auc', () => rocAucScore(labels, given), 1e-12);
  const first = (golden.proba_first5 as number[][] | undefined)?.flat();
  if (first) nearAll('probabilities', fitted.probabilities(data.rows).subarray(0, first.length), first, 1e-5);
};

const logisticHeldOut = (golden: ModelCase, data: ModelDataset, classCount: number): void => {
  const { training, test } = parts(data, 4);
  const fitted = fitLogistic(1, training, classCount);
  compare(fitted, golden, training, iterative);
  const labels = Int32Array.from(test.targets);
  figure(golden, 'test_accuracy', () => accuracyScore(labels, fitted.labels(test.rows)), 1e-12);
  const given = classCount === 2 ? fitted.predict(test.rows) : fitted.probabilities(test.rows);
  figure(golden, 'test_log_loss', () => logLoss(labels, given), iterative);
};

function fitLogistic(c: number, data: ModelDataset, classCount: number): Fit {
  const options: FitOptions = classCount === 2 ? { kind: 'logistic' } : { kind: 'softmax', classCount };
  return fitModel({ ...options, l2: 1 / (c * data.rows.length) }, data);
}

// ½(‖w‖² + b²) + C·Σ loss, divided by C·n.
const svc = ({ C }: ModelCase, { rows }: ModelDataset) =>
  ({ kind: 'logistic', l2: 1 / (Number(C) * rows.length), penaliseIntercept: true }) as const;

const squaredHinge: Run = (golden, data) => {
  const fitted = fitModel({ ...svc(golden, data), loss: { name: 'squared-hinge' } }, data);
  compare(fitted, golden, data, iterative);
  const labels = Int32Array.from(data.targets);
  figure(golden, 'accuracy', () => accuracyScore(labels, fitted.labels(data.rows)), 1e-12);
};

const hinge: Run = (golden, data) => {
  const fitted = fitInStages({ ...svc(golden, data), loss: { name: 'hinge' } }, data, 1);
  near('objective', fitted.loss * Number(golden.C) * data.rows.length, Number(golden.objective_value), iterative);
  compare(fitted, golden, data, 1e-4);
};

// The mean of half the deviance is the mean loss, but for what the targets alone say.
const poisson: Run = (golden, data) => {
  const fitted = fitModel({ kind: 'linear', loss: { name: 'poisson' }, l2: golden.alpha }, data);
  compare(fitted, golden, data, iterative);
  const predicted = fitted.predict(data.rows);
  const deviance = meanPoissonDeviance(data.targets, predicted);
  figure(golden, 'mean_poisson_deviance', () => deviance, iterative);
  figure(golden, 'deviance', () => deviance * data.rows.length, iterative);
};

/** Coefficients times their feature's deviation, each to the largest of them; the intercept where features are at their mean. */
function compare(fitted: Fit, golden: ModelCase, data: ModelDataset, tolerance: number): void {
  const deviations = data.rows[0].map((_, j) => deviationOf(data.rows.map((row) => row[j])));
  const means = data.rows[0].map((_, j) => data.rows.reduce((sum, row) => sum + row[j], 0) / data.rows.length);
  const expected = ([golden.coef].flat() as (number | number[])[]).flat();
  const [width, count] = [means.length, fitted.intercepts.length];
  const scaled = (values: ArrayLike<number>) => Array.from(values, (value, i) => value * deviations[i % width]);
  const largest = Math.max(...scaled(expected).map(Math.abs));
  nearScaled('coefficient', scaled(fitted.coefficients), scaled(expected), tolerance, largest);
  const atMeans = (coefficients: ArrayLike<number>, intercepts: ArrayLike<number>) =>
    Array.from({ length: count }, (_, k) =>
      means.reduce((sum, mean, j) => sum + coefficients[k * width + j] * mean, intercepts[k]),
    );
  const centre = atMeans(expected, [golden.intercept].flat());
  const size = Math.max(largest, ...centre.map(Math.abs));
  nearScaled('score at the means', atMeans(fitted.coefficients, fitted.intercepts), centre, tolerance, size);
}

function nearScaled(what: string, actual: number[], expected: number[], tolerance: number, scale: number): void {
  near(`number of ${what}s`, actual.length, expected.length, 0);
  expected.forEach((value, i) => {
    near(`${what} ${i}`, actual[i], value, tolerance, scale);
  });
}

function figure(golden: ModelCase, name: string, compute: () => number, tolerance: number): void {
  const expected = golden[name];
  if (typeof expected === 'number') near(name, compute(), expected, tolerance);
}

function parts({ rows, targets }: ModelDataset, every: number): { training: ModelDataset; test: ModelDataset } {
  const pick = (isTest: boolean) => ({
    rows: rows.filter((_, i) => (i % every === 0) === isTest),
    targets: targets.filter((_, i) => (i % every === 0) === isTest),
  });
  return { training: pick(false), test: pick(true) };
}

function deviationOf(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
