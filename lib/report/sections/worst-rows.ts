import { formatCount, formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import type { Evaluation } from '../report.ts';

/** Rows and cells of each that are shown; report.json has all. */
const rowsShown = 30;
const featuresShown = 20;

/** The rows that the model is most wrong about, with what they hold. */
export function renderWorstRows({ worstRows = [] }: Evaluation): Html | undefined {
  if (worstRows.length === 0) return undefined;
  const shown = worstRows.slice(0, rowsShown);
  return html`<section aria-labelledby="worst-rows">
<h2 id="worst-rows">Rows to look at</h2>
<p>The rows with the largest loss. <span class="quiet">They are private data: whoever has this page has them.</span></p>
<div class="scroll" tabindex="0" role="region" aria-label="Rows to look at">
<table class="worst"><caption>${formatCount(shown.length, 'row')}, the largest loss first${shown.length < worstRows.length && `, of ${formatNumber(worstRows.length)}`}</caption>
<thead><tr><th scope="col">Row</th><th scope="col">Actual</th><th scope="col">Predicted</th><th scope="col" class="number">Loss</th>
<th scope="col">Features</th></tr></thead>
<tbody>${shown.map(
    ({ place, actual, predicted, loss, features }) => html`
<tr><th scope="row">${dataName(place, { limit: 60 })}</th><td>${dataName(actual, { limit: 80 })}</td><td>${dataName(predicted, { limit: 80 })}</td>
<td class="number">${formatNumber(loss)}</td><td class="cells">${renderCells(Object.entries(features))}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function renderCells(cells: [name: string, value: string | null][]): Html {
  const shown = cells.slice(0, featuresShown);
  return html`${shown.map(
    ([name, value], i) =>
      html`${i > 0 && ', '}<span class="quiet">${dataName(name, { limit: 40 })}</span> ${
        value === null ? html`<span class="quiet">missing</span>` : dataName(value, { limit: 60 })
      }`,
  )}${shown.length < cells.length && html` <span class="quiet">and ${formatNumber(cells.length - shown.length)} more</span>`}`;
}
