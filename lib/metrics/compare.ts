import { InputError } from '../core/errors.ts';
import { averagePrecisionAgainstChance } from './intervals/average-precision.ts';
import { percentileInterval } from './intervals/bootstrap.ts';
import { type Comparison, comparisonOfDraws, lossDifference, mcnemarTest } from './intervals/comparison.ts';
import { delongAgainstChance, delongDifference } from './intervals/delong.ts';
import type { ClassPredictions } from './predictions.ts';
import { isConstant } from './ranked-scores.ts';
import type { ScoreTable } from './score-table.ts';
import { unitCountOf } from './terms/terms.ts';
import { type Measured, noted, onSections, scoresOf, tableOf } from './uncertain.ts';

/**
 * How the metrics of measured predictions differ from those of others on the same rows, first less second.
 *
 * DeLong's test for the area under the ROC curve of two classes, McNemar's for accuracy, else the paired bootstrap, or
 * Student's t of sections of the rows. A metric that is undefined for either is left out.
 *
 * @param other measured by the same names and options
 * @throws InputError when both do not have the same rows
 */
export function compareMeasured(own: Measured, other: Measured): Record<string, Comparison> {
  const unitCount = unitCountOf(own.predictions);
  if (own.predictions.kind !== other.predictions.kind || unitCountOf(other.predictions) !== unitCount) {
    throw new InputError(
      `predictions to compare with: expected ${unitCount} rows of ${own.predictions.kind}, found ${unitCountOf(other.predictions)} of ${other.predictions.kind}`,
    );
  }
  const table = tableOf(own);
  const found: Record<string, Comparison> = {};
  for (const name of Object.keys(own.values)) {
    const difference = own.values[name].value - (other.values[name]?.value ?? Number.NaN);
    if (Number.isFinite(difference)) found[name] = compareOne(own, other, { name, difference, table });
  }
  return found;
}

function compareOne(
  own: Measured,
  other: Measured,
  { name, difference, table }: { name: string; difference: number; table: () => ScoreTable },
): Comparison {
  const { options } = own;
  const { entry, parameters } = own.metrics[Object.keys(own.values).indexOf(name)];
  const [a, b] = [own.predictions, other.predictions];
  if (a.kind === 'classes' && b.kind === 'classes') {
    if (a.classCount === 2 && entry.name === 'auc' && parameters.maxFpr === 1) {
      if (isConstant(scoresOf(b))) return own.chance.get(name) ?? delongAgainstChance(table(), options);
      return delongDifference(a.actual, scoresOf(a), scoresOf(b), { ...options, weights: a.weights });
    }
    if (a.classCount === 2 && entry.name === 'averagePrecision' && isConstant(scoresOf(b))) {
      return own.chance.get(name) ?? averagePrecisionAgainstChance(table(), options);
    }
    if (entry.name === 'accuracy' && !a.weights) return compareAccuracy(a, b, options.confidence);
  }
  const [ownDraws, otherDraws] = [own.draws.get(name), other.draws.get(name)];
  if (ownDraws && otherDraws) {
    const draws = ownDraws.map((value, draw) => value - otherDraws[draw]);
    const interval = noted(percentileInterval(draws, unitCountOf(a), options), own.drawnUnits.get(name));
    return comparisonOfDraws(difference, draws, interval);
  }
  const sections = lossDifference(onSections(own, name), onSections(other, name), options);
  // About the difference on all rows, which a mean over sections need not be.
  const shift = difference - sections.difference;
  const { interval } = sections;
  return {
    ...sections,
    difference,
    interval: { ...interval, low: interval.low + shift, high: interval.high + shift, method: 'sections' },
  };
}

function compareAccuracy(a: ClassPredictions, b: ClassPredictions, confidence: number | undefined): Comparison {
  let [onlyFirst, onlySecond] = [0, 0];
  for (let row = 0; row < a.actual.length; row++) {
    const [first, second] = [a.predicted[row] === a.actual[row], b.predicted[row] === a.actual[row]];
    if (first && !second) onlyFirst++;
    if (second && !first) onlySecond++;
  }
  const { statistic: _, ...comparison } = mcnemarTest(onlyFirst, onlySecond, a.actual.length, { confidence });
  return comparison;
}
