import { formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import type { Evaluation } from '../report.ts';
import { renderMeasured } from './metrics.ts';

/** Classes whose metrics are shown; report.json has all. */
const classesShown = 60;

/** The metrics of each class or label. */
export function renderClasses({ classes = [] }: Evaluation): Html | undefined {
  if (classes.length === 0) return undefined;
  const names = [...new Set(classes.flatMap(({ metrics }) => Object.keys(metrics)))];
  const shown = classes.slice(0, classesShown);
  return html`<section aria-labelledby="classes">
<h2 id="classes">Classes</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Classes">
<table><caption>Each class against all others${shown.length < classes.length && `; the first ${classesShown} of ${formatNumber(classes.length)}`}</caption>
<thead><tr><th scope="col">Class</th><th scope="col" class="number">Rows</th>
${names.map((name) => html`<th scope="col" class="number">${dataName(metricTitle(name).title)}</th>`)}</tr></thead>
<tbody>${shown.map(
    ({ label, support, metrics }) => html`
<tr><th scope="row">${dataName(label, { limit: 60 })}</th><td class="number">${formatNumber(support)}</td>
${names.map((name) => renderMeasured(metrics[name]))}</tr>`,
  )}</tbody></table></div></section>`;
}
