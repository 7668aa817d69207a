import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importsOf } from './support/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const allOfLib = [
  'core',
  'kernels',
  'losses',
  'models',
  'optimizers',
  'data',
  'metrics',
  'footprint',
  'store',
  'pipeline',
  'engine',
  'registry',
  'report',
  'jobs',
];

/** Each folder of lib/, and the folders it may import besides itself. Down only: no two may import each other. */
const mayImport: Record<string, string[]> = {
  core: [],
  kernels: ['core'],
  footprint: ['core'],
  store: ['core'],
  pipeline: ['core'],
  data: ['core', 'kernels'],
  metrics: ['core', 'kernels'],
  losses: ['core', 'kernels'],
  optimizers: ['core', 'kernels'],
  models: ['core', 'kernels', 'losses'],
  report: ['core', 'data', 'metrics'],
  registry: ['core', 'data', 'store', 'models'],
  engine: ['core', 'store'],
  jobs: allOfLib,
};

/** What functions/ and cli/ may import of lib/: the jobs, and what wires them. */
const wiring = [
  'lib/jobs/',
  'lib/store/',
  'lib/registry/',
  'lib/engine/',
  'lib/pipeline/',
  'lib/report/',
  'lib/metrics/',
  'lib/core/errors.ts',
  'lib/core/nearest-name.ts',
];

