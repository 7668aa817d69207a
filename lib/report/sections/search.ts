import { formatNumber, formatShare } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import type { CrossValidation, Evaluation, ScoredTrial, SearchResult } from '../report.ts';

/** How the model was chosen, and how it does on each fold. */
export function renderSearch({ search, crossValidation }: Partial<Evaluation>): Html | undefined {
  if (!search && !crossValidation) return undefined;
  return html`<section aria-labelledby="search">
<h2 id="search">${search ? 'Search' : 'Cross-validation'}</h2>
${search && renderTrials(search)}
${crossValidation && renderFolds(crossValidation)}
</section>`;
}

/** Trials as they are best read: the last round first, in each the best first, and those without a score last. */
export function inOrder({ trials, direction }: SearchResult): ScoredTrial[] {
  const worst = direction === 'lower' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const score = ({ mean }: ScoredTrial) => (direction === 'lower' ? 1 : -1) * (mean ?? worst);
  return trials.toSorted((a, b) => {
    const gap = score(a) - score(b);
    return (b.round ?? 1) - (a.round ?? 1) || (Number.isNaN(gap) ? 0 : gap) || a.number - b.number;
  });
}

function renderTrials(search: SearchResult): Html {
  const trials = inOrder(search);
  const paths = [...new Set(trials.flatMap(({ fields }) => Object.keys(fields)))];
  const foldCount = trials[0].scores.length;
  const hasRounds = trials.some(({ round }) => round !== undefined);
  const lastRound = trials[0].round;
  const { title } = metricTitle(search.metric);
  const isBest = ({ number, round }: ScoredTrial) => number === search.best && round === lastRound;
  return html`<p>${search.sentence}</p>
<p class="quiet">${search.scoredOn}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Trials">
<table><caption>Every trial${hasRounds && ', the last round first'}: ${dataName(title)}, ${search.direction} is better</caption>
<thead><tr>${hasRounds && html`<th scope="col" class="number">Round</th>`}<th scope="col" class="number">Trial</th>
${paths.map((path) => html`<th scope="col"><code>${dataName(path)}</code></th>`)}
<th scope="col" class="number">Mean</th><th scope="col" class="number">± deviation</th>
${foldCount > 1 && foldHeads(foldCount)}</tr></thead>
<tbody>${trials.map(
    (trial) => html`
<tr ${isBest(trial) && html`class="best"`}>${hasRounds && html`<td class="number">${trial.round} <small>${formatShare(trial.share ?? 1)}</small></td>`}
<th scope="row" class="number">${isBest(trial) && html`<span class="mark" aria-label="Best">✓</span> `}${trial.number}</th>
${paths.map((path) => html`<td><code>${describeValue(trial.fields[path])}</code></td>`)}
${
  trial.mean === null
    ? html`<td colspan="${foldCount > 1 ? foldCount + 2 : 2}">${trial.problem ?? 'not scored'}</td>`
    : html`<td class="number strong">${formatNumber(trial.mean)}</td>
<td class="number">${formatNumber(trial.standardDeviation)}</td>
${foldCount > 1 && trial.scores.map((score) => html`<td class="number">${formatNumber(score)}</td>`)}`
}</tr>`,
  )}</tbody></table></div>`;
}

function renderFolds({ on, metrics }: CrossValidation): Html {
  const entries = Object.entries(metrics);
  const foldCount = entries[0]?.[1].folds.length ?? 0;
  return html`<p>${on}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Cross-validation">
<table><caption>Cross-validation: each metric on each fold</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Mean</th>
<th scope="col" class="number">± deviation</th>${foldHeads(foldCount)}</tr></thead>
<tbody>${entries.map(
    ([name, { mean, standardDeviation, folds }]) => html`
<tr><th scope="row">${dataName(metricTitle(name).title)}</th><td class="number strong">${formatNumber(mean)}</td>
<td class="number">${formatNumber(standardDeviation)}</td>
${folds.map((value) => html`<td class="number">${formatNumber(value)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const foldHeads = (count: number): Html[] =>
  Array.from({ length: count }, (_, i) => html`<th scope="col" class="number">Fold ${i + 1}</th>`);

const describeValue = (value: unknown): string =>
  typeof value === 'number'
    ? formatNumber(value, { digits: 6 })
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
