import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The browser that page tests run in. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/**
 * Why the page tests are skipped here; undefined where they run.
 *
 * @throws Error on CI, where a missing browser must not pass for a tested page
 */
export function browserMissing(): string | undefined {
  if (existsSync(chromiumPath)) return undefined;
  const reason = `no Chromium at ${chromiumPath}; set CHROMIUM_PATH, or apt-get install chromium`;
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
