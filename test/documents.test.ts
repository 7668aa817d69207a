import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { defaultMetrics } from '../lib/metrics/catalogue.ts';
import { checkPipeline } from '../lib/pipeline/check-pipeline.ts';
import { isMetricsPageStale } from '../scripts/metrics-page.ts';
import { root, temporaryFolder } from './support/cli.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const namesIn = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);
const rowOf = (name: string) => readme.match(new RegExp(`^\\| \`${name}\` +\\|(.*)\\|$`, 'm'))?.[1].split('|') ?? [];

test.each(['regression', 'count', 'binary', 'multiclass'] as const)(
  'README lists the default metrics of %s',
  (task) => {
    expect(rowOf(task).map(namesIn)).toEqual([defaultMetrics(task)]);
  },
);

test('docs/metrics.md is what `npm run metrics-page` writes', () => {
  expect(isMetricsPageStale()).toBe(false);
});

test.each(['gd', 'sgd', 'adam'])('README gives options of %s that a pipeline takes, with good values', (name) => {
  const stated = [...rowOf(name)[0].matchAll(/`(\w+)` ([\w.-]+)/g)].map(([, option, value]) => [
    option,
    JSON.parse(value),
  ]);
  expect(stated.length).toBeGreaterThan(0);
  const document = { name: 'a', task: 'regression', data: { path: 'datasets/a/', target: 'y' } };
  const optimizer = { name, ...Object.fromEntries(stated) };
  expect(checkPipeline({ ...document, optimizer }, 'README')).toMatchObject({ optimizer });
});

test("README's example of the library runs, and prints what it says", () => {
  const [, example] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  const file = join(temporaryFolder(), 'line.mjs');
  writeFileSync(file, example.replace('./lib/index.ts', pathToFileURL(join(root, 'lib/index.ts')).href));
  const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/node24.mjs'), file], { encoding: 'utf8' });
  expect(stdout.trim()).toBe(/\/\/ (converged.*)$/m.exec(example)?.[1]);
});

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'])(
  '%s names paths and commands that are there',
  (name) => {
    const text = readFileSync(join(root, name), 'utf8');
    const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
    const folders = /^(?:lib|functions|cli|scripts|test|docs|bench|events|examples|\.ci)\/[\w./*-]+$/;
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link]) => link);
    const paths = [...spans.filter((span) => folders.test(span)), ...links];
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => globSync([path, `${path}.*`], { cwd: root }).length === 0)).toEqual([]);

    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const commands = [...text.matchAll(/\bnpm run ([\w-]+)/g)].map(([, script]) => script);
    expect(commands.filter((command) => !Object.hasOwn(scripts, command))).toEqual([]);
  },
);
