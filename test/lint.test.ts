import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

const forbidden = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot', 'random'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
].map((name) => `export const x = Math.${name}(y, 2);`);

const forbiddenForms = [
  ...forbidden,
  'export const x = [1].map(Math.sin);',
  "export const x = Math['exp'](1);",
  'export const x = Math?.exp(1);',
  'export const x = globalThis.Math.exp(1);',
  'export const { exp } = Math;',
  'const m = Math; export const x = m.exp(1);',
  'export const x = (a: number, b: number) => a ** b;',
  'export const x = y ** 0.5;',
  'export const x = y ** 3;',
  'export const x = y ** -2;',
  'export const x = 2 ** y;',
  'export const x = 10 ** 2.5;',
  'export let x = 3; x **= y;',
  "export const x = 'a'.localeCompare('b');",
  "export const x = 'a'?.['localeCompare']('b');",
  'export const x = new Intl.Collator();',
];

const allowedForms = [
  'export const x = Math.sqrt(Math.abs(y)) + Math.floor(y) + Math.fround(y) + Math.min(y, 1) + Math.max(y, 1);',
  'export const x = Math.imul(y, 2) + Math.clz32(y) + Math.round(y) + Math.trunc(y) + Math.sign(y) + Math.ceil(y);',
  'export const x = Math.PI + Math.LN2 + Math.E;',
  'export const x = y ** 2 + (y - 1) ** 2;',
  'export const x = 2 ** 53 + 2 ** -1074;',
  "export const x = 'a' < 'b' ? 'Math.exp' : 'localeCompare';",
  '// Math.exp(x) ** y\nexport const x = 1;',
  "import { exp, pow } from './elementary.ts';\nexport const x = exp(1) + pow(2, 0.5);",
];

/** A copy of the house's rules over a lib/ and a test/ of its own: the real configuration, on files that break it. */
let folder: string;
let found: Map<string, string[]>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-lint-'));
  const configuration = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  for (const plugin of configuration.plugins) plugin.path = join(root, plugin.path);
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...configuration, $schema: undefined, vcs: undefined }));
  for (const place of ['lib/core', 'test']) mkdirSync(join(folder, place), { recursive: true });
  forbiddenForms.forEach((code, i) => {
    writeFileSync(join(folder, `lib/core/forbidden-${i}.ts`), `declare const y: number;\n${code}\n`);
    writeFileSync(join(folder, `test/forbidden-${i}.ts`), `declare const y: number;\n${code}\n`);
  });
  allowedForms.forEach((code, i) => {
    writeFileSync(join(folder, `lib/core/allowed-${i}.ts`), `declare const y: number;\n${code}\n`);
  });
  found = lint();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(forbiddenForms.map((code, i) => [code, i] as const))('lib may not say: %s', (_, i) => {
  expect(found.get(`lib/core/forbidden-${i}.ts`)).toContainEqual(
    expect.stringMatching(/core\/elementary|Math|compare/),
  );
});

test.each(allowedForms.map((code, i) => [code, i] as const))('lib may say: %s', (_, i) => {
  expect(found.get(`lib/core/allowed-${i}.ts`) ?? []).toEqual([]);
});

test('tests and scripts may say what lib may not', () => {
  expect([...found.keys()].filter((file) => file.startsWith('test/'))).toEqual([]);
});

test('Biome is the one that this project names', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(execFileSync(process.execPath, [biome, '--version'], { encoding: 'utf8' })).toContain(
    devDependencies['@biomejs/biome'],
  );
});

/** Messages of our own rules, by file. */
function lint(): Map<string, string[]> {
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const messages = new Map<string, string[]>();
  for (const { category, location, ...diagnostic } of JSON.parse(stdout).diagnostics) {
    if (category !== 'plugin') continue;
    const file = location.path.replaceAll('\\', '/');
    messages.set(file, [...(messages.get(file) ?? []), JSON.stringify(diagnostic)]);
  }
  return messages;
}
