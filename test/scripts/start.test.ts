import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { root, temporaryFolder } from '../support/cli.ts';

const store = temporaryFolder();
afterAll(() => rmSync(store, { recursive: true, force: true }));

function start(): { stdout: string; stderr: string; status: number | null } {
  const offline = pathToFileURL(join(root, 'scripts/offline.mjs')).href;
  return spawnSync(process.execPath, ['--import', offline, join(root, 'scripts/start.ts')], {
    env: { ...process.env, HONE_STORE: store },
    encoding: 'utf8',
  });
}

test('npm start trains three models, shows their reports and asks each for a prediction, without a connection; then it finds them', () => {
  const first = start();
  expect(first.status, first.stderr).toBe(0);
  const pages = [...first.stdout.matchAll(/^report +(\S+)$/gm)].map(([, page]) => page);
  expect(pages).toHaveLength(3);
  for (const page of pages) expect(existsSync(page), page).toBe(true);
  expect(first.stdout.match(/→ 200 /g)).toHaveLength(3);
  expect(first.stdout).not.toContain('Found:');
  // Five houses with slope 1 and intercept 0.5: at X = 6 the answer is 6.5.
  const houses = /POST \/models\/houses\/predictions \{"X":6\}\n {2}→ 200 ([\d.]+)/.exec(first.stdout)?.[1];
  expect(Number(houses)).toBeCloseTo(6.5, 4);

  const again = start();
  expect(again.status, again.stderr).toBe(0);
  expect(again.stdout.match(/^Found: /gm)).toHaveLength(3);
  expect(again.stderr).not.toContain('Trained');
});
