import { formatNumber } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import type { Evaluation } from '../report.ts';
import { renderFacts } from './facts.ts';
import { renderMeasured } from './metrics.ts';

/** How scores become decisions: the threshold, and what was done to the probabilities. */
export function renderDecision({ threshold, calibration, metrics, positiveClass }: Evaluation): Html | undefined {
  if (!threshold && !calibration) return undefined;
  const positive = positiveClass === undefined ? 'positive' : dataName(positiveClass, { limit: 40 });
  return html`<section aria-labelledby="decision">
<h2 id="decision">Threshold and calibration</h2>
${renderFacts([
  threshold && [
    'Threshold',
    html`${formatNumber(threshold.value)}: rows that score as much or more count as ${positive}`,
    true,
  ],
  threshold && ['Chosen for', html`${threshold.aim}, on ${threshold.on}`, true],
  calibration && ['Calibrated by', html`${methods[calibration.method]}, fitted on ${calibration.on}`, true],
])}
${calibration?.before && renderBefore(calibration.before, metrics)}
</section>`;
}

const methods = { platt: "Platt's scaling", isotonic: 'isotonic regression' };

function renderBefore(before: Evaluation['metrics'], after: Evaluation['metrics']): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Before and after calibration">
<table><caption>The same rows before and after calibration</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th></tr></thead>
<tbody>${Object.entries(before).map(
    ([name, measured]) => html`
<tr><th scope="row">${dataName(metricTitle(name).title)}</th>${renderMeasured(measured)}${renderMeasured(after[name])}</tr>`,
  )}</tbody></table></div>`;
}
