import { formatCount, formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { compareMetric, metricTitle } from '../metric-titles.ts';
import type { Evaluation, Measured, Metrics } from '../report.ts';
import {
  describeInterval,
  domainOf,
  drawEstimate,
  estimateOf,
  intervalOf,
  intervalTitle,
  type Reference,
} from './interval-drawing.ts';

/** What the model is shown beside. */
interface Other {
  name: string;
  heading: Html;
  metrics: Metrics;
  as: Reference['as'];
}

/** Each metric with its interval, beside the baseline's, the champion's and another file's. */
export function renderMetrics(evaluation: Evaluation): Html {
  const { on, groupCount, baseline, metrics } = evaluation;
  const others = othersOf(evaluation);
  const interval = intervalTitle(Object.values(metrics));
  const hasDrawings = interval !== undefined || others.length > 0;
  const beside = others.map(({ name }) => `the ${name}`).join(' and ');
  return html`<section aria-labelledby="metrics">
<h2 id="metrics">Metrics</h2>
<p>${on}${groupCount !== undefined && ` They belong to ${formatCount(groupCount, 'group')}.`}${baseline && html` <span class="quiet">Baseline: ${baseline.name}.</span>`}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Metrics">
<table class="metrics">
<caption>The model${beside && ` beside ${beside}`}${hasDrawings && html`. ${legend(others, interval)}`}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Model${interval && html`<small class="below">${interval}</small>`}</th>
${hasDrawings && html`<th scope="col"><span class="unseen">Drawn</span></th>`}
${others.map(({ heading }) => html`<th scope="col" class="number">${heading}<small class="below">how the model compares</small></th>`)}</tr></thead>
<tbody>${Object.entries(metrics).map(
    ([name, measured]) => html`
<tr><th scope="row">${metricName(name)}</th>
${renderOwn(measured)}${hasDrawings && html`<td>${renderDrawing(name, measured, others)}</td>`}
${others.map((other) => renderGap(name, measured, other.metrics[name]))}</tr>`,
  )}</tbody></table></div>
${renderNotes(metrics)}
${renderMeanings(Object.keys(metrics))}
</section>`;
}

/** A metric's cell with its interval below, for tables of many metrics. */
export function renderMeasured(measured: Measured | undefined): Html {
  const interval = intervalOf(measured);
  return html`<td class="number" ${measured?.why !== undefined && html`title="${measured.why}"`}>${
    measured ? formatNumber(measured.value) : '–'
  }${interval && html`<small class="below">${describeInterval(interval)}</small>`}</td>`;
}

function othersOf({ baseline, champion, against }: Evaluation): Other[] {
  const others: (Other | undefined)[] = [
    baseline && { name: 'baseline', heading: html`Baseline`, metrics: baseline.metrics, as: 'rule' },
    champion && {
      name: 'champion',
      heading: html`Champion <code>${dataName(champion.version, { limit: 12 })}</code>`,
      metrics: champion.metrics,
      as: 'diamond',
    },
    against && {
      name: 'other file',
      heading: html`Other file ${dataName(against.name, { limit: 30 })}`,
      metrics: against.metrics,
      as: 'diamond',
    },
  ];
  return others.filter((other) => other !== undefined);
}

function legend(others: readonly Other[], interval: string | undefined): string {
  const references = others.map(({ name, as }) => `the ${as === 'rule' ? 'upright line' : 'diamond'} the ${name}`);
  const parts = ['The dot is the model', interval && `the bar its ${interval}`, ...references].filter(Boolean);
  return `${parts.join(', ')}; each row has its own scale, and what lies far off is not drawn.`;
}

function renderOwn(measured: Measured): Html {
  const interval = intervalOf(measured);
  return html`<td class="number"><span class="strong">${formatNumber(measured.value)}</span>${interval && html`<small class="below">${describeInterval(interval)}</small>`}</td>`;
}

/** A reference farther than so many lengths of the interval is left out: it would leave the interval a dot. */
const reach = 4;

function renderDrawing(name: string, measured: Measured, others: readonly Other[]): Html | undefined {
  const estimate = estimateOf(measured);
  if (!estimate) return undefined;
  const references = others.flatMap((other): Reference[] => {
    const value = other.metrics[name]?.value;
    return typeof value === 'number' ? [{ name: other.name, value, as: other.as }] : [];
  });
  if (!estimate.interval && references.length === 0) return undefined;
  const { low, high } = estimate.interval ?? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const isNear = ({ value }: Reference) => value >= low - reach * (high - low) && value <= high + reach * (high - low);
  const near = estimate.interval ? references.filter(isNear) : references;
  const domain = domainOf(
    [estimate],
    near.map(({ value }) => value),
  );
  return drawEstimate(estimate, { domain, references: near });
}

/** Why a metric has no value, what to know of one that has, and how the intervals were found. */
function renderNotes(metrics: Metrics): Html | undefined {
  const notes = Object.entries(metrics).flatMap(([name, { value, why }]) =>
    why === undefined ? [] : [html`${metricTitle(name).title}${value === null && ' is undefined'}: ${why}`],
  );
  const methods = Map.groupBy(
    Object.entries(metrics).filter(([, measured]) => intervalOf(measured)),
    ([, measured]) => describeMethod(measured),
  );
  const byMethod = [...methods].map(
    ([method, found]) => html`Intervals by ${method}: ${found.map(([name]) => metricTitle(name).title).join(', ')}.`,
  );
  const all = [...notes, ...byMethod];
  return all.length === 0 ? undefined : html`<ul class="notes">${all.map((note) => html`<li>${note}</li>`)}</ul>`;
}

function describeMethod(measured: Measured): string {
  const interval = intervalOf(measured);
  if (!interval) return '';
  const { method, resamples, note } = interval;
  const drawn = resamples === undefined ? '' : ` of ${formatCount(resamples, 'resample')}`;
  return `${methodTitles[method] ?? method}${drawn}${note === undefined ? '' : ` (${note})`}`;
}

const methodTitles: Record<string, string> = {
  bootstrap: 'percentile bootstrap',
  wilson: "Wilson's score",
  delong: "DeLong's variance",
  t: "Student's t",
  jackknife: 'the jackknife',
  delta: 'the delta method',
};

function renderMeanings(names: string[]): Html | undefined {
  const known = names.map(metricTitle).filter(({ summary }) => summary !== undefined);
  if (known.length === 0) return undefined;
  return html`<details><summary>What the metrics mean</summary>
<dl class="meanings">${known.map(({ title, summary }) => html`<div><dt>${title}</dt><dd>${summary}</dd></div>`)}</dl></details>`;
}

/** A metric's title, and which way is better. */
export function metricName(name: string): Html {
  const { title, direction } = metricTitle(name);
  return html`${dataName(title)}${direction && html`<small class="below">${direction} is better</small>`}`;
}

function renderGap(name: string, measured: Measured, other: Measured | undefined): Html {
  const gap = other && compareMetric(name, measured.value, other.value);
  const judgement = gap?.isBetter === undefined ? '' : gap.isBetter ? 'better' : 'worse';
  return html`<td class="number" ${other?.why !== undefined && html`title="${other.why}"`}>${
    other ? formatNumber(other.value) : '–'
  }${gap && html`<small class="below ${judgement}">${gap.text}${judgement && html` <span class="unseen">(${judgement})</span>`}</small>`}</td>`;
}
