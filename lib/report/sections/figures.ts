import type { Figure } from '../figure.ts';
import { largestOf } from '../figures.ts';
import { formatNumber } from '../format.ts';
import { dataName, embedJson, type Html, html } from '../markup.ts';
import type { Report } from '../report.ts';

/** A place for each figure, with what it says in words; the page's script draws into it. */
export function renderFigures(figures: Figure[], confusionMatrix: Html | undefined): Html | undefined {
  if (figures.length === 0 && !confusionMatrix) return undefined;
  const [first, ...others] = figures.map(renderFigure);
  return html`<section aria-labelledby="figures-heading">
<h2 id="figures-heading">Figures</h2>
<noscript><p>The figures are drawn by this page's script, which is off. What they say stands below each title.</p></noscript>
<div class="figures">${first}${confusionMatrix}${others}</div>
<script type="application/json" id="figures">${embedJson(figures)}</script>
</section>`;
}

function renderFigure({ id, kind, title, caption }: Figure): Html {
  return html`<figure class="${kind}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${title}</h3>
<div class="drawing" data-figure="${id}"></div>
<figcaption>${caption}</figcaption>
</figure>`;
}

/** What the model is, and all its reported coefficients as a table. */
export function renderModel({ model, training }: Report, facts: Html): Html | undefined {
  if (!model && !training) return undefined;
  return html`<section aria-labelledby="model">
<h2 id="model">Model</h2>
${training && html`<p>${training.sentence}</p>`}
${(training?.warnings ?? []).map((warning) => html`<p class="warning"><strong>Warning:</strong> ${warning}</p>`)}
${facts}
${model && model.coefficients.length > 0 && renderCoefficients(model)}
</section>`;
}

function renderCoefficients(model: NonNullable<Report['model']>): Html {
  const { coefficients, coefficientUnits: units } = model;
  const hasClasses = coefficients.some((coefficient) => coefficient.class !== undefined);
  return html`<details><summary>${largestOf(model, coefficients.length)} as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Coefficients">
<table><caption>Coefficients${units && html`, in units of ${units}`}</caption>
<thead><tr><th scope="col">Feature</th>${hasClasses && html`<th scope="col">Class</th>`}
<th scope="col" class="number">Coefficient</th></tr></thead>
<tbody>${coefficients.map(
    (coefficient) => html`
<tr><th scope="row">${dataName(coefficient.feature)}</th>
${hasClasses && html`<td>${dataName(coefficient.class ?? '')}</td>`}
<td class="number">${formatNumber(coefficient.value, { digits: 6 })}</td></tr>`,
  )}</tbody></table></div></details>`;
}
