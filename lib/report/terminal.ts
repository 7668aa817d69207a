import { formatCount, formatNumber, formatSeconds, formatShare } from './format.ts';
import { shorten } from './markup.ts';
import { compareMetric, metricTitle } from './metric-titles.ts';
import type { Report } from './report.ts';
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
  if (evaluation) facts.push(...evaluationFacts(evaluation));
  if (isOfPredictions(report) && report.defaults.length > 0) {
    const assumed = report.defaults.map(
      ({ path, value }) => `${path.replace(/^predictions\./, '')} ${JSON.stringify(value)}`,
    );
    facts.push(['assumed', `${assumed.join(', ')}; say otherwise by the options of these names`]);
  }
  if (training) facts.push(['training', training.sentence]);
  if (evaluation?.search) facts.push(['search', evaluation.search.sentence]);
  for (const warning of training?.warnings ?? []) facts.push(['warning', warning]);
  if (model?.optimizerReason !== undefined) facts.push(['optimizer', model.optimizerReason]);
  if (report.version !== undefined) facts.push(['version', report.version]);
  if (isOnTrainingRows(report)) facts.push(['metrics', report.data.split]);
  if (verdict.gate !== 'none' || report.kind === 'training') {
    facts.push([verdict.gate === 'undecided' ? 'undecided' : `gates: ${verdict.gate}`, verdict.sentence]);
  }
  for (const gate of verdict.gates) if (gate.verdict !== 'pass') facts.push(['', gate.sentence]);
  if (isOfPredictions(report)) for (const warning of report.data.warnings) facts.push(['warning', warning]);
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

/** Slices that a terminal has room for. */
const shownSlices = 5;

/** What there is to say of an evaluation beside its metrics. */
function evaluationFacts({
  against,
  comparisons,
  calibrationCurve,
  slices,
  fairness,
  worstRows,
}: NonNullable<Report['evaluation']>): [string, string][] {
  const facts: [string, string][] = [];
  if (calibrationCurve) {
    const { expectedCalibrationError, maximumCalibrationError, binning } = calibrationCurve;
    facts.push([
      'calibration',
      `off by ${ascii(expectedCalibrationError)} on average and by ${ascii(maximumCalibrationError)} at most, in ${binning}`,
    ]);
  }
  if (against) facts.push(['other', against.name]);
  for (const { against: kind, sentence } of comparisons ?? []) {
    if (kind !== 'baseline') facts.push(['compared', sentence.replaceAll('−', '-')]);
  }
  const worst = slices?.slices.filter(({ difference }) => difference?.verdict === 'worse') ?? [];
  if (slices) {
    const found =
      worst.length === 0
        ? 'none is surely worse than the other rows'
        : `${formatNumber(worst.length)} surely worse than the other rows`;
    facts.push(['slices', `${formatCount(slices.examined, 'slice')} by ${metricTitle(slices.metric).title}: ${found}`]);
    for (const { name, rowCount, metrics } of worst.slice(0, shownSlices)) {
      const { value, ...rest } = metrics[slices.metric];
      const interval =
        'interval' in rest && rest.interval ? ` (${ascii(rest.interval.low)} to ${ascii(rest.interval.high)})` : '';
      facts.push(['', `${name}: ${ascii(value)}${interval}, ${formatCount(rowCount, 'row')}`]);
    }
  }
  for (const { column, demographicParity, equalOpportunity, equalisedOdds } of fairness ?? []) {
    const gaps = [
      ['selected', demographicParity],
      ['found', equalOpportunity],
      ['equalised odds', equalisedOdds],
    ] as const;
    facts.push([
      'fairness',
      `${column}: ${gaps.map(([what, { difference, ratio }]) => `${what} differs by ${ascii(difference)} (ratio ${ascii(ratio)})`).join(', ')}`,
    ]);
  }
  if (worstRows)
    facts.push([
      'worst rows',
      `${formatCount(worstRows.length, 'row')} with the largest losses in the report: mind who may read it`,
    ]);
  return facts;
}

/** Whether a report is of predictions that were made elsewhere. */
const isOfPredictions = ({ kind, version }: Report): boolean => kind === 'evaluation' && version === undefined;

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

function metricLines(
  { metrics, baseline, champion, against }: NonNullable<Report['evaluation']>,
  width: number,
): string[] {
  const intervals = Object.values(metrics).flatMap((one) => ('interval' in one && one.interval ? [one.interval] : []));
  const isSure = intervals.length > 0;
  const header = [
    '',
    'model',
    ...(isSure ? [`${formatShare(intervals[0].confidence)} interval`] : []),
    ...(baseline ? ['baseline', ''] : []),
    ...(champion ? ['champion'] : []),
    ...(against ? ['other'] : []),
  ];
  const gapColumn = baseline ? (isSure ? 4 : 3) : -1;
  const rows = Object.entries(metrics).map(([name, measured]) => {
    const { value } = measured;
    const other = baseline?.metrics[name]?.value ?? null;
    const gap = compareMetric(name, value, other)?.text.replaceAll('−', '-') ?? '';
    const interval = 'interval' in measured ? measured.interval : undefined;
    return [
      shorten(clean(metricTitle(name).title), 30),
      ascii(value),
      ...(isSure ? [interval ? `${ascii(interval.low)} to ${ascii(interval.high)}` : ''] : []),
      ...(baseline ? [ascii(other), gap] : []),
      ...(champion ? [ascii(champion.metrics[name]?.value ?? null)] : []),
      ...(against ? [ascii(against.metrics[name]?.value ?? null)] : []),
    ];
  });
  const table = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const notes = Object.entries(metrics).flatMap(([name, { value, why }]) =>
    value === null ? [`${metricTitle(name).title}: ${why}`] : [],
  );
  return [
    ...table.map((row) =>
      row
        .map((cell, i) => (i === 0 || i === gapColumn ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('   ')
        .trimEnd(),
    ),
    ...notes.flatMap((note) => wrap(clean(note), width)),
  ];
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
  return wrap(text, width - nameWidth).map((line, i) => (i === 0 ? name : '').padEnd(nameWidth) + line);
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
