import { formatBytes, formatNumber, formatSeconds } from '../format.ts';
import { type Content, dataName, type Html, html } from '../markup.ts';
import type { Report } from '../report.ts';

type Fact = [name: Content, value: Content, isLong?: boolean];

/** Names beside their values. */
export function renderFacts(facts: (Fact | false | undefined)[]): Html {
  const there = facts.filter((fact) => fact !== false && fact !== undefined);
  return html`<dl class="facts">${there.map(
    ([name, value, isLong]) => html`<div ${isLong && html`class="wide"`}><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** What the model is and how it was fitted. */
export function renderModelFacts({ model, training }: Report): Html {
  const { name, ...options } = model?.optimizer ?? { name: '' };
  const solution = {
    converged: 'Converged',
    'step-limit': 'Step limit reached',
    deadline: 'Paused',
    diverged: 'Diverged',
  };
  return renderFacts([
    model && ['Kind', model.kind],
    model && ['Loss', model.loss],
    model && ['L2', formatNumber(model.l2)],
    model && ['Parameters', formatNumber(model.parameterCount)],
    model && ['Model file', formatBytes(model.sizeBytes)],
    training && ['Solution', solution[training.solution]],
    training && ['Steps', formatNumber(training.steps)],
    training && ['Epochs', formatNumber(training.epochs)],
    model?.intercepts && describeIntercepts(model.intercepts),
    model && ['Optimizer', html`${name}${describeOptions(options)}`, true],
    model?.optimizerReason !== undefined && ['Choice of optimizer', model.optimizerReason, true],
  ]);
}

function describeIntercepts(intercepts: { class?: string; value: number }[]): Fact {
  const shown = intercepts.slice(0, 20).map(({ class: label, value }, i) => {
    const number = formatNumber(value, { digits: 6 });
    return html`${i > 0 && ', '}${label !== undefined && html`${dataName(label, { limit: 40 })} `}${number}`;
  });
  const rest = intercepts.length - shown.length;
  return [shown.length === 1 ? 'Intercept' : 'Intercepts', [shown, rest > 0 && ` and ${rest} more`], shown.length > 1];
}

/** The request as it was resolved, the defaults that filled it, and a draft where there was no request. */
export function renderRequest({ request, defaults, draft, kind }: Report): Html {
  return html`<section aria-labelledby="request">
<h2 id="request">Request</h2>
${
  draft &&
  html`<p>A draft of a pipeline document for this data${draft.key !== undefined && html`, kept as ${dataName(draft.key)}`}:</p>
<pre tabindex="0" role="region" aria-label="Draft of a pipeline document"><code>${draft.text}</code></pre>`
}
${
  defaults.length > 0
    ? html`<div class="scroll" tabindex="0" role="region" aria-label="Defaults">
<table><caption>Defaults: what the request left open, and what was taken</caption>
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th></tr></thead>
<tbody>${defaults.map(
        ({ path, value }) => html`
<tr><th scope="row"><code>${dataName(path)}</code></th><td><code>${describeValue(value)}</code></td></tr>`,
      )}</tbody></table></div>`
    : kind !== 'inspection' && html`<p>The request left nothing open: no default was applied.</p>`
}
${
  request !== null &&
  html`<details><summary>The whole request, with its defaults</summary>
<pre tabindex="0" role="region" aria-label="Request"><code>${JSON.stringify(request, null, 2)}</code></pre></details>`
}
</section>`;
}

/** What it took. */
export function renderFootprint({ footprint, footprintBasis }: Report): Html | undefined {
  const entries = Object.entries(footprint ?? {});
  if (entries.length === 0) return undefined;
  return html`<section aria-labelledby="footprint">
<h2 id="footprint">Footprint</h2>
${renderFacts(entries.map(([name, value]) => describeMeasure(name, value)))}
${footprintBasis !== undefined && html`<p class="quiet">${footprintBasis}</p>`}
</section>`;
}

/** A measure's name without its unit, and its value with it: `peakMemoryBytes` is 'Peak memory', '181 MB'. */
export function describeMeasure(name: string, value: number): [name: string, value: string] {
  const words = name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  const unit = words[words.length - 1];
  const format = Object.hasOwn(units, unit) ? units[unit] : undefined;
  const rest = format ? words.slice(0, -1) : words;
  const title = rest.length === 0 ? 'Time in all' : rest.join(' ');
  return [title[0].toUpperCase() + title.slice(1), (format ?? ((amount: number) => formatNumber(amount)))(value)];
}

const units: Record<string, (value: number) => string> = {
  seconds: formatSeconds,
  ms: (value) => formatSeconds(value / 1000),
  bytes: formatBytes,
  mb: (value) => `${formatNumber(value)} MB`,
  kwh: (value) => `${formatNumber(value)} kWh`,
  wh: (value) => `${formatNumber(value)} Wh`,
  usd: (value) => `${formatNumber(value)} USD`,
  grams: (value) => `${formatNumber(value)} g`,
};

function describeOptions(options: Record<string, unknown>): Content {
  return Object.entries(options).map(
    ([name, value]) => html`, <span class="option">${name} ${describeValue(value)}</span>`,
  );
}

function describeValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, { digits: 6 });
  return typeof value === 'string' ? value : JSON.stringify(value);
}
