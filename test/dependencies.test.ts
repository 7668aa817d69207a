import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './support/cli.ts';
import { importsOf } from './support/imports.ts';

interface Manifest {
  version: string;
  license?: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const manifest: Manifest = read('package.json');
const locked: [string, Locked][] = Object.entries<Locked>(read('package-lock.json').packages).filter(
  ([path]) => path !== '',
);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

/** Terms that ask for no more than their notice, and which go with Apache-2.0 in what is deployed. */
const allowed = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'CC0-1.0',
  'BlueOak-1.0.0',
]);

test('every package that is asked for is pinned to one version, which is the one that is locked', () => {
  for (const [name, wanted] of Object.entries(all)) {
    expect(wanted, name).toMatch(/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/);
    const [, found] = locked.find(([path]) => path === `node_modules/${name}`) ?? [];
    expect(found?.version, name).toBe(wanted.replace(/^npm:.*@/, ''));
  }
});

test('what is deployed, or runs on a user’s machine, is few packages, each under a licence that allows it', () => {
  const production = locked.filter(([, { dev }]) => !dev);
  expect(production.length).toBeLessThanOrEqual(80);
  const licences = production
    .filter(([path, { optional }]) => !optional || existsSync(join(root, path)))
    .map(([path]) => ({ name: nameOf(path), licence: String(read(`${path}/package.json`).license) }));
  expect(licences.length).toBeGreaterThan(50);
  expect(licences.filter(({ licence }) => !allowed.has(licence))).toEqual([]);
});

test('no package runs a script at its installation but those that are decided on', () => {
  const scripted = new Set(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)));
  expect([...scripted].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
  expect(Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name])).toEqual(['esbuild']);
  expect(locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev)).toEqual([]);
});

test('every locked package comes from the public registry, by its hash', () => {
  // Of a lock file’s entries for systems other than the one that wrote it, some carry neither.
  for (const [path, { resolved, integrity, dev }] of locked) {
    if (resolved !== undefined) expect(new URL(resolved).protocol, path).toBe('https:');
    if (!dev) expect(integrity, path).toMatch(/^sha512-/);
  }
});

describe('docs/dependencies.md', () => {
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

  test.each(Object.keys(all))('names %s, why it is taken, and what it would take to replace it', (name) => {
    const scope = name.slice(0, name.lastIndexOf('/') + 1);
    const named = cells.filter(([first]) => {
      const names = [...first.matchAll(/`([^`]+)`/g)].map(([, each]) => each);
      // A row may go on with the endings of one name: `hyparquet`, its `-compressors`.
      return names.some((each) => each === name || `${scope}${each}` === name || `${names[0]}${each}` === name);
    });
    expect(named.length, name).toBeGreaterThan(0);
    for (const row of named) {
      expect(row.length).toBe(4);
      for (const cell of row) expect(cell).not.toBe('');
    }
  });

  test('tells which scripts are allowed', () => {
    for (const name of Object.keys(manifest.allowScripts)) expect(page).toContain(name);
  });
});

test('nothing is imported that package.json does not name', () => {
  const files = globSync(['lib/**/*.ts', 'functions/**/*.ts', 'cli/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts'], {
    cwd: root,
  });
  const imported = files
    .filter((file) => file !== 'test/architecture.test.ts')
    .flatMap((file) => importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => ({ file, specifier })))
    .filter(({ specifier }) => /^[@a-z]/.test(specifier) && !specifier.startsWith('node:'))
    .map(({ file, specifier }) => ({
      file,
      name: specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    }));
  // Types of what Lambda hands in, which @types/aws-lambda holds.
  expect(imported.filter(({ name }) => !(name in all) && !(`@types/${name}` in all))).toEqual([]);
  // What runs is not built on what only builds and tests.
  const running = imported.filter(
    ({ file }) => /^(lib|functions|cli)\//.test(file) && !file.startsWith('lib/report/page/'),
  );
  expect(running.filter(({ name }) => !(name in manifest.dependencies) && !(`@types/${name}` in all))).toEqual([]);
});
