import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root, temporaryFolder } from '../support/cli.ts';

let folder: string;
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// Stands in for the tools: each says its name and arguments, and ends with the code that it is told.
beforeEach(() => {
  folder = temporaryFolder();
  const tools = ['typescript/bin/tsc', '@biomejs/biome/bin/biome', 'vitest/vitest.mjs'];
  for (const path of [...tools.map((tool) => `node_modules/${tool}`), 'scripts/conformance/main.ts']) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    const name = path.includes('conformance') ? 'conformance' : path.split('/').at(-1)?.replace('.mjs', '');
    const line = `console.log(['${name}', ...process.argv.slice(2)].join(' '));`;
    writeFileSync(file, `${line} process.exit(process.env.FAILING === '${name}' ? 7 : 0);`);
  }
});

function check(args: string[] = [], failing = ''): { ran: string[]; status: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'scripts/check.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, FAILING: failing },
    encoding: 'utf8',
  });
  return { ran: stdout.split('\n').filter((line) => line !== '' && !line.startsWith('—')), status };
}

const ours = 'cli bench events examples functions lib scripts test vitest.config.ts';
const all = ['tsc -p .', `biome check --error-on-warnings ${ours}`, 'conformance', 'vitest run'];

test('lint looks at every folder of the project that holds code', () => {
  const { stdout } = spawnSync('git', ['ls-files', '*.ts', '*.mjs', '*.js'], { cwd: root, encoding: 'utf8' });
  const places = new Set(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((path) => path.split('/')[0]),
  );
  for (const place of places) expect(ours.split(' ')).toContain(place);
});

test('types, lint, golden values and tests are checked, in this order', () => {
  expect(check()).toEqual({ ran: all, status: 0 });
});

test('arguments choose the tests that run', () => {
  expect(check(['test/core']).ran.at(-1)).toBe('vitest run test/core');
});

test.each([
  ['tsc', 1],
  ['biome', 2],
  ['conformance', 3],
  ['vitest', 4],
])('a %s that fails ends it there, with its exit code', (tool, count) => {
  expect(check([], tool)).toEqual({ ran: all.slice(0, count), status: 7 });
});
