import { formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { compareMetric, metricTitle } from '../metric-titles.ts';
import type { Evaluation, Measured } from '../report.ts';

/** Each metric beside the baseline's and the champion's. */
export function renderMetrics(evaluation: Evaluation): Html {
  const { on, baseline, champion, metrics } = evaluation;
  const notes = Object.entries(metrics).filter(([, { why }]) => why !== undefined);
  return html`<section aria-labelledby="metrics">
<h2 id="metrics">Metrics</h2>
<p>${on}${baseline && html` <span class="quiet">Baseline: ${baseline.name}.</span>`}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Metrics">
<table class="metrics">
<caption>The model${baseline && ' beside the baseline'}${champion && ' and the champion'}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Model</th>
${baseline && html`<th scope="col" class="number">Baseline</th><th scope="col">Against baseline</th>`}
${
  champion &&
  html`<th scope="col" class="number">Champion <code>${dataName(champion.version, { limit: 12 })}</code></th>
<th scope="col">Against champion</th>`
}</tr></thead>
<tbody>${Object.entries(metrics).map(
    ([name, measured]) => html`
<tr><th scope="row">${metricName(name)}</th>
<td class="number strong">${formatNumber(measured.value)}</td>
${baseline && comparison(name, measured, baseline.metrics[name])}
${champion && comparison(name, measured, champion.metrics[name])}</tr>`,
  )}</tbody></table></div>
${
  notes.length > 0 &&
  html`<ul class="notes">${notes.map(
    ([name, { value, why }]) => html`
<li>${metricTitle(name).title}${value === null && ' is undefined'}: ${why}</li>`,
  )}</ul>`
}
${renderMeanings(Object.keys(metrics))}
</section>`;
}

function renderMeanings(names: string[]): Html | undefined {
  const known = names.map(metricTitle).filter(({ summary }) => summary !== undefined);
  if (known.length === 0) return undefined;
  return html`<details><summary>What the metrics mean</summary>
<dl class="meanings">${known.map(({ title, summary }) => html`<div><dt>${title}</dt><dd>${summary}</dd></div>`)}</dl></details>`;
}

function metricName(name: string): Html {
  const { title, direction } = metricTitle(name);
  return html`${dataName(title)}${direction && html` <small>${direction} is better</small>`}`;
}

function comparison(name: string, measured: Measured, other: Measured | undefined): Html {
  const gap = other && compareMetric(name, measured.value, other.value);
  const judgement = gap?.isBetter === undefined ? '' : gap.isBetter ? 'better' : 'worse';
  return html`<td class="number" ${other?.why !== undefined && html`title="${other.why}"`}>${
    other ? formatNumber(other.value) : '–'
  }</td><td class="${judgement}">${gap ? gap.text : '–'}${judgement && html` <span class="unseen">(${judgement})</span>`}</td>`;
}
