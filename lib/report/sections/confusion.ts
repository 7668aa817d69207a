import { confusionTableLimit } from '../figures.ts';
import { formatNumber, formatShare } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import type { Evaluation } from '../report.ts';

/** The confusion matrix as a table, shaded by the share of each row; the largest confusions only, when it is large. */
export function renderConfusionMatrix(evaluation: Evaluation | undefined): Html | undefined {
  if (!evaluation?.confusionMatrix) return undefined;
  const { confusionMatrix, positiveClass } = evaluation;
  const { labels, counts } = confusionMatrix;
  if (labels.length > confusionTableLimit) return renderLargestConfusions(labels, counts);
  const rowTotals = counts.map(sum);
  const columnTotals = labels.map((_, column) => sum(counts.map((row) => row[column])));
  return html`<figure class="${labels.length > 5 && 'wide'}" aria-labelledby="confusion-title">
<h3 id="confusion-title">Confusion matrix</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
<table class="confusion">
<caption>Rows by actual label, columns by predicted label${
    positiveClass !== undefined &&
    html`; <span class="plain">${dataName(positiveClass, { limit: 40 })}</span> is positive`
  }</caption>
<thead><tr><td></td>${labels.map(
    (label) => html`<th scope="col"><small class="axis">predicted</small> ${dataName(label, { limit: 24 })}</th>`,
  )}<th scope="col" class="margin">Recall</th></tr></thead>
<tbody>${labels.map(
    (label, row) => html`
<tr><th scope="row"><small class="axis">actual</small> ${dataName(label, { limit: 24 })}</th>${counts[row].map(
      (count, column) => html`<td class="${shade(count, rowTotals[row], row === column)}">${formatNumber(count)}</td>`,
    )}<td class="margin">${ratio(counts[row][row], rowTotals[row])}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row" class="margin">Precision</th>${labels.map(
    (_, column) => html`<td class="margin">${ratio(counts[column][column], columnTotals[column])}</td>`,
  )}<td></td></tr></tfoot>
</table></div></figure>`;
}

function renderLargestConfusions(labels: string[], counts: number[][]): Html {
  const confusions = counts
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count, share: count / sum(row) })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 10);
  return html`<figure aria-labelledby="confusion-title">
<h3 id="confusion-title">Most frequent confusions</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Most frequent confusions">
<table><caption>Of ${formatNumber(labels.length)} labels; report.json has the whole matrix</caption>
<thead><tr><th scope="col">Actual</th><th scope="col">Predicted as</th><th scope="col" class="number">Rows</th>
<th scope="col" class="number">Of that label</th></tr></thead>
<tbody>${confusions.map(
    ({ actual, predicted, count, share }) => html`
<tr><th scope="row">${dataName(labels[actual])}</th><td>${dataName(labels[predicted])}</td>
<td class="number">${formatNumber(count)}</td><td class="number">${formatShare(share)}</td></tr>`,
  )}</tbody></table></div></figure>`;
}

/** Class of a cell, by the tenth of its row that it holds: the page's policy allows no style attributes. */
function shade(count: number, total: number, isCorrect: boolean): string {
  const tenth = total === 0 || count === 0 ? 0 : Math.max(1, Math.round((count / total) * 10));
  return `${isCorrect ? 'correct' : 'confused'} shade-${tenth}`;
}

function ratio(part: number, total: number): string {
  return total === 0 ? '–' : formatShare(part / total);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
