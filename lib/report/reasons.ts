import { formatCount, formatNumber } from './format.ts';
import { metricTitle } from './metric-titles.ts';
import type { Evaluation, Report } from './report.ts';

/** Whether a warning about the data is about a column that is suspected to leak the target. */
export const isLeakWarning = (warning: string): boolean => warning.includes('is suspected to leak the target');

/** With fewer rows, intervals are wide and slices say nothing. */
const fewRows = 300;

/** Adds the reasons for or against a model besides its gates, the weightiest first, unless the report has them already. */
export function withReasons(report: Report): Report {
  const { evaluation, verdict, data, kind } = report;
  if (!evaluation || verdict.why) return report;
  const isOnTrainingRows = kind === 'training' && data.testRowCount === 0;
  const why = [
    isOnTrainingRows &&
      'No rows were held out: these are the rows that it was trained on, and new ones will fare worse.',
    leakReason(data.warnings),
    ...comparisonReasons(evaluation),
    sliceReason(evaluation),
    calibrationReason(evaluation),
    evaluation.rowCount < fewRows &&
      `Only ${formatCount(evaluation.rowCount, 'row')} were scored: all of this is uncertain.`,
  ].filter((reason) => typeof reason === 'string');
  return why.length === 0 ? report : { ...report, verdict: { ...verdict, why } };
}

/** If a suspected leak is one, all other figures are too good to be true. */
function leakReason(warnings: string[]): string | undefined {
  const leaks = warnings.filter(isLeakWarning);
  if (leaks.length === 0) return undefined;
  const more = leaks.length === 1 ? '' : ` (and ${leaks.length - 1} more)`;
  return `Too good to be true? ${leaks[0]}${more}`;
}

/**
 * The comparisons of the first metric with the champion and other files, or with the baseline if there is nothing else; and
 * the first other metric that is surely worse where the first metric is not.
 */
function comparisonReasons({ comparisons = [], metrics }: Evaluation): string[] {
  const [first] = Object.keys(metrics);
  const ofFirst = comparisons.filter(({ metric }) => metric === first);
  const others = ofFirst.filter(({ against }) => against !== 'baseline');
  const told = others.length > 0 ? others : ofFirst;
  const notWorse = new Set(told.filter(({ verdict }) => verdict !== 'worse').map(({ against }) => against));
  const worse = comparisons.find(
    ({ metric, against, verdict }) => metric !== first && verdict === 'worse' && notWorse.has(against),
  );
  return [...told, ...(worse ? [worse] : [])].map(({ sentence }) => sentence);
}

function sliceReason({ slices }: Evaluation): string | undefined {
  const worse = (slices?.slices ?? []).filter(({ difference }) => difference?.verdict === 'worse');
  if (!slices || worse.length === 0) return undefined;
  const [{ name, rowCount, metrics }] = worse;
  const { title } = metricTitle(slices.metric);
  return (
    `It is surely worse on ${formatCount(worse.length, 'slice')} of ${formatNumber(slices.examined)}, most of all where ${name}: ` +
    `${title} ${formatNumber(metrics[slices.metric]?.value ?? null)} on ${formatCount(rowCount, 'row')}.`
  );
}

/** Given only when more bins miss their interval than chance explains. */
function calibrationReason({ calibrationCurve }: Evaluation): string | undefined {
  const bins = (calibrationCurve?.bins ?? []).filter(({ low, high }) => low !== undefined && high !== undefined);
  const off = bins.filter(({ predicted, low = 0, high = 1 }) => predicted < low || predicted > high).length;
  if (!calibrationCurve || off < 3 || off < bins.length * 0.3) return undefined;
  const error = formatNumber(calibrationCurve.expectedCalibrationError, { digits: 2 });
  return `Its probabilities do not come true as often as they say: they are off by ${error} on average.`;
}
