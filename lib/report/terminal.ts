import { formatCount, formatNumber, formatSeconds } from './format.ts';
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
  if (training) facts.push(['training', training.sentence]);
  if (evaluation?.search) facts.push(['search', evaluation.search.sentence]);
  for (const warning of training?.warnings ?? []) facts.push(['warning', warning]);
  for (const warning of dataWarnings(report)) facts.push(['warning', warning]);
  if (model?.optimizerReason !== undefined) facts.push(['optimizer', model.optimizerReason]);
  if (report.version !== undefined) facts.push(['version', report.version]);
  if (isOnTrainingRows(report)) facts.push(['metrics', report.data.split]);
  if (verdict.gate !== 'none' || report.kind === 'training') facts.push([`gates: ${verdict.gate}`, verdict.sentence]);
  for (const gate of verdict.gates) if (gate.verdict !== 'pass') facts.push(['', gate.sentence]);
  if (report.kind !== 'inspection') facts.push(['champion', verdict.champion.sentence]);
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

/** Most warnings about data that are printed. */
const warningLimit = 8;

function dataWarnings({ data: { warnings } }: Report): string[] {
  // A leak is worse than a column that was left out, and may come after many of those.
  const isLeak = (warning: string) => warning.includes('suspected to leak');
  const inOrder = [...warnings.filter(isLeak), ...warnings.filter((warning) => !isLeak(warning))];
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

function metricLines({ metrics, baseline, champion }: NonNullable<Report['evaluation']>, width: number): string[] {
  const header = ['', 'model', ...(baseline ? ['baseline', ''] : []), ...(champion ? ['champion'] : [])];
  const rows = Object.entries(metrics).map(([name, { value }]) => {
    const other = baseline?.metrics[name]?.value ?? null;
    const gap = compareMetric(name, value, other)?.text.replaceAll('−', '-') ?? '';
    const row = [shorten(clean(metricTitle(name).title), 30), ascii(value), ...(baseline ? [ascii(other), gap] : [])];
    return champion ? [...row, ascii(champion.metrics[name]?.value ?? null)] : row;
  });
  const table = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const notes = Object.entries(metrics).flatMap(([name, { value, why }]) =>
    value === null ? [`${metricTitle(name).title}: ${why}`] : [],
  );
  return [
    ...table.map((row) =>
      row
        .map((cell, i) => (i === 0 || i === 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
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
