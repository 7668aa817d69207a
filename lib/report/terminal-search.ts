import { formatNumber } from './format.ts';
import { metricTitle } from './metric-titles.ts';
import type { Evaluation, ScoredTrial } from './report.ts';
import { inOrder } from './sections/search.ts';

/** Most folds whose values a terminal has room for; the page shows all. */
const foldColumns = 5;

/** A report's trials, the best first, as the rows of a table; none where there was no search. */
export function trialRows({ search }: Partial<Evaluation>): string[][] {
  if (!search) return [];
  const trials = inOrder(search);
  const folds = shownFolds(trials[0].scores.length);
  const paths = Object.keys(trials[0].fields);
  const hasRounds = trials[0].round !== undefined;
  const isBest = ({ number, round }: ScoredTrial) => number === search.best && round === trials[0].round;
  const head = [
    'trial',
    ...(hasRounds ? ['round'] : []),
    ...paths,
    metricTitle(search.metric).title,
    '± sd',
    ...foldNames(folds),
  ];
  const rows = trials.map((trial) => [
    `${isBest(trial) ? '*' : ' '} ${trial.number}`,
    ...(hasRounds ? [String(trial.round)] : []),
    ...paths.map((path) => textOf(trial.fields[path])),
    ...(trial.mean === null
      ? [trial.problem ?? 'not scored']
      : [ascii(trial.mean), ascii(trial.standardDeviation), ...trial.scores.slice(0, folds).map(ascii)]),
  ]);
  return [head, ...rows];
}

/** The metrics of a report's cross-validation as the rows of a table; none where there was none. */
export function crossValidationRows({ crossValidation }: Partial<Evaluation>): string[][] {
  if (!crossValidation) return [];
  const metrics = Object.entries(crossValidation.metrics);
  const folds = shownFolds(metrics[0]?.[1].folds.length ?? 0);
  return [
    ['cross-validation', 'mean', '± sd', ...foldNames(folds)],
    ...metrics.map(([name, { mean, standardDeviation, folds: values }]) => [
      metricTitle(name).title,
      ascii(mean),
      ascii(standardDeviation),
      ...values.slice(0, folds).map(ascii),
    ]),
  ];
}

const shownFolds = (count: number): number => (count > 1 && count <= foldColumns ? count : 0);

const foldNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `fold ${i + 1}`);

const ascii = (value: number | null): string => formatNumber(value, { ascii: true });

const textOf = (value: unknown): string =>
  typeof value === 'number' ? formatNumber(value, { digits: 6, ascii: true }) : JSON.stringify(value);
