import { formatCount, formatNumber, formatSeconds } from './format.ts';
import { shorten } from './markup.ts';
import { compareMetric, metricTitle } from './metric-titles.ts';
import { isLeakWarning } from './reasons.ts';
import type { Evaluation, Measured, Report } from './report.ts';
import { crossValidationRows, trialRows } from './terminal-search.ts';

/**
 * The report as a short plain-text table for a terminal: what was read, how good it is, what became of it.
 *
 * Ends in a newline. Control characters in names are replaced, so that data can't move the cursor or change colours.
 *
 * @param path where the report lies, as a user would open it
 * @param width most columns of a line
 */
export function renderTable(report: Report, { path, width = 88 }: { path: string; width?: number }): string {
  const { evaluation, model, training, footprint, verdict } = report;
  const seconds = footprint?.seconds;
  const facts: [string, string][] = [
    ['rows', describeRows(report) + (seconds === undefined ? '' : `, in ${formatSeconds(seconds)}`)],
  ];
  if (evaluation?.baseline) facts.push(['baseline', evaluation.baseline.name]);
  if (evaluation) {
    facts.push(...calibrationFacts(evaluation), ...comparisonFacts(evaluation), ...sliceFacts(evaluation));
    facts.push(...fairnessFacts(evaluation), ...worstRowFacts(evaluation));
  }
  if (isOfPredictions(report) && report.defaults.length > 0) facts.push(['assumed', describeAssumptions(report)]);
  if (evaluation?.threshold) facts.push(['threshold', describeThreshold(evaluation.threshold)]);
  if (evaluation?.calibration) facts.push(['calibrated', describeCalibration(evaluation.calibration)]);
  if (training) facts.push(['training', training.sentence]);
  if (evaluation?.search) facts.push(['search', evaluation.search.sentence]);
  for (const warning of training?.warnings ?? []) facts.push(['warning', warning]);
  for (const warning of dataWarnings(report)) facts.push(['warning', warning]);
  if (model?.optimizerReason !== undefined) facts.push(['optimizer', model.optimizerReason]);
  if (report.version !== undefined) facts.push(['version', report.version]);
  if (isOnTrainingRows(report)) facts.push(['metrics', report.data.split]);
  if (verdict.gate !== 'none' || report.kind === 'training') {
    facts.push([verdict.gate === 'undecided' ? 'undecided' : `gates: ${verdict.gate}`, verdict.sentence]);
  }
  for (const gate of verdict.gates) if (gate.verdict !== 'pass') facts.push(['', gate.sentence]);
  if (report.kind !== 'inspection' && !isOfPredictions(report)) facts.push(['champion', verdict.champion.sentence]);
  const lines = [
    clean(report.title),
    '─'.repeat(Math.min(width, 88)),
    ...(evaluation ? [...metricLines(evaluation, width), ''] : []),
    ...[trialRows(evaluation ?? {}), crossValidationRows(evaluation ?? {})].flatMap((rows) =>
      rows.length > 0 ? [...tableLines(rows), ''] : [],
    ),
    ...facts.flatMap(([name, text]) => wrapFact(name, clean(text), width)),
    // Whole, with the blanks in it: a path over two lines is none that a user can open.
    'report'.padEnd(nameWidth) + visible(path),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether a report is about predictions that were made elsewhere. */
const isOfPredictions = ({ kind, version }: Report): boolean => kind === 'evaluation' && version === undefined;

/** The defaults that were assumed, such as which column holds the scores. */
function describeAssumptions({ defaults }: Report): string {
  const assumed = defaults.map(({ path, value }) => `${path.replace(/^predictions\./, '')} ${JSON.stringify(value)}`);
  return `${assumed.join(', ')}; the options of these names say otherwise`;
}

function calibrationFacts({ calibrationCurve }: Evaluation): [string, string][] {
  if (!calibrationCurve) return [];
  const { expectedCalibrationError, maximumCalibrationError, binning } = calibrationCurve;
  const gaps = `${ascii(expectedCalibrationError)} on average, ${ascii(maximumCalibrationError)} at most`;
  return [['calibration', `forecasts are off by ${gaps}, in ${binning}`]];
}

function fairnessFacts({ fairness = [] }: Evaluation): [string, string][] {
  const words = ({ difference, ratio }: { difference: number | null; ratio: number | null }) =>
    `${ascii(difference)} apart (ratio ${ascii(ratio)})`;
  return fairness.map(({ column, demographicParity, equalOpportunity, equalisedOdds }) => [
    'fairness',
    `${column}: called positive ${words(demographicParity)}, found ${words(equalOpportunity)}, equalised odds ${words(equalisedOdds)}`,
  ]);
}

const worstRowFacts = ({ worstRows }: Evaluation): [string, string][] =>
  worstRows
    ? [['worst rows', `${formatCount(worstRows.length, 'row')} stand in the report: mind who may read it`]]
    : [];

const describeThreshold = ({ value, aim, on }: NonNullable<Evaluation['threshold']>): string =>
  `${ascii(value)} for ${aim}, chosen on ${on}`;

const describeCalibration = ({ method, on }: NonNullable<Evaluation['calibration']>): string =>
  `by ${method === 'platt' ? "Platt's scaling" : 'isotonic regression'}, fitted on ${on}`;

/** Most warnings about data that are printed. */
const warningLimit = 8;

function dataWarnings({ data: { warnings } }: Report): string[] {
  // A leak is worse than a column that was left out, and may come after many of those.
  const inOrder = [...warnings.filter(isLeakWarning), ...warnings.filter((warning) => !isLeakWarning(warning))];
  if (inOrder.length <= warningLimit) return inOrder;
  const more = `${inOrder.length - warningLimit + 1} more warnings about the data stand in the report.`;
  return [...inOrder.slice(0, warningLimit - 1), more];
}

function describeRows({ kind, data, evaluation }: Report): string {
  const read = `${formatNumber(data.rowCount)} read`;
  if (kind === 'inspection') return `${read}, ${formatCount(data.columns.length, 'column')}`;
  if (kind === 'evaluation') return `${read}, ${formatNumber(evaluation?.rowCount ?? 0)} scored`;
  return `${read}, ${formatNumber(data.trainingRowCount)} to train on, ${formatNumber(data.testRowCount)} held out`;
}

/** Whether a training held no rows out, so that its metrics say little about new data. */
function isOnTrainingRows({ kind, data, evaluation }: Report): boolean {
  return kind === 'training' && evaluation !== undefined && data.testRowCount === 0;
}

function metricLines({ metrics, baseline, champion, against }: Evaluation, width: number): string[] {
  const entries = Object.entries(metrics);
  const interval = entries.map(([, measured]) => intervalOf(measured)).find((found) => found !== undefined);
  const other = champion ?? against;
  const columns: { head: string; cells: string[]; isText?: boolean; mayGo?: boolean }[] = [
    { head: '', cells: entries.map(([name]) => shorten(clean(metricTitle(name).title), 30)), isText: true },
    { head: 'model', cells: entries.map(([, { value }]) => ascii(value)) },
  ];
  if (interval) {
    const head = `${formatNumber(interval.confidence * 100)}% interval`;
    columns.push({ head, cells: entries.map(([, measured]) => intervalText(measured)), isText: true });
  }
  if (baseline) {
    const baselineOf = (name: string) => baseline.metrics[name]?.value ?? null;
    const gapOf = ([name, { value }]: (typeof entries)[number]) =>
      compareMetric(name, value, baselineOf(name))?.text.replaceAll('−', '-') ?? '';
    columns.push({ head: 'baseline', cells: entries.map(([name]) => ascii(baselineOf(name))) });
    // It may be left out, as the two columns before it say the same.
    columns.push({ head: '', cells: entries.map(gapOf), isText: true, mayGo: true });
  }
  if (other) {
    const cells = entries.map(([name]) => ascii(other.metrics[name]?.value ?? null));
    columns.push({ head: champion ? 'champion' : 'other', cells });
  }
  const notes = entries.flatMap(([name, { value, why }]) =>
    value === null ? [`${metricTitle(name).title}: ${why}`] : [],
  );
  return [...fitted(columns, width), ...notes.flatMap((note) => wrap(clean(note), width))];
}

/** Columns side by side. Where lines would be too long, those with `mayGo` are left out. */
function fitted(
  columns: { head: string; cells: string[]; isText?: boolean; mayGo?: boolean }[],
  width: number,
): string[] {
  const sized = columns.map((column) => ({
    ...column,
    size: Math.max(...[column.head, ...column.cells].map((cell) => cell.length)),
  }));
  const total = sized.reduce((sum, { size }) => sum + size, 3 * (sized.length - 1));
  const shown = total <= width ? sized : sized.filter(({ mayGo }) => !mayGo);
  const line = (cellOf: (column: (typeof shown)[number]) => string) =>
    shown
      .map((column) => cellOf(column)[column.isText ? 'padEnd' : 'padStart'](column.size))
      .join('   ')
      .trimEnd();
  return [line(({ head }) => head), ...columns[0].cells.map((_, row) => line(({ cells }) => cells[row]))];
}

const intervalOf = (measured: Measured) => (measured.value === null ? undefined : measured.interval);

function intervalText(measured: Measured): string {
  const interval = intervalOf(measured);
  return interval ? `${ascii(interval.low)} to ${ascii(interval.high)}` : '';
}

/** The comparisons of the first metric with the champion or another file, or else with the baseline. */
function comparisonFacts({ comparisons = [] }: Evaluation): [string, string][] {
  const [first] = comparisons;
  if (!first) return [];
  const ofFirst = comparisons.filter(({ metric }) => metric === first.metric);
  const others = ofFirst.filter(({ against }) => against !== 'baseline');
  return (others.length > 0 ? others : ofFirst).map(({ sentence }, i) => [i === 0 ? 'compared' : '', sentence]);
}

/** The worst of the slices on which the model is surely worse than on all rows. */
function sliceFacts({ slices }: Evaluation): [string, string][] {
  if (!slices) return [];
  const { metric, examined } = slices;
  const worse = slices.slices.filter(({ difference }) => difference?.verdict === 'worse');
  if (worse.length === 0) return [['slices', `on none of ${examined} surely worse than on all rows`]];
  return worse.slice(0, 3).map(({ name, rowCount, metrics }, i) => {
    const found = `${metricTitle(metric).title} ${ascii(metrics[metric]?.value ?? null)}`;
    return [i === 0 ? 'worst slices' : '', `${name}: ${found} on ${formatCount(rowCount, 'row')}`];
  });
}

function ascii(value: number | null): string {
  return formatNumber(value, { ascii: true });
}

/** Rows of cells as lines, every column as wide as it must be; a row's last cell may be as long as it likes. */
function tableLines(rows: readonly string[][]): string[] {
  const cells = rows.map((row) => row.map((cell) => shorten(clean(cell), 60)));
  const widthOf = (column: number) =>
    Math.max(...cells.filter((row) => row.length === cells[0].length).map((row) => row[column].length));
  const widths = cells[0].map((_, column) => widthOf(column));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

const nameWidth = 13;

function wrapFact(name: string, text: string, width: number): string[] {
  return wrap(text, width - nameWidth).map((line, i) => (i === 0 ? `${name} ` : '').padEnd(nameWidth) + line);
}

/** Breaks `text` between words; a word that is longer than a line, such as a path, stays whole. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Control and format characters, line breaks among them, would act on the terminal instead of showing. */
function clean(text: string): string {
  return shorten(visible(text), 400);
}

function visible(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}
