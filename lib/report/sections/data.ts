import { formatBytes, formatCount, formatNumber, formatShare } from '../format.ts';
import { type Content, dataName, type Html, html, raw, shorten } from '../markup.ts';
import type { ColumnSummary, Report } from '../report.ts';
import { renderFacts } from './facts.ts';

const columnsShown = 200;
const objectsShown = 20;

/** What the rows are, where they came from, and what was noticed about them. */
export function renderData({ data, kind }: Report): Html {
  const { objects, columns, warnings } = data;
  const bytes = objects.reduce((total, { size }) => total + size, 0);
  return html`<section aria-labelledby="data">
<h2 id="data">Data</h2>
${
  warnings.length > 0 &&
  html`<ul class="warnings" aria-label="Warnings">${warnings.map((warning) => html`<li>${shorten(warning, 600)}</li>`)}</ul>`
}
${renderFacts([
  ['Rows', `${formatNumber(data.rowCount)} read from ${formatCount(objects.length, 'object')}, ${formatBytes(bytes)}`],
  kind === 'training' && [
    'Split',
    html`${formatNumber(data.trainingRowCount)} to train on, ${formatNumber(data.testRowCount)} held out. ${data.split}`,
  ],
  kind === 'evaluation' && ['Split', data.split],
  data.target !== null && ['Target', dataName(data.target)],
])}
${renderColumns(columns, data.rowCount)}
${renderObjects(objects)}
</section>`;
}

function renderColumns(columns: ColumnSummary[], rowCount: number): Html {
  const shown = columns.slice(0, columnsShown);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Columns">
<table class="columns">
<caption>${formatCount(columns.length, 'column')}, as read${
    shown.length < columns.length && `; the first ${columnsShown} are shown, report.json has all`
  }</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Role</th><th scope="col" class="number">Missing</th>
<th scope="col" class="number">Distinct</th><th scope="col">Values</th><th scope="col">Distribution</th></tr></thead>
<tbody>${shown.map(
    (column) => html`
<tr><th scope="row">${dataName(column.name, { limit: 60 })}<small${column.kindReason !== undefined && html` title="${column.kindReason}"`}>${column.kind}</small></th>
<td><span class="role ${column.role}">${column.role}</span>${column.reason && html`<small>${column.reason}</small>`}</td>
<td class="number">${column.missing === 0 ? '–' : html`${formatNumber(column.missing)}<small>${formatShare(column.missing / rowCount)}</small>`}</td>
<td class="number">${formatNumber(column.distinct)}${column.sampled !== undefined && html` <small>of ${formatNumber(column.sampled)} rows</small>`}</td>
<td class="values">${describeValues(column, rowCount)}</td>
<td class="distribution">${renderDistribution(column, rowCount)}</td></tr>`,
  )}</tbody></table></div>`;
}

function describeValues(column: ColumnSummary, rowCount: number): Content {
  const { distinct, min, max, mean, standardDeviation, mostFrequent } = column;
  if (min !== undefined && max !== undefined) {
    const spread = standardDeviation === undefined ? '' : ` ± ${formatNumber(standardDeviation, { digits: 3 })}`;
    return html`${formatNumber(min)} to ${formatNumber(max)}${
      mean !== undefined && html`<small>mean ${formatNumber(mean, { digits: 3 })}${spread}</small>`
    }`;
  }
  if (!mostFrequent || mostFrequent.length === 0) {
    return html`<small>${distinct > 0 ? 'too many different ones' : 'no values'}</small>`;
  }
  const named = mostFrequent.slice(0, 3);
  return named.map(
    ({ value, count }, i) =>
      html`${i > 0 && ', '}${dataName(value, { limit: 24 })} <span class="quiet">${formatShare(count / rowCount)}</span>`,
  );
}

/** A small drawing that needs no script: a histogram of numbers, or the shares of the most frequent values. */
function renderDistribution({ histogram, mostFrequent }: ColumnSummary, rowCount: number): Html | undefined {
  if (histogram && histogram.counts.length > 0) return renderHistogram(histogram);
  if (mostFrequent && mostFrequent.length > 0) return renderShares(mostFrequent, rowCount);
  return undefined;
}

function renderHistogram({ from, to, counts }: NonNullable<ColumnSummary['histogram']>): Html {
  const highest = Math.max(...counts, 1);
  const width = 120 / counts.length;
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1, (count / highest) * 26);
    return raw(
      `<rect x="${round(i * width)}" y="${round(28 - height)}" width="${round(width - 1)}" height="${round(height)}"/>`,
    );
  });
  return html`<svg viewBox="0 0 120 28" role="img" aria-label="Histogram from ${formatNumber(from)} to ${formatNumber(to)}">${bars}</svg>`;
}

function renderShares(mostFrequent: NonNullable<ColumnSummary['mostFrequent']>, rowCount: number): Html {
  let x = 0;
  const parts = mostFrequent.map(({ count }, i) => {
    const width = (count / rowCount) * 120;
    const part = raw(
      `<rect class="share-${i}" x="${round(x)}" y="9" width="${round(Math.max(0.5, width - 1))}" height="10"/>`,
    );
    x += width;
    return part;
  });
  const rest = x < 119 && raw(`<rect class="rest" x="${round(x)}" y="9" width="${round(120 - x)}" height="10"/>`);
  return html`<svg viewBox="0 0 120 28" role="img" aria-label="Shares of the most frequent values">${parts}${rest}</svg>`;
}

function renderObjects(objects: Report['data']['objects']): Html | undefined {
  if (objects.length === 0) return undefined;
  const shown = objects.slice(0, objectsShown);
  return html`<details><summary>${formatCount(objects.length, 'object')} read</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Objects">
<table><caption>Objects${shown.length < objects.length && `, the first ${objectsShown} of ${formatNumber(objects.length)}`}</caption>
<thead><tr><th scope="col">Key</th><th scope="col" class="number">Size</th><th scope="col" class="number">Rows</th></tr></thead>
<tbody>${shown.map(
    ({ key, size, rowCount }) => html`
<tr><th scope="row">${dataName(key)}</th><td class="number">${formatBytes(size)}</td>
<td class="number">${formatNumber(rowCount)}</td></tr>`,
  )}</tbody></table></div></details>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
