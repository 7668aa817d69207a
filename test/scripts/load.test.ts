import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/cli.ts';

test('predictions are answered without an error before, while and after a training runs beside them', () => {
  const load = join(root, 'scripts/load/main.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [load, '--seconds', '3', '--rate', '100'], {
    encoding: 'utf8',
  });
  const rows = [...stdout.matchAll(/^ {2}(before|while|after).*? {2,}(\d+) +(\d+) /gm)];
  expect(
    rows.map(([, when, , errors]) => [when, errors]),
    stderr,
  ).toEqual([
    ['before', '0'],
    ['while', '0'],
    ['after', '0'],
  ]);
});
