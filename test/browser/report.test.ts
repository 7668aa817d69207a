import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { figuresOf } from '../../lib/report/figures.ts';
import { renderHtml } from '../../lib/report/html.ts';
import type { Report } from '../../lib/report/report.ts';
import { browserMissing, launchBrowser } from '../support/browser.ts';
import { fullReports } from '../support/full-reports.ts';
import { hostileReport, hostileTexts, sampleReports } from '../support/sample-reports.ts';

const missing = browserMissing();
if (missing) console.warn(`Skipped the tests of the report page: ${missing}.`);
const folder = mkdtempSync(join(tmpdir(), 'hone-report-'));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const desktop = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };
const shown: Record<string, Report> = { ...sampleReports, ...fullReports };
const reports: Record<string, Report> = {
  ...shown,
  hostile: hostileReport(),
  'many-labels': manyLabels(),
  stairs: stairs(),
};

describe.skipIf(missing)(`the report page in Chromium${missing ? `: skipped, ${missing}` : ''}`, () => {
  let browser: Browser;
  const pages = new Map<string, Promise<Opened>>();
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    console.log(`Screenshots of the report page: ${folder}`);
  });

  test.each(Object.keys(reports))('%s: every figure is drawn, with marks and a label', async (name) => {
    const { page } = await opened(name);
    const drawn = await page.$$eval('figure:has([data-figure])', (figures) =>
      figures.map((figure) => ({
        id: figure.querySelector('[data-figure]')?.getAttribute('data-figure'),
        marks: figure.querySelectorAll('svg :is(path, circle, rect)').length,
        label: figure.querySelector('[role=img]')?.getAttribute('aria-label') ?? '',
        caption: figure.querySelector('figcaption')?.textContent ?? '',
        overflow: (figure.querySelector('svg')?.getBoundingClientRect().width ?? 0) - figure.clientWidth,
      })),
    );
    expect(drawn.map(({ id }) => id)).toEqual(figuresOf(reports[name]).map(({ id }) => id));
    for (const { id, marks, label, caption, overflow } of drawn) {
      expect(marks, id ?? '').toBeGreaterThan(4);
      expect(label).toContain(caption);
      expect(overflow, id ?? '').toBeLessThanOrEqual(0);
    }
  });

  test.each(Object.keys(reports))('%s: no mark leaves the frame of its figure', async (name) => {
    const { page } = await opened(name);
    const { found, outside } = await page.$$eval('[data-figure] svg', (drawings) => {
      const marks = drawings.flatMap((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        return (
          [...svg.querySelectorAll<SVGGraphicsElement>('path, circle, rect, line')]
            // What is cut off at the frame, as wild predictions are on purpose, leaves nothing to see.
            .filter((mark) => !mark.closest('[aria-label="tip"], [clip-path], clipPath'))
            .map((mark) => {
              const box = mark.getBBox();
              const toDrawing = mark.getCTM() as DOMMatrix;
              const ends = [
                new DOMPoint(box.x, box.y).matrixTransform(toDrawing),
                new DOMPoint(box.x + box.width, box.y + box.height).matrixTransform(toDrawing),
              ];
              const isInside = ends.every(({ x, y }) => x >= -1 && y >= -1 && x <= width + 1 && y <= height + 1);
              return { isInside, text: mark.outerHTML.slice(0, 200) };
            })
        );
      });
      return { found: marks.length, outside: marks.filter(({ isInside }) => !isInside).map(({ text }) => text) };
    });
    expect(found > 0).toBe(figuresOf(reports[name]).length > 0);
    expect(outside).toEqual([]);
  });

  test.each(Object.keys(reports))('%s: nothing leaves the page, and the console stays empty', async (name) => {
    const { page, complaints, requests } = await opened(name);
    // Pointing at a figure shows a tip, which is drawn then.
    if (figuresOf(reports[name]).length > 0) {
      await page.locator('[data-figure="coefficients"] svg').hover();
      await page
        .locator('[data-figure="coefficients"] [aria-label="tip"] path')
        .first()
        .waitFor({ state: 'attached', timeout: 10_000 });
    }
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([page.url()]);
  });

  test('hostile text stays text', async () => {
    const { page } = await opened('hostile');
    expect(await page.$$('img, [onerror], [onmouseover], [onfocus]')).toEqual([]);
    expect(await page.title()).toContain('onerror=alert(1)');
    expect(await page.textContent('h1')).toBe(hostileTexts[0]);
    // One script holds the numbers, one draws.
    expect(await page.$$('script')).toHaveLength(2);
  });

  test('an injected script would not run: the policy stops it', async () => {
    const injected = renderHtml(sampleReports.binary).replace('<main>', '<main><script>window.ran = 1</script>');
    const { page, complaints } = await open(injected, 'injected');
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
    await page.context().close();
  });

  test('all words and tables are there without script', async () => {
    const page = renderHtml(sampleReports.regression);
    const { page: plain } = await open(page, 'no-script', { javaScriptEnabled: false });
    expect(await plain.textContent('.verdict')).toContain('Champion moved');
    expect(await plain.textContent('.metrics')).toContain('1,135');
    expect(await plain.textContent('noscript')).toContain('drawn by this page');
    await plain.context().close();
  });

  test('headings go down one level at a time, and every table has a caption and scopes', async () => {
    const { page } = await opened('full-binary');
    const levels = await page.$$eval('h1, h2, h3, h4', (headings) => headings.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    for (let i = 1; i < levels.length; i++) expect(levels[i] - levels[i - 1]).toBeLessThanOrEqual(1);
    expect(await page.$$('table:not(:has(> caption))')).toEqual([]);
    expect(await page.$$('th:not([scope])')).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('text stands out from its background (%s)', async (colorScheme) => {
    const { page } = await opened('full-binary');
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(faintTexts)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test.each(Object.keys(reports))('%s: axe-core finds nothing serious, in light and dark', async (name) => {
    const { page } = await opened(name);
    // By the debugging protocol, which the page's policy does not bind.
    await page.evaluate(axeSource);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(axeFindings), colorScheme).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('axe-core sees what is wrong with a page', async () => {
    const spoilt = renderHtml(sampleReports.binary).replace('<main>', '<main><input><button></button>');
    const { page } = await open(spoilt, 'spoilt');
    await page.evaluate(axeSource);
    expect(await page.evaluate(axeFindings)).toEqual([
      expect.stringMatching(/^critical button-name/),
      expect.stringMatching(/^critical label/),
    ]);
    await page.context().close();
  });

  test.each([...Object.keys(shown), 'stairs'])('%s: pictures in light and dark', async (name) => {
    const { page } = await opened(name);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const picture = await page.screenshot({ fullPage: true, path: join(folder, `${name}-${colorScheme}.png`) });
      expect(picture.length).toBeGreaterThan(20_000);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('it prints, with every table unfolded', async () => {
    const { page } = await opened('regression');
    const pdf = await page.pdf({ path: join(folder, 'regression.pdf'), format: 'A4', preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.$$('details:not([open])')).toEqual([]);
  });

  // The last of all, since it leaves the pages narrow.
  test.each(Object.keys(reports))(
    '%s: a phone scrolls down, never sideways, and figures are drawn anew',
    async (name) => {
      const { page } = await opened(name);
      await page.setViewportSize(phone);
      // Asked from outside: the page's policy lets nothing be evaluated inside it.
      const isNarrow =
        '[...document.querySelectorAll("figure svg")].every((svg) => Number(svg.getAttribute("width")) <= 358)';
      await vi.waitUntil(() => page.evaluate(isNarrow), { timeout: 5_000 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
      if (name in shown || name === 'stairs')
        await page.screenshot({ fullPage: true, path: join(folder, `${name}-phone.png`) });
    },
  );

  function opened(name: string): Promise<Opened> {
    const page = pages.get(name) ?? open(renderHtml(reports[name]), name);
    pages.set(name, page);
    return page;
  }

  async function open(text: string, name: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, text);
    const context = await browser.newContext({ viewport: desktop, colorScheme: 'light', ...options });
    const page = await context.newPage();
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
    return { page, complaints, requests };
  }
});

interface Opened {
  page: Page;
  complaints: string[];
  requests: string[];
}

/** Runs in the page, by its text: what axe-core calls serious or critical, anywhere in the page. */
const axeFindings = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))`;

/** Runs in the page: texts whose contrast is below 4.5 to 1 (WCAG 2.2, success criterion 1.4.3). */
function faintTexts(): string[] {
  type Color = [number, number, number, number];
  const parse = (css: string): Color => {
    const [r, g, b, a = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b, a];
  };
  const over = (top: Color, bottom: Color): Color => {
    const mix = (i: number) => top[i] * top[3] + bottom[i] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const background = (element: Element | null): Color => {
    if (!element) return [255, 255, 255, 1];
    const color = parse(getComputedStyle(element).backgroundColor);
    return color[3] === 1 ? color : over(color, background(element.parentElement));
  };
  const luminance = ([r, g, b]: Color) => {
    const linear = (value: number) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const faint: string[] = [];
  for (const element of document.querySelectorAll('body *')) {
    const hasText = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent?.trim());
    if (!hasText || element.closest('script, noscript')) continue;
    const style = getComputedStyle(element);
    const behind = background(element);
    const isDrawing = element.closest('svg') !== null;
    const color = over(parse(isDrawing ? style.fill : style.color), behind);
    const [a, b] = [luminance(color), luminance(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.tagName} ${element.textContent?.trim().slice(0, 40)}`);
  }
  return faint;
}

/** An ROC curve of rises and runs, several points to each, as real scores without ties give it. */
function stairs(): Report {
  const report = structuredClone(sampleReports.binary);
  if (report.evaluation?.roc) {
    report.evaluation.roc.points = Array.from({ length: 41 }, (_, i) => ({
      falsePositiveRate: (Math.floor(i / 8) * 4 + Math.max(0, (i % 8) - 4)) / 20,
      truePositiveRate: (Math.floor(i / 8) * 4 + Math.min(4, i % 8)) / 20,
    }));
  }
  return report;
}

function manyLabels(): Report {
  const report = structuredClone(sampleReports.multiclass);
  const many = Array.from({ length: 30 }, (_, i) => `label ${i}`);
  if (report.evaluation) {
    const counts = many.map((_, row) =>
      many.map((_, column) => (row === column ? 80 : (row * 7 + column * 3) % 11 < 2 ? 6 : 0)),
    );
    report.evaluation.confusionMatrix = { labels: many, counts };
  }
  return report;
}
