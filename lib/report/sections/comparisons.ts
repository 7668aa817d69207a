import { formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import type { Evaluation } from '../report.ts';
import { describeInterval, domainOf, drawEstimate } from './interval-drawing.ts';

type Comparison = NonNullable<Evaluation['comparisons']>[number];

/** What the model is compared with on the same rows: what the difference is, and how sure. */
export function renderComparisons({ comparisons = [] }: Evaluation): Html | undefined {
  if (comparisons.length === 0) return undefined;
  return html`<section aria-labelledby="comparison">
<h2 id="comparison">Comparison</h2>
<ul class="sentences">${comparisons.map(
    ({
      sentence,
      verdict,
    }) => html`<li class="${verdict}"><span class="mark" aria-hidden="true">${marks[verdict]}</span>
<span><strong>${words[verdict]}:</strong> ${sentence}</span></li>`,
  )}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Comparison">
<table class="differences"><caption>Differences on the same rows. In each drawing the upright line is no difference at all</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Against</th><th scope="col" class="number">Model</th>
<th scope="col" class="number">Other</th><th scope="col" class="number">Difference</th><th scope="col">Interval</th>
<th scope="col"><span class="unseen">Drawn</span></th><th scope="col" class="number">p-value</th><th scope="col">Test</th></tr></thead>
<tbody>${comparisons.map(renderRow)}</tbody></table></div>
</section>`;
}

export const marks = { better: '▲', worse: '▼', undecided: '?' };
export const words = { better: 'Better', worse: 'Worse', undecided: 'Undecided' };
const others = { champion: 'Champion', baseline: 'Baseline', file: 'Other file' };

function renderRow(comparison: Comparison): Html {
  const { against, name, metric, value, other, difference, interval, pValue, test, verdict } = comparison;
  const estimate = { value: difference, interval };
  // Zero in the middle: so the eye sees on which side the interval lies.
  const [low, high] = domainOf([estimate], [0]);
  const reach = Math.max(-low, high);
  return html`
<tr><th scope="row">${dataName(metricTitle(metric).title)}</th><td>${others[against]}<small class="below">${dataName(name, { limit: 48 })}</small></td>
<td class="number">${formatNumber(value)}</td><td class="number">${formatNumber(other)}</td>
<td class="number strong ${verdict}">${difference > 0 && '+'}${formatNumber(difference)}</td>
<td class="interval">${interval ? describeInterval(interval) : '–'}${interval && html`<small class="below">${formatNumber(interval.confidence * 100)}%</small>`}</td>
<td>${drawEstimate(estimate, { domain: [-reach, reach], references: [{ value: 0, name: 'no difference at', as: 'rule' }] })}</td>
<td class="number">${pValue === undefined ? '–' : formatPValue(pValue)}</td><td>${test}</td></tr>`;
}

/** A p-value of 0 would say that chance is impossible. */
function formatPValue(pValue: number): string {
  return pValue < 0.0001 ? '<0.0001' : formatNumber(pValue, { digits: 2 });
}
