import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { targets } from './fuzz/targets.ts';
import { root } from './support/cli.ts';

const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| asset') && !line.startsWith('| ---'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test.each(rows)('against %s: %s – %s', (asset, threat, defence, shown) => {
  for (const cell of [asset, threat, defence]) expect(cell).not.toBe('');
  const files = [...shown.matchAll(/`([^`]+)`/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
});

test('the table is one, of four columns, and counts what is fuzzed', () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(row).toHaveLength(4);
  expect(page).toContain(`${Object.keys(targets).length} targets are fuzzed`);
});
