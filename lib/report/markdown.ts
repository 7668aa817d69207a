import { formatBytes, formatCount, formatNumber, formatShare, formatTime } from './format.ts';
import { shorten } from './markup.ts';
import { compareMetric, metricTitle } from './metric-titles.ts';
import type { Measured, Report } from './report.ts';
import { describeMeasure } from './sections/facts.ts';

/**
 * The report as Markdown for a pull request: the verdict, the metrics with their intervals, what they are compared with,
 * the worst slices, the data and what it took.
 *
 * Text from the data is escaped, so that it stays text in any dialect that follows CommonMark.
 */
export function renderMarkdown(report: Report): string {
  const parts = [
    `# ${escapeMarkdown(report.title)}`,
    byline(report),
    verdictPart(report),
    metricsPart(report),
    comparisonsPart(report),
    slicesPart(report),
    dataPart(report),
    footprintPart(report),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

/**
 * Text that means itself in Markdown: no markup, no HTML, no link, no table cell's end, no line break.
 *
 * @see CommonMark 0.31, section 2.4: a backslash before ASCII punctuation takes its meaning away
 */
export function escapeMarkdown(text: string): string {
  return shorten(text, 400)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .replace(/[\\`*_{}[\]|~]/g, '\\$&')
    .replace(/[<>&@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/^\s*(?=[-+#=]|\d+[.)])/, '$&\\')
    .replace(/^(\s*)\\(\d+)/, '$1$2\\')
    .replace(/:(?=\/\/)|\.(?<=www\.)/gi, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** A table in GitHub's dialect. Cells are Markdown already; columns `[from, to)` hold numbers. */
export function markdownTable(head: string[], rows: string[][], [from, to] = [1, head.length]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i >= from && i < to ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** A value with its interval: '0.9136 (0.91 to 0.917)'. */
export function describeMeasured(measured: Measured | undefined): string {
  if (!measured) return '–';
  if (measured.value === null) return `undefined: ${escapeMarkdown(measured.why)}`;
  const { value, interval } = measured;
  const range = interval ? ` (${formatNumber(interval.low)} to ${formatNumber(interval.high)})` : '';
  return `${formatNumber(value)}${range}`;
}

function byline({ kind, task, version, run, createdAt }: Report): string {
  const parts = [
    `${kind[0].toUpperCase()}${kind.slice(1)} report`,
    task,
    version && `version ${escapeMarkdown(version)}`,
    run && `run ${escapeMarkdown(run)}`,
    formatTime(createdAt),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

const marks = { pass: '✅', fail: '❌', undecided: '❔', none: '➖' };

function verdictPart({ kind, verdict }: Report): string {
  const lines = [`${marks[verdict.gate]} **${escapeMarkdown(verdict.sentence)}**`];
  const reasons = [
    ...verdict.gates.map((gate) => `${marks[gate.verdict]} ${escapeMarkdown(gate.sentence)}`),
    ...(verdict.why ?? []).map(escapeMarkdown),
  ];
  if (reasons.length > 0) lines.push(reasons.map((reason) => `- ${reason}`).join('\n'));
  if (kind !== 'inspection') lines.push(escapeMarkdown(verdict.champion.sentence));
  return lines.join('\n\n');
}

function metricsPart({ evaluation }: Report): string | undefined {
  if (!evaluation) return undefined;
  const { metrics, baseline, champion, on } = evaluation;
  const head = ['Metric', 'Model (interval)', ...(baseline ? ['Baseline'] : []), ...(champion ? ['Champion'] : [])];
  const rows = Object.entries(metrics).map(([name, measured]) => {
    const { title, direction } = metricTitle(name);
    const arrow = direction === undefined ? '' : direction === 'higher' ? ' ↑' : ' ↓';
    const other = (values: Record<string, Measured>) => {
      const gap = compareMetric(name, measured.value, values[name]?.value ?? null);
      return `${formatNumber(values[name]?.value ?? null)}${gap ? ` (${gap.text})` : ''}`;
    };
    return [
      `${escapeMarkdown(title)}${arrow}`,
      describeMeasured(measured),
      ...(baseline ? [other(baseline.metrics)] : []),
      ...(champion ? [other(champion.metrics)] : []),
    ];
  });
  return `## Metrics\n\n${escapeMarkdown(on)}\n\n${markdownTable(head, rows)}`;
}

function comparisonsPart({ evaluation }: Report): string | undefined {
  const comparisons = evaluation?.comparisons ?? [];
  if (comparisons.length === 0) return undefined;
  return `## Comparison\n\n${comparisons.map(({ sentence }) => `- ${escapeMarkdown(sentence)}`).join('\n')}`;
}

/** Slices that a pull request has room for; the page shows all. */
const shownSlices = 10;

function slicesPart({ evaluation }: Report): string | undefined {
  const found = evaluation?.slices;
  if (!found || found.slices.length === 0) return undefined;
  const { title } = metricTitle(found.metric);
  const rows = found.slices
    .slice(0, shownSlices)
    .map(({ name, rowCount, metrics }) => [
      escapeMarkdown(name),
      formatNumber(rowCount),
      describeMeasured(metrics[found.metric]),
    ]);
  const note = `The worst of ${formatCount(found.examined, 'slice')}; intervals are widened for so many (${escapeMarkdown(found.correction)}).`;
  return `## Slices\n\n${markdownTable(['Slice', 'Rows', escapeMarkdown(title)], rows)}\n\n${note}`;
}

function dataPart({ data }: Report): string {
  const sizes = data.objects.reduce((sum, { size }) => sum + size, 0);
  const lines = [
    `${formatCount(data.rowCount, 'row')} in ${formatCount(data.objects.length, 'object')} (${formatBytes(sizes)}), ${formatCount(data.columns.length, 'column')}. ${escapeMarkdown(data.split)}`,
  ];
  const gaps = data.columns.filter(({ missing }) => missing > 0);
  if (gaps.length > 0) {
    const worst = gaps.toSorted((a, b) => b.missing - a.missing).slice(0, 5);
    const named = worst.map(
      ({ name, missing }) => `${escapeMarkdown(name)} ${formatShare(missing / Math.max(1, data.rowCount))}`,
    );
    lines.push(`Missing cells: ${named.join(', ')}${gaps.length > worst.length ? ', …' : ''}.`);
  }
  if (data.warnings.length > 0) lines.push(data.warnings.map((warning) => `- ⚠️ ${escapeMarkdown(warning)}`).join('\n'));
  return `## Data\n\n${lines.join('\n\n')}`;
}

function footprintPart({ footprint, footprintBasis }: Report): string | undefined {
  const entries = Object.entries(footprint ?? {});
  if (entries.length === 0) return undefined;
  const facts = entries.map(([name, value]) => describeMeasure(name, value).map(escapeMarkdown).join(' ')).join(', ');
  const basis = footprintBasis === undefined ? '' : ` ${escapeMarkdown(footprintBasis)}`;
  return `## Footprint\n\n${facts}.${basis}`;
}
