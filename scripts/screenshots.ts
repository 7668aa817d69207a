// Writes pictures of the report page, in light and dark and on a phone, into docs/screenshots: `npm run screenshots`.
// Needs Chromium. Run it after a change to the page, look at what it wrote, and keep it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { renderHtml } from '../lib/report/html.ts';
import type { Report } from '../lib/report/report.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { fullBinaryReport, fullRegressionReport } from '../test/support/full-reports.ts';

const folder = join(fileURLToPath(import.meta.url), '../../docs/screenshots');
mkdirSync(folder, { recursive: true });

const desktop = { width: 1120, height: 1400 };
const phone = { width: 390, height: 844 };

const browser = await launchBrowser();
try {
  await picture(browser, 'classes-light', fullBinaryReport, { viewport: desktop, colorScheme: 'light' });
  await picture(browser, 'classes-dark', fullBinaryReport, { viewport: desktop, colorScheme: 'dark' });
  await picture(browser, 'numbers-light', fullRegressionReport, { viewport: desktop, colorScheme: 'light' });
  await picture(browser, 'phone', fullBinaryReport, { viewport: phone, colorScheme: 'light', deviceScaleFactor: 2 });
} finally {
  await browser.close();
}

async function picture(
  from: Browser,
  name: string,
  report: Report,
  look: { viewport: typeof desktop; colorScheme: 'light' | 'dark'; deviceScaleFactor?: number },
): Promise<void> {
  const page = join(tmpdir(), `hone-${name}-${process.pid}.html`);
  writeFileSync(page, renderHtml(report));
  const context = await from.newContext(look);
  const tab = await context.newPage();
  await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' });
  const path = join(folder, `${name}.png`);
  await tab.screenshot({ path });
  await context.close();
  console.log(path);
}
