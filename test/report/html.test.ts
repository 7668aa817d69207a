import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { confusionTableLimit, figuresOf } from '../../lib/report/figures.ts';
import { renderHtml } from '../../lib/report/html.ts';
import { curveLimit, sliceLimit, worstRowLimit } from '../../lib/report/limits.ts';
import { dataName, embedJson, escapeHtml, html, shorten } from '../../lib/report/markup.ts';
import type { Report } from '../../lib/report/report.ts';
import { fullReports } from '../support/full-reports.ts';
import { hostileReport, hostileTexts, sampleReports } from '../support/sample-reports.ts';

describe('the page', () => {
  test.each(Object.entries({ ...sampleReports, ...fullReports }))(
    'is one document under 700 kB that refers to nothing outside: %s',
    (_, report) => {
      const page = renderHtml(report);
      expect(Buffer.byteLength(page)).toBeLessThan(700_000);
      // Asked as numbers: a failure that prints the page helps nobody.
      expect(countOf(page, /<(?:link|script|img|iframe)[^>]+(?:src|href)="(?!data:|#)/g)).toBe(0);
      expect(countOf(page.match(/<style>([\s\S]*?)<\/style>/)?.[1] ?? '', /@import|url\(/g)).toBe(0);
    },
  );

  test('allows its own script and style by their hashes, and nothing else', () => {
    const page = renderHtml(sampleReports.regression);
    const policy = page.match(/http-equiv="content-security-policy" content="([^"]+)"/)?.[1].replaceAll('&#39;', "'");
    const hashOf = (pattern: RegExp) =>
      createHash('sha256')
        .update(page.match(pattern)?.[1] ?? '')
        .digest('base64');
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hashOf(/<script>([\s\S]*?)<\/script>/)}'`,
      `style-src 'sha256-${hashOf(/<style>([\s\S]*?)<\/style>/)}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(countOf(page, / style="/g)).toBe(0);
    expect(countOf(page, / on[a-z]+="/g)).toBe(0);
  });

  test('carries the notices of what is bundled into it', () => {
    const page = renderHtml(sampleReports.regression);
    expect(page.includes('@observablehq/plot 0.6'), '@observablehq/plot 0.6').toBe(true);
    expect(
      page.includes('Permission to use, copy, modify, and/or distribute this software'),
      'Permission to use, copy, modify, and/or distribute this software',
    ).toBe(true);
  });

  test('tells the verdict first, then the metrics', () => {
    const page = renderHtml(sampleReports.binary);
    const order = [
      'keep it: a gate failed',
      'Recall fell below',
      '>Metrics</h2>',
      '>Figures</h2>',
      '>Data</h2>',
      '>Model</h2>',
    ];
    const places = order.map((text) => page.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('is the same text for the same report', () => {
    const [once, again] = [renderHtml(sampleReports.regression), renderHtml(structuredClone(sampleReports.regression))];
    expect(once === again).toBe(true);
  });

  test('says why a metric has no value', () => {
    expect(renderHtml(sampleReports.multiclass).includes('ROC AUC is undefined: defined for two classes')).toBe(true);
  });

  test('states each default that was applied', () => {
    const page = renderHtml(sampleReports.regression);
    for (const { path } of sampleReports.regression.defaults)
      expect(page.includes(`<code><bdi class="name">${path}</bdi>`), `<code><bdi class="name">${path}</bdi>`).toBe(
        true,
      );
  });

  test('stays under 700 kB with as much of everything as a report may hold', () => {
    const report = structuredClone(fullReports['full-binary']);
    const { evaluation } = report;
    const { slices, worstRows = [], precisionRecall, roc } = evaluation ?? {};
    if (!evaluation || !slices || !roc || !precisionRecall) throw new Error('expected them in the sample');
    const many = <T>(items: T[], count: number): T[] =>
      Array.from({ length: count }, (_, i) => items[i % items.length]);
    slices.slices = many(slices.slices, sliceLimit);
    const features = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`feature ${i}`, `value ${i}`]));
    evaluation.worstRows = many(worstRows, worstRowLimit).map((row) => ({ ...row, features }));
    roc.points = many(roc.points, curveLimit);
    precisionRecall.points = many(precisionRecall.points, curveLimit);
    evaluation.classes = many(evaluation.classes ?? [], 1000);
    evaluation.residuals = fullReports['full-regression'].evaluation?.residuals;
    evaluation.predictedVsActual = fullReports['full-regression'].evaluation?.predictedVsActual;
    report.data.columns = many(sampleReports.regression.data.columns, 200);
    report.data.objects = many(report.data.objects, 1000);
    const size = Buffer.byteLength(renderHtml(report));
    expect(size).toBeLessThan(700_000);
  });

  test('lists two hundred columns of ten thousand, and says so', () => {
    const report = structuredClone(sampleReports.regression);
    report.data.columns = Array.from({ length: 10_000 }, (_, i) => ({ ...report.data.columns[0], name: `c${i}` }));
    const page = renderHtml(report);
    expect(page.length).toBeLessThan(700_000);
    expect(
      page.includes('10,000 columns, as read; the first 200 are shown'),
      '10,000 columns, as read; the first 200 are shown',
    ).toBe(true);
  });
});

describe('hostile text', () => {
  const page = renderHtml(hostileReport());

  test('adds no element, attribute or comment to the page', () => {
    // Only our own two scripts, and the elements that a tame report has.
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page.includes('<img')).toBe(false);
    expect(page.includes('<!--')).toBe(false);
    expect(page.match(/<\/style/g)).toHaveLength(1);
    expect(page.match(/<\/title/g)).toHaveLength(1);
    expect(countOf(page, /<[^>"]*"[^"]*"[^>"]*onmouseover=/g)).toBe(0);
  });

  test('comes back from the embedded numbers as it went in', () => {
    const embedded = page.match(/id="figures">([\s\S]*?)<\/script>/)?.[1] ?? '';
    expect(embedded).not.toMatch(/[<>&\u2028\u2029]/);
    const figures = JSON.parse(embedded);
    const coefficients = figures.find(({ kind }: { kind: string }) => kind === 'coefficients');
    expect(coefficients.bars.map(({ feature }: { feature: string }) => feature)).toEqual(
      hostileTexts.map((text) => text.toWellFormed()),
    );
  });

  test('holds no control character and no half of a character', () => {
    expect(page.isWellFormed()).toBe(true);
    expect(countOf(page.replace(/[\t\r\n]/g, ''), /\p{Cc}/gu)).toBe(0);
  });

  test('is cut when very long', () => {
    expect(page.includes('x'.repeat(121).concat('</bdi>'))).toBe(false);
    expect(dataName('x'.repeat(5000)).text.length).toBeLessThan(2500);
  });
});

describe('markup', () => {
  test('escapes what is put in, but not what a template made', () => {
    expect(html`<p title="${`"'`}">${[html`<b>${'<&>'}</b>`, null, false, 0]}</p>`.text).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>0</p>',
    );
  });

  test('an object that only looks like a template’s is text', () => {
    // A value parsed from JSON can have any shape, but never the class.
    const forged = JSON.parse('{"text":"<b>"}');
    expect(html`${String(forged)}`.text).not.toContain('<b>');
    expect(html`${[forged] as unknown as string[]}`.text).not.toContain('<b>');
  });

  test('escapes control characters, and keeps line breaks', () => {
    expect(escapeHtml('a\u0000b\u001Bc\nd\te\uD800')).toBe('a\uFFFDb\uFFFDc\nd\te\uFFFD');
  });

  test('embeds JSON that no script element can be ended by', () => {
    const value = { '</script>': ['<!--', '\u2028', '&'] };
    expect(embedJson(value).text).toBe('{"\\u003c/script\\u003e":["\\u003c!--","\\u2028","\\u0026"]}');
    expect(JSON.parse(embedJson(value).text)).toEqual(value);
  });

  test('shortens by characters, never within one, keeping both ends', () => {
    expect(shorten('feature_with_a_long_name', 10)).toBe('featur…ame');
    expect(shorten('😀'.repeat(10), 4)).toBe('😀😀…😀');
    expect(shorten('short', 5)).toBe('short');
  });
});

