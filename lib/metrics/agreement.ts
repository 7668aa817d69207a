import { checkLabels } from './classification.ts';
import { type ConfusionMatrix, confusionMatrix } from './confusion.ts';
import { whyEmpty } from './mean.ts';
import type { MetricOptions } from './warn.ts';

/**
 * Mean recall over the classes that have rows: accuracy, if all classes were equally frequent.
 *
 * Unitless, in [0, 1]; 1 is perfect, 1 / K is chance. Adjusted, chance is moved to 0 and the lowest value is
 * 1 / (1 − K). A class without actual rows is left out, with a warning. NaN when there are no rows or all weigh nothing;
 * adjusted, with one class only, NaN or, where it was missed, −Infinity.
 *
 * @param actual class indices, shape [n]
 * @param predicted class indices, shape [n]
 * @throws InputError when lengths differ, a class is not an integer from 0, there are more than 4,096, or a weight is
 *   negative
 * @see Brodersen et al. 2010, International Conference on Pattern Recognition, 3121-3124
 * @example balancedAccuracyScore([0, 0, 0, 1], [0, 0, 1, 1]) // 0.8333…
 */
export function balancedAccuracyScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { adjusted = false, weights, warn }: MetricOptions & { adjusted?: boolean } = {},
): number {
  const table = tableOf(actual, predicted, { weights, warn });
  if (!table) return Number.NaN;
  const { labels, values, actualTotals } = table;
  const count = labels.length;
  let [sum, present] = [0, 0];
  for (let k = 0; k < count; k++) {
    if (actualTotals[k] === 0) continue;
    sum += values[k * count + k] / actualTotals[k];
    present++;
  }
  if (present < count) warn?.('a class that was predicted has no actual rows, and is left out');
  const score = sum / present;
  if (!adjusted) return score;
  if (present === 1) warn?.('there are rows of one class only, so nothing can be adjusted for chance');
  return (score - 1 / present) / (1 - 1 / present);
}

/**
 * Matthews' correlation of what was predicted with what is so; of several classes, Gorodkin's R_K.
 *
 * Unitless, in [−1, 1]; 1 is perfect, 0 is chance. Set to 0, with a warning, where all rows are of one class or were
 * called so. NaN when there are no rows, or all weigh nothing. Parameters and errors are those of
 * `balancedAccuracyScore`.
 *
 * @see Matthews 1975, Biochimica et Biophysica Acta 405(2); Gorodkin 2004, Computational Biology and Chemistry 28(5)
 * @example matthewsCorrelation([0, 0, 1, 1], [0, 1, 1, 1]) // 0.577…
 */
export function matthewsCorrelation(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  const table = tableOf(actual, predicted, { weights, warn });
  if (!table) return Number.NaN;
  const { actualTotals, predictedTotals, labels, values } = table;
  const total = sumOf(predictedTotals);
  let [hits, chance, actualSquares, predictedSquares] = [0, 0, 0, 0];
  for (let k = 0; k < labels.length; k++) {
    hits += values[k * labels.length + k];
    chance += actualTotals[k] * predictedTotals[k];
    actualSquares += actualTotals[k] ** 2;
    predictedSquares += predictedTotals[k] ** 2;
  }
  if (nonZeroCount(actualTotals) === 1 || nonZeroCount(predictedTotals) === 1) {
    warn?.('all rows are of one class, or were called so, so the correlation is undefined and set to 0');
    return 0;
  }
  // Two roots, since the product of the squares of ten million rows would lose digits.
  const scale = Math.sqrt(total * total - actualSquares) * Math.sqrt(total * total - predictedSquares);
  return (hits * total - chance) / scale;
}

/**
 * Cohen's kappa, the agreement beyond what chance would give: 1 − Σdᵢⱼ·oᵢⱼ / Σdᵢⱼ·eᵢⱼ.
 *
 * Unitless, at most 1, which is perfect; 0 is chance. NaN, with a warning, where all rows are of one class and were
 * called so; NaN when there are no rows, or all weigh nothing. Parameters and errors are those of
 * `balancedAccuracyScore`.
 *
 * @param distance of two classes, d: 1 for any two (`none`), or how many places they lie apart among the labels
 *   (`linear`), or its square (`quadratic`)
 * @param labels the classes in their order; by default those that occur, so that one that does not occur is no step
 * @see Cohen 1960, Educational and Psychological Measurement 20(1); 1968, Psychological Bulletin 70(4)
 * @example cohenKappa([0, 0, 1, 1], [0, 1, 1, 1]) // 0.5
 */
export function cohenKappa(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  {
    distance = 'none',
    labels,
    weights,
    warn,
  }: MetricOptions & { distance?: 'none' | 'linear' | 'quadratic'; labels?: ArrayLike<number> } = {},
): number {
  const table = tableOf(actual, predicted, { labels, weights, warn });
  if (!table) return Number.NaN;
  const { values, actualTotals, predictedTotals } = table;
  const count = table.labels.length;
  const total = sumOf(predictedTotals);
  let [observed, expected] = [0, 0];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const gap = Math.abs(i - j);
      const weight = distance === 'none' ? Math.min(gap, 1) : distance === 'linear' ? gap : gap * gap;
      observed += weight * values[i * count + j];
      expected += (weight * actualTotals[i] * predictedTotals[j]) / total;
    }
  }
  if (expected === 0) {
    warn?.('all rows are of one class and were called so, so no agreement beyond chance can be seen');
    return Number.NaN;
  }
  return 1 - observed / expected;
}

interface Table extends ConfusionMatrix {
  actualTotals: Float64Array;
  predictedTotals: Float64Array;
}

/** The confusion matrix with its margins; undefined, with a warning, where no row weighs anything. */
function tableOf(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labels, weights, warn }: MetricOptions & { labels?: ArrayLike<number> },
): Table | undefined {
  checkLabels(actual, predicted);
  const matrix = confusionMatrix(actual, predicted, { labels, weights });
  const count = matrix.labels.length;
  const [actualTotals, predictedTotals] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      actualTotals[i] += matrix.values[i * count + j];
      predictedTotals[j] += matrix.values[i * count + j];
    }
  }
  if (sumOf(actualTotals) > 0) return { ...matrix, actualTotals, predictedTotals };
  warn?.(whyEmpty(actual.length));
  return undefined;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const nonZeroCount = (values: Float64Array): number => values.reduce((count, value) => count + Number(value !== 0), 0);
