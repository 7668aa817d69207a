import type { AnyPredictions, Task } from '../../metrics/predictions.ts';
import { unitCountOf } from '../../metrics/terms/terms.ts';
import { type Measured, measureUncertain, type UncertaintyOptions } from '../../metrics/uncertain.ts';
import type { Evaluation, Metrics } from '../../report/report.ts';
import { comparisonsWith, type Rival, reportedMetrics } from './comparisons.ts';
import { curvesOf } from './curves.ts';
import { fairnessOf, type GroupColumn } from './fairness.ts';
import { type SliceRequest, slicesOf } from './slices.ts';
import { type WorstRequest, worstRowsOf } from './worst-rows.ts';

export interface AssessOptions {
  /** Which rows these are, as a sentence. */
  on: string;
  /** By their names in the catalogue; the first is what slices are ranked by, where it can. */
  metrics: readonly string[];
  /** How classes, labels or categories are called, in the order of their indices. */
  classes?: readonly string[];
  /** Resamples, seed, confidence and blocks of the intervals. */
  uncertainty?: UncertaintyOptions;
  baseline?: Rival;
  /** Another file of predictions. */
  against?: Rival;
  slices?: SliceRequest;
  /** Columns whose groups should be treated alike. */
  fairness?: readonly GroupColumn[];
  /** Asks for the rows with the largest losses: they are private data. */
  worst?: WorstRequest;
}

/** An evaluation, and what a comparison with further predictions goes on from. */
export interface Assessment {
  evaluation: Evaluation;
  measured: Measured;
}

/**
 * All that can be said of predictions: metrics with intervals, comparisons, curves, slices, fairness, worst rows.
 *
 * Follows from its arguments to the bit: no clock, and draws from the seed alone.
 *
 * @throws InputError when a metric does not fit the task, or predictions do not fit together
 */
export function assess(task: Task, predictions: AnyPredictions, options: AssessOptions): Assessment {
  const { on, metrics, classes, uncertainty, baseline, against, slices, fairness, worst } = options;
  const measured = measureUncertain(task, metrics, predictions, uncertainty);
  const rivals = { baseline, file: against };
  const compared = (Object.keys(rivals) as (keyof typeof rivals)[]).flatMap((kind) => {
    const rival = rivals[kind];
    return rival ? [{ kind, name: rival.name, ...comparisonsWith(measured, { ...rival, against: kind }) }] : [];
  });
  const comparisons = compared.flatMap((one) => one.comparisons);
  const named = (kind: 'baseline' | 'file'): { name: string; metrics: Metrics } | undefined => {
    const found = compared.find((one) => one.kind === kind);
    return found && { name: found.name, metrics: found.metrics };
  };
  const [ofBaseline, ofFile] = [named('baseline'), named('file')];
  const groupCount = groupCountOf(predictions);
  return {
    measured,
    evaluation: {
      on,
      rowCount: rowCountOf(predictions),
      ...(groupCount !== undefined && { groupCount }),
      metrics: reportedMetrics(measured),
      ...(ofBaseline && { baseline: ofBaseline }),
      ...(ofFile && { against: ofFile }),
      ...(comparisons.length > 0 && { comparisons }),
      ...curvesOf(measured, classes),
      ...(slices && { slices: slicesOf(measured, slices) }),
      ...(fairness && { fairness: fairnessOf(predictions, fairness) }),
      ...(worst && { worstRows: worstRowsOf(measured, worst, classes) }),
    },
  };
}

/** Rows scored: of rankings the items, of detections the boxes that were found. */
function rowCountOf(predictions: AnyPredictions): number {
  if (predictions.kind === 'rankings') return predictions.scores.length;
  if (predictions.kind === 'detections') return predictions.detected.length;
  return unitCountOf(predictions);
}

function groupCountOf(predictions: AnyPredictions): number | undefined {
  return predictions.kind === 'rankings' || predictions.kind === 'detections' ? unitCountOf(predictions) : undefined;
}
