import type { MetricCall } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import type { AnyPredictions } from '../predictions.ts';
import { classTerms } from './class-terms.ts';
import { labelSetTerms } from './label-set-terms.ts';
import { meanOfUnits } from './mean-terms.ts';
import { textTerms } from './text-terms.ts';
import { valueTerms } from './value-terms.ts';

/**
 * What each unit of predictions adds to a metric. A unit is a row; of rankings a query, of texts one of them.
 *
 * From such sums a metric is measured anew on any selection of units, as bootstraps and slices ask for, without its rows.
 */
export interface Terms {
  readonly unitCount: number;
  /** How many sums there are. */
  readonly width: number;
  /** Adds what unit `unit` says to `sums`, which begins at `at`. */
  add(unit: number, sums: Float64Array, at: number): void;
  /** If each unit adds its weight to a single sum: the index of that sum for each unit, shape [units]. */
  readonly places?: Int32Array;
}

/** A metric as a function of sums over units. */
export interface SummedMetric {
  /** The same object for metrics that are made of the same sums. */
  terms: Terms;
  /**
   * The metric's value.
   *
   * @param shared keeps what metrics of the same sums have in common
   */
  of(sums: Float64Array, shared?: MetricCall['shared']): number;
  /**
   * Where the metric is a share of units, as recall is of the positive ones: 1 for those that count as hits, 0 for those
   * that do not, −1 for those that nobody asks of.
   */
  share?(unit: number): number;
  /** The same for all units, if it is known already: the number of hits, and of units that are part of the share. */
  shareOfAll?: { hits: number; asked: number };
}

/**
 * A metric of these predictions by its sums; undefined where it has none, as the area under the ROC curve.
 *
 * @param shared as metrics of one measurement have it, so that they share their terms
 */
export function termsOf(
  metric: Metric,
  predictions: AnyPredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  switch (predictions.kind) {
    case 'values':
      return valueTerms(metric, predictions, shared) ?? meanOfUnits(metric, predictions);
    case 'classes':
      return classTerms(metric, predictions, shared) ?? meanOfUnits(metric, predictions);
    case 'labelSets':
      return labelSetTerms(metric, predictions, shared) ?? meanOfUnits(metric, predictions);
    case 'texts':
      return textTerms(metric, predictions, shared);
    case 'rankings':
      return meanOfUnits(metric, predictions);
    case 'detections':
      return undefined;
  }
}

/** How many units there are to draw. */
export function unitCountOf(predictions: AnyPredictions): number {
  switch (predictions.kind) {
    case 'labelSets':
      return predictions.actual.length / predictions.labelCount;
    case 'rankings':
      return predictions.queryOffsets.length - 1;
    case 'detections':
      return predictions.images.length;
    case 'texts':
      return predictions.hypotheses.length;
    default:
      return predictions.actual.length;
  }
}