/** Packages of npm, and where in lib/ they may be imported; nowhere, when they do not stand here. */
const packages: [name: RegExp, where: RegExp][] = [
  [/^@aws-sdk\//, /^lib\/(store\/s3[^/]*|engine\/step-functions)\.ts$/],
  [/^aws-local-stepfunctions$/, /^lib\/engine\/local[^/]*\.ts$/],
  [/^zod\/mini$/, /^lib\/(pipeline|report)\//],
  [/^yaml$/, /^lib\/pipeline\//],
  [
    /^(hyparquet|hyparquet\/src\/(delta|encoding|thrift)\.js|hyparquet-compressors\/src\/\w+\.js|fzstd|hysnappy)$/,
    /^lib\/data\/formats\/parquet[^/]*\.ts$/,
  ],
  [/^@observablehq\/plot$/, /^lib\/report\/page\//],
];

/** The files of lib/ that need Node: everything else runs in any JavaScript runtime. ARCHITECTURE.md names them too. */
const nodeFiles: RegExp[] = [
  /^lib\/core\/(hash|signature)\.ts$/,
  /^lib\/store\/folder[^/]*\.ts$/,
  /^lib\/data\/(decompress|formats\/parquet-codecs|kernel-host|kernel-worker|spill-file|start-feed|feed-worker)\.ts$/,
  /^lib\/kernels\/(instantiate|start-thread)\.ts$/,
  /^lib\/report\/page-script\.ts$/,
];

const files = globSync(['lib/**/*.ts', 'functions/**/*.ts', 'cli/**/*.ts', 'scripts/**/*.{ts,mjs}'], { cwd: root }).map(
  (path) => path.replaceAll('\\', '/'),
);
const sources = new Map(files.map((file) => [file, readFileSync(posix.join(root, file), 'utf8')]));

test('every import points down', () => {
  expect([...sources].flatMap(([file, source]) => violations(file, importsOf(source)))).toEqual([]);
});

test('the table of folders has no circle', () => {
  const reach = (folder: string, path: string[]): string[] => {
    if (path.includes(folder)) return [[...path, folder].join(' → ')];
    return mayImport[folder].filter((next) => next !== folder).flatMap((next) => reach(next, [...path, folder]));
  };
  expect(
    Object.keys(mayImport)
      .filter((folder) => folder !== 'jobs')
      .flatMap((folder) => reach(folder, [])),
  ).toEqual([]);
});

test.each([
  ['lib/core/random.ts', '../data/csv.ts', 'lib/core may not import lib/data'],
  ['lib/metrics/curves.ts', '../models/model.ts', 'lib/metrics may not import lib/models'],
  ['lib/models/linear.ts', '../../functions/adapter/task.ts', 'lib may not import functions'],
  ['lib/data/csv.ts', '../index.ts', 'lib/data may not import lib/index.ts'],
  ['lib/novel/thing.ts', '../core/errors.ts', 'lib/novel is not in the table'],
  ['lib/thing.ts', './core/errors.ts', 'only index.ts stands in lib itself'],
  ['functions/tasks/train.ts', '../../lib/models/linear.ts', 'functions may not import lib/models/linear.ts'],
  ['functions/tasks/train.ts', '../../lib/core/hash.ts', 'functions may not import lib/core/hash.ts'],
  ['functions/tasks/train.ts', '../../cli/main.ts', 'functions may not import cli'],
  ['cli/main.ts', '../test/support/s3.ts', 'cli may not import test'],
  ['lib/store/folder.ts', '@aws-sdk/client-s3', 'may not import the package @aws-sdk/client-s3'],
  ['lib/jobs/train.ts', '@aws-sdk/client-sfn', 'may not import the package @aws-sdk/client-sfn'],
  ['lib/core/vector.ts', 'zod', 'may not import the package zod'],
  ['lib/pipeline/schema.ts', 'zod', 'may not import the package zod'],
  ['lib/data/csv.ts', 'node:fs', 'may not import node:fs: it is not among the files that need Node'],
  ['lib/store/folder.ts', 'fs', 'import node:fs, not fs'],
  ['lib/jobs/train.ts', '(computed)', 'import() wants a plain string, so that this test can read it'],
])('%s importing %s is a violation', (file, specifier, message) => {
  expect(violations(file, [specifier])).toEqual([`${file}: ${message}`]);
});

test.each([
  ['lib/index.ts', './models/linear.ts'],
  ['lib/jobs/train.ts', '../optimizers/adam.ts'],
  ['lib/models/logistic.ts', '../losses/logistic.ts'],
  ['lib/models/logistic.ts', './linear.ts'],
  ['lib/report/page/curve.ts', '@observablehq/plot'],
  ['lib/report/page/curve.ts', '../../core/errors.ts'],
  ['lib/store/s3.ts', '@aws-sdk/client-s3'],
  ['lib/engine/step-functions.ts', '@aws-sdk/client-sfn'],
  ['lib/core/hash.ts', 'node:crypto'],
  ['functions/tasks/train.ts', '../../lib/jobs/train.ts'],
  ['functions/tasks/train.ts', '../adapter/task.ts'],
  ['functions/triggers/api.ts', 'hono'],
  ['functions/triggers/api.ts', 'node:fs'],
  ['cli/main.ts', '../lib/core/errors.ts'],
  ['cli/dev.ts', '../functions/triggers/api.ts'],
  ['scripts/build.ts', '../lib/report/report.ts'],
])('%s may import %s', (file, specifier) => {
  expect(violations(file, [specifier])).toEqual([]);
});

test('each file that is named as needing Node is there and needs it', () => {
  const needing = [...sources].filter(([, source]) => importsOf(source).some((name) => name.startsWith('node:')));
  for (const pattern of nodeFiles) expect(needing.map(([file]) => file)).toContainEqual(expect.stringMatching(pattern));
});

test('no file is longer than 400 lines unless its first comment says why', () => {
  expect([...sources].filter(([file, source]) => isTooLong(file, source)).map(([file]) => file)).toEqual([]);
});

test('length is excused by "Long because" in the first comment only', () => {
  const lines = 'x;\n'.repeat(401);
  expect(isTooLong('lib/core/a.ts', lines)).toBe(true);
  expect(isTooLong('lib/core/a.ts', 'x;\n'.repeat(400))).toBe(false);
  expect(isTooLong('lib/core/a.ts', `// Long because the table is one.\n${lines}`)).toBe(false);
  expect(isTooLong('lib/core/a.ts', `import 'b';\n/**\n * A table.\n *\n * Long because it is.\n */\n${lines}`)).toBe(
    false,
  );
  expect(isTooLong('lib/core/a.ts', `// A table.\nx;\n// Long because it is.\n${lines}`)).toBe(true);
  expect(isTooLong('lib/core/a.generated.ts', lines)).toBe(false);
});

test('no file is named after nothing', () => {
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)(\.ts$|\/)/.test(file))).toEqual([]);
});

test('imports are read from every form, and from nothing that only looks like one', () => {
  const source = `
    import one from 'one'; import { type two, from } from "two"; import * as three from './three.ts';
    import 'four'; import type { Five } from 'five'; export { six } from 'six'; export * from 'seven';
    export type { Eight } from 'eight'; export * as nine from 'nine'; import ten, { eleven } from 'ten';
    const twelve = await import('twelve'); type Thirteen = typeof import('thirteen'); const other = import(\`\${one}.ts\`);
    const deep = \`a \${\`b \${await import('fourteen')} }\`} import 'no'\`;
    // import 'no'
    /* import 'no' */ const text = "import 'no'"; const pattern = /import 'no' \\/ [/'"]/; const half = one / 2; const quarter = half / 2;
    const url = import.meta.url; loader.import('no'); export const from = 1; export { from }; const later = 'no';
  `;
  expect(importsOf(source)).toEqual([
    'one',
    'two',
    './three.ts',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'twelve',
    'thirteen',
    '(computed)',
    'fourteen',
  ]);
});

function violations(file: string, specifiers: string[]): string[] {
  return specifiers
    .map((specifier) => violation(file, specifier))
    .filter((found) => found !== undefined)
    .map((found) => `${file}: ${found}`);
}

function violation(file: string, specifier: string): string | undefined {
  if (specifier === '(computed)')
    return file.startsWith('lib/') ? 'import() wants a plain string, so that this test can read it' : undefined;
  if (specifier.startsWith('.')) return pathViolation(file, posix.join(posix.dirname(file), specifier));
  if (nodeNames.has(specifier)) return `import node:${specifier}, not ${specifier}`;
  if (!file.startsWith('lib/')) return undefined;
  if (specifier.startsWith('node:')) {
    return nodeFiles.some((pattern) => pattern.test(file))
      ? undefined
      : `may not import ${specifier}: it is not among the files that need Node`;
  }
  const isAllowed = packages.some(([name, where]) => name.test(specifier) && where.test(file));
  return isAllowed ? undefined : `may not import the package ${specifier}`;
}

function pathViolation(file: string, target: string): string | undefined {
  const [top, folder] = file.split('/');
  const [targetTop, targetFolder] = target.split('/');
  if (top === 'scripts' || file === 'lib/index.ts') return undefined;
  if (top === 'lib') {
    if (file.split('/').length === 2) return 'only index.ts stands in lib itself';
    if (!(folder in mayImport)) return `lib/${folder} is not in the table`;
    if (targetTop !== 'lib') return `lib may not import ${targetTop}`;
    const isAllowed = targetFolder === folder || mayImport[folder].includes(targetFolder);
    return isAllowed ? undefined : `lib/${folder} may not import lib/${targetFolder}`;
  }
  if (targetTop === 'lib')
    return wiring.some((start) => target.startsWith(start)) ? undefined : `${top} may not import ${target}`;
  // The command serves, on this machine, the very app and workflows that are deployed.
  const isAllowed = targetTop === top || (top === 'cli' && targetTop === 'functions');
  return isAllowed ? undefined : `${top} may not import ${targetTop}`;
}

const nodeNames = new Set([
  'assert',
  'buffer',
  'child_process',
  'crypto',
  'events',
  'fs',
  'fs/promises',
  'http',
  'https',
  'module',
  'os',
  'path',
  'process',
  'stream',
  'url',
  'util',
  'worker_threads',
  'zlib',
]);

/** Generated files aside, whose length is nobody's choice. */
function isTooLong(file: string, source: string): boolean {
  if (file.includes('.generated.') || source.trimEnd().split('\n').length <= 400) return false;
  const firstComment = /\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n?)+/m.exec(source)?.[0] ?? '';
  return !firstComment.includes('Long because');
}
