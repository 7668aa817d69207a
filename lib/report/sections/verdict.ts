import { formatCount, formatNumber, formatTime } from '../format.ts';
import { dataName, type Html, html } from '../markup.ts';
import { metricTitle } from '../metric-titles.ts';
import { questionGate } from '../question-gate.ts';
import type { Report } from '../report.ts';
import { describeInterval, intervalOf } from './interval-drawing.ts';

const kinds = { training: 'Training report', evaluation: 'Evaluation report', inspection: 'Inspection report' };
const tasks = {
  regression: 'regression',
  count: 'counts',
  binary: 'binary classification',
  multiclass: 'multiclass classification',
  multilabel: 'multilabel classification',
  ranking: 'ranking',
  detection: 'object detection',
  text: 'text',
};

/** Title, and what the page is about. */
export function renderHeader(report: Report): Html {
  const { kind, task, name, title, version, run, createdAt } = report;
  return html`<header class="masthead">
<p class="eyebrow">${kinds[kind]}${task && html` <span aria-hidden="true">·</span> ${tasks[task]}`}</p>
<h1>${dataName(title)}</h1>
<p class="byline">${title === name ? '' : html`<span>${dataName(name)}</span>`}
${version && html`<span>version <code>${dataName(version, { limit: 24 })}</code></span>`}
${run && html`<span>run <code>${dataName(run, { limit: 24 })}</code></span>`}
<time datetime="${createdAt}">${formatTime(createdAt)}</time></p>
</header>`;
}

/** What came of it: the first thing to read. */
export function renderVerdict(report: Report): Html {
  const { gate, sentence, why = [], gates, champion } = report.verdict;
  const { mark, word } = badge(report);
  return html`<section class="verdict ${gate}" aria-labelledby="verdict">
<h2 id="verdict"><span class="mark" aria-hidden="true">${mark}</span> ${word}</h2>
<p class="lead">${sentence}</p>
${why.length > 0 && html`<ul class="why" aria-label="Why">${why.map((reason) => html`<li>${reason}</li>`)}</ul>`}
${renderHeadline(report)}
${
  gates.length > 0 &&
  html`<ul class="gates" aria-label="Gates">${gates.map(
    ({ sentence: gateSentence, verdict }) => html`
<li class="${verdict}"><span class="mark" aria-hidden="true">${marks[verdict]}</span>
<span><strong>${words[verdict]}:</strong> ${gateSentence}</span></li>`,
  )}</ul>`
}
${report.kind !== 'inspection' && html`<p class="champion">${champion.sentence}</p>`}
</section>`;
}

const marks = { pass: '✓', fail: '✗', undecided: '?' };
const words = { pass: 'Passed', fail: 'Failed', undecided: 'Undecided' };

/** Would one ship it? */
function badge({ verdict, kind }: Report): { mark: string; word: string } {
  const { gate, gates } = verdict;
  const ships = kind === 'training' ? 'Ship it' : 'Keep it';
  if (gate === 'pass')
    return { mark: marks.pass, word: `${ships}: ${gates.length === 1 ? 'the gate holds' : 'all gates hold'}` };
  if (gate === 'fail') {
    const failed = gates.filter((one) => one.verdict === 'fail').length;
    return {
      mark: marks.fail,
      word: `Don’t ${ships.toLowerCase()}: ${failed > 1 ? `${failed} gates failed` : 'a gate failed'}`,
    };
  }
  if (gate === 'undecided') {
    const isOther = gates.some(({ metric }) => metric === questionGate);
    const why = isOther ? 'it answers another question than champion' : 'there are too few rows to say';
    return { mark: marks.undecided, word: `Not yet: ${why}` };
  }
  if (kind === 'inspection') return { mark: '–', word: 'Inspected' };
  return { mark: '–', word: kind === 'training' ? 'Warning: no gates' : 'No gates were set' };
}

/** The first metrics in large figures, each over the baseline's. */
function renderHeadline({ evaluation, data }: Report): Html {
  const metrics = Object.entries(evaluation?.metrics ?? {}).slice(0, 3);
  const tiles = metrics.map(([name, measured]) => {
    const baseline = evaluation?.baseline?.metrics[name];
    const interval = intervalOf(measured);
    return tile(
      metricTitle(name).title,
      formatNumber(measured.value),
      interval && describeInterval(interval),
      baseline && `baseline ${formatNumber(baseline.value)}`,
    );
  });
  const rows = evaluation
    ? tile('Rows scored', formatNumber(evaluation.rowCount), `of ${formatNumber(data.rowCount)} read`)
    : tile('Rows', formatNumber(data.rowCount), formatCount(data.columns.length, 'column'));
  return html`<dl class="headline">${tiles}${rows}</dl>`;
}

function tile(title: string, value: string, ...notes: (string | undefined)[]): Html {
  return html`<div><dt>${dataName(title, { limit: 40 })}</dt><dd>${value}${notes.map((note) => note && html`<small>${note}</small>`)}</dd></div>`;
}
