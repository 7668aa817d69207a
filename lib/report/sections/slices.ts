import { formatCount, formatNumber, formatShare } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import type { Evaluation } from '../report.ts';
import { marks, words } from './comparisons.ts';
import {
  describeInterval,
  domainOf,
  drawEstimate,
  estimateOf,
  intervalOf,
  type Reference,
} from './interval-drawing.ts';
import { renderMeasured } from './metrics.ts';

type Slices = NonNullable<Evaluation['slices']>;
type Slice = Slices['slices'][number];
type Fairness = NonNullable<Evaluation['fairness']>[number];

/** Slices that are shown at once; the others are folded away. */
const openSlices = 12;

/** Slices on the page; report.json has more. */
const slicesShown = 50;

/** How good the model is on parts of the rows, the worst first, and how it treats groups. */
export function renderSlices(evaluation: Evaluation): Html | undefined {
  const { slices, fairness = [] } = evaluation;
  if (!slices && fairness.length === 0) return undefined;
  return html`<section aria-labelledby="slices">
<h2 id="slices">${slices ? 'Slices' : 'Fairness'}</h2>
${slices && renderSliceTables(slices, evaluation)}
${fairness.map((found) => renderFairness(found, slices !== undefined))}
</section>`;
}

function renderSliceTables(slices: Slices, evaluation: Evaluation): Html {
  const { metric, examined, leastRows, correction } = slices;
  const found = slices.slices.slice(0, slicesShown);
  const { title, direction } = metricTitle(metric);
  const worse = found.filter(({ difference }) => difference?.verdict === 'worse').length;
  const said = `${formatCount(examined, 'slice')} of ${formatCount(leastRows, 'row')} or more ${examined === 1 ? 'was' : 'were'} looked at.`;
  const shown = found.length < examined ? ` The ${formatNumber(found.length)} worst are shown.` : '';
  const outcome =
    worse === 0
      ? ' On none is the model surely worse than on all rows.'
      : ` On ${formatNumber(worse)} the model is surely worse than on all rows.`;
  return html`<p>${said}${shown}${outcome} <span class="quiet">Intervals are widened for looking at many (${correction}).</span></p>
${
  found.length > 0 &&
  html`${renderTable(found.slice(0, openSlices), 'Worst slices')}
${
  found.length > openSlices &&
  html`<details><summary>${formatCount(found.length - openSlices, 'more slice')}</summary>
${renderTable(found.slice(openSlices), 'More slices')}</details>`
}`
}`;

  function renderTable(part: Slice[], name: string): Html {
    const overall = evaluation.metrics[metric]?.value ?? null;
    const references: Reference[] = overall === null ? [] : [{ value: overall, name: 'all rows', as: 'rule' }];
    const domain = domainOf(
      found.map(({ metrics }) => estimateOf(metrics[metric])),
      references.map(({ value }) => value),
    );
    const rest = [...new Set(part.flatMap(({ metrics }) => Object.keys(metrics)))].filter((other) => other !== metric);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
<table class="slices"><caption>${name} by ${title}${direction && ` (${direction} is better)`}, the worst first; the upright line is all rows${overall !== null && `, ${formatNumber(overall)}`}</caption>
<thead><tr><th scope="col">Slice</th><th scope="col" class="number">Rows</th><th scope="col" class="number">${title}</th>
<th scope="col">Interval</th><th scope="col"><span class="unseen">Drawn</span></th><th scope="col">Against all rows</th>
${rest.map((other) => html`<th scope="col" class="number">${dataName(metricTitle(other).title)}</th>`)}</tr></thead>
<tbody>${part.map((slice) => {
      const { name: sliceName, rowCount, metrics, difference } = slice;
      const estimate = estimateOf(metrics[metric]);
      const interval = intervalOf(metrics[metric]);
      return html`
<tr><th scope="row">${dataName(sliceName, { limit: 90 })}</th>
<td class="number">${formatNumber(rowCount)}<small class="below">${formatShare(rowCount / Math.max(1, evaluation.rowCount))}</small></td>
<td class="number strong">${formatNumber(estimate?.value ?? null)}</td>
<td class="interval">${interval ? describeInterval(interval) : '–'}</td>
<td>${estimate && drawEstimate(estimate, { domain, references })}</td>
${renderDifference(difference)}
${rest.map((other) => renderMeasured(metrics[other]))}</tr>`;
    })}</tbody></table></div>`;
  }
}

function renderDifference(difference: Slice['difference']): Html {
  if (!difference) return html`<td>–</td>`;
  const { value, interval, verdict } = difference;
  return html`<td class="${verdict}"><span class="mark" aria-hidden="true">${marks[verdict]}</span> ${value > 0 && '+'}${formatNumber(value, { digits: 3 })}
<span class="unseen">(${words[verdict]})</span>${interval && html`<small class="below">${describeInterval(interval)}</small>`}</td>`;
}

const gapTitles = {
  demographicParity: ['Demographic parity', 'how often a row is called positive'],
  equalOpportunity: ['Equal opportunity', 'how often a positive row is found'],
  equalisedOdds: ['Equalised odds', 'the worse of true and false positive rates'],
} as const;

function renderFairness(fairness: Fairness, isBelowSlices: boolean): Html {
  const { column, groups } = fairness;
  const gaps = Object.entries(gapTitles) as [keyof typeof gapTitles, readonly [string, string]][];
  return html`<h3 class="part">${isBelowSlices ? 'Fairness between' : 'Between'} the groups of ${dataName(column)}</h3>
<div class="pair"><div class="scroll" tabindex="0" role="region" aria-label="Groups of ${column}">
<table><caption>Rates of each group</caption>
<thead><tr><th scope="col">Group</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Called positive</th>
<th scope="col" class="number">True positive rate</th><th scope="col" class="number">False positive rate</th></tr></thead>
<tbody>${groups.map(
    ({ value, rowCount, selectionRate, truePositiveRate, falsePositiveRate }) => html`
<tr><th scope="row">${dataName(value, { limit: 60 })}</th><td class="number">${formatNumber(rowCount)}</td>
${[selectionRate, truePositiveRate, falsePositiveRate].map((rate) => html`<td class="number">${rate === null ? '–' : formatShare(rate)}</td>`)}</tr>`,
  )}</tbody></table></div>
<div class="scroll" tabindex="0" role="region" aria-label="Fairness of ${column}">
<table><caption>Gaps between groups: a difference of 0 and a ratio of 1 are even</caption>
<thead><tr><th scope="col">Gap</th><th scope="col" class="number">Difference</th><th scope="col" class="number">Ratio</th></tr></thead>
<tbody>${gaps.map(
    ([key, [title, meaning]]) => html`
<tr><th scope="row">${title}<small class="below">${meaning}</small></th><td class="number">${formatNumber(fairness[key].difference, { digits: 3 })}</td>
<td class="number">${formatNumber(fairness[key].ratio, { digits: 3 })}</td></tr>`,
  )}</tbody></table></div></div>`;
}