describe('figures', () => {
  test('are those that the report has numbers for', () => {
    const kinds = (report: Report) => figuresOf(report).map(({ kind }) => kind);
    expect(kinds(sampleReports.regression)).toEqual(['predicted-against-actual', 'training-curve', 'coefficients']);
    expect(kinds(sampleReports.binary)).toEqual(['share-curve', 'coefficients']);
    expect(kinds(sampleReports.multiclass)).toEqual(['training-curve', 'coefficients']);
  });

  test('a diverged curve is drawn as far as it is finite', () => {
    const report = structuredClone(sampleReports.regression);
    report.training?.curve.splice(3, 100, { step: 400, epoch: 2, loss: null });
    const [, curve] = figuresOf(report);
    expect(curve).toMatchObject({ kind: 'training-curve', points: [{}, {}, {}] });
    expect(curve.caption).toContain('left the range of numbers');
  });

  test('a curve of batches says so, and states the mean of the last epoch beside its last point', () => {
    const report = structuredClone(sampleReports.regression);
    const captionOf = () => figuresOf(report).find(({ kind }) => kind === 'training-curve')?.caption;
    expect(captionOf()).toMatch(/^The loss fell from/);
    if (report.training) Object.assign(report.training, { curveOf: 'batches', loss: 0.25 });
    expect(captionOf()).toMatch(/^Each point is the loss of a single batch.* The mean over the last epoch was 0.25\.$/);
    expect(figuresOf(report)[1]).toMatchObject({ of: 'batches' });
    if (report.training) report.training.curveOf = 'epochs';
    expect(captionOf()).toMatch(/^The mean loss of an epoch's batches fell from .* in epoch .* to .* in epoch \S+\.$/);
  });

  test('a wild prediction does not push all others into a corner, and is counted', () => {
    const report = structuredClone(sampleReports.regression);
    if (report.evaluation) {
      report.evaluation.predictedVsActual = Array.from({ length: 300 }, (_, i) => ({ actual: i, predicted: i }));
      report.evaluation.predictedVsActual.push({ actual: 5, predicted: 1e12 });
    }
    const [figure] = figuresOf(report);
    expect(figure).toMatchObject({ domain: [0, 299] });
    expect(figure.caption).toContain('1 point lies outside');
  });

  test('the dot on the ROC curve is the confusion matrix’s own rates', () => {
    // From the sample: 1201 of 1201 + 672 positives found, 573 of 573 + 4610 negatives taken for positive.
    const [roc] = figuresOf(sampleReports.binary);
    expect(roc).toMatchObject({ chosen: { y: 1201 / 1873, x: 573 / 5183 } });
  });

  test('a confusion matrix is a table up to a size, then a map', () => {
    const report = structuredClone(sampleReports.multiclass);
    const labels = Array.from({ length: confusionTableLimit + 1 }, (_, i) => `label ${i}`);
    if (report.evaluation) {
      report.evaluation.confusionMatrix = {
        labels,
        counts: labels.map((_, i) => labels.map((_, j) => (i === j ? 3 : 1))),
      };
    }
    expect(figuresOf(report).map(({ kind }) => kind)).toContain('confusion-map');
    expect(renderHtml(report).includes('Most frequent confusions')).toBe(true);
    expect(renderHtml(sampleReports.multiclass).includes('<table class="confusion">')).toBe(true);
  });
});

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
