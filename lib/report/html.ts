import { figuresOf } from './figures.ts';
import { type Html, html, raw } from './markup.ts';
import { pageScriptHash, pageStyle, pageStyleHash } from './page.generated.ts';
import { pageScript } from './page-script.ts';
import { checkReport, type Report } from './report.ts';
import { renderClasses } from './sections/classes.ts';
import { renderComparisons } from './sections/comparisons.ts';
import { renderConfusionMatrix } from './sections/confusion.ts';
import { renderData } from './sections/data.ts';
import { renderDecision } from './sections/decision.ts';
import { renderFootprint, renderModelFacts, renderRequest } from './sections/facts.ts';
import { renderFigures, renderModel } from './sections/figures.ts';
import { renderMetrics } from './sections/metrics.ts';
import { renderSearch } from './sections/search.ts';
import { renderSlices } from './sections/slices.ts';
import { renderHeader, renderVerdict } from './sections/verdict.ts';
import { renderWorstRows } from './sections/worst-rows.ts';

/**
 * The report as one self-contained page: it loads nothing, follows the reader's light or dark setting, and prints.
 *
 * All words and tables stand in the HTML; a script draws the figures from numbers embedded beside them. The page's
 * content security policy allows its own script and style, by hash, and nothing else. Text from the data is escaped.
 *
 * @throws InputError when `report` does not follow its schema
 */
export function renderHtml(report: Report): string {
  const checked = checkReport(report);
  const { evaluation } = checked;
  const figures = figuresOf(checked);
  const confusionMatrix = renderConfusionMatrix(evaluation);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${checked.title} – ${checked.kind} report</title>
<link rel="icon" href="${icon}">
<style>${raw(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
${renderHeader(checked)}
<main>
${renderVerdict(checked)}
${renderContents(checked, figures.length > 0 || confusionMatrix !== undefined)}
${evaluation && renderMetrics(evaluation)}
${evaluation && renderComparisons(evaluation)}
${renderFigures(figures, confusionMatrix)}
${evaluation && renderClasses(evaluation)}
${evaluation && renderSlices(evaluation)}
${evaluation && renderDecision(evaluation)}
${evaluation && renderWorstRows(evaluation)}
${evaluation && renderSearch(evaluation)}
${renderData(checked)}
${renderModel(checked, renderModelFacts(checked))}
${renderRequest(checked)}
${renderFootprint(checked)}
</main>
${renderFooter(checked)}
<script>${raw(pageScript())}</script>
</body>
</html>
`.text;
}

const policy = [
  "default-src 'none'",
  `script-src '${pageScriptHash}'`,
  `style-src '${pageStyleHash}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Without one, a browser asks the server for /favicon.ico. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#17607d"/>' +
    '<path d="M3 4v9h10M5 6c1 4 3 5 7 5" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>',
)}`;

function renderContents(report: Report, hasFigures: boolean): Html {
  const evaluation: Partial<NonNullable<Report['evaluation']>> = report.evaluation ?? {};
  const { search, crossValidation, comparisons = [], classes = [], slices, fairness = [], worstRows = [] } = evaluation;
  const sections: [id: string, title: string, isThere: boolean][] = [
    ['metrics', 'Metrics', report.evaluation !== undefined],
    ['comparison', 'Comparison', comparisons.length > 0],
    ['figures-heading', 'Figures', hasFigures],
    ['classes', 'Classes', classes.length > 0],
    ['slices', slices ? 'Slices' : 'Fairness', slices !== undefined || fairness.length > 0],
    ['decision', 'Threshold and calibration', Boolean(evaluation.threshold ?? evaluation.calibration)],
    ['worst-rows', 'Rows to look at', worstRows.length > 0],
    search ? ['search', 'Search', true] : ['search', 'Cross-validation', crossValidation !== undefined],
    ['data', 'Data', true],
    ['model', 'Model', report.model !== undefined || report.training !== undefined],
    ['request', 'Request', true],
    ['footprint', 'Footprint', Object.keys(report.footprint ?? {}).length > 0],
  ];
  return html`<nav aria-label="Sections"><ul>${sections.map(
    ([id, title, isThere]) => isThere && html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>`;
}

function renderFooter({ generatedBy, schemaVersion }: Report): Html {
  return html`<footer><p>Written by ${generatedBy.name} ${generatedBy.version} (arithmetic ${generatedBy.recipe}, report format
${schemaVersion}). The numbers behind this page are in report.json beside it.</p></footer>`;
}
