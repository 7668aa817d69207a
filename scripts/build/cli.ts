// Bundles the command line into dist/, as cli/hone.mjs runs it: it starts in a fraction of the time that Node takes to
// strip and link some three hundred files. dist/current.json says where it lies, and of which files it was made.
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { root } from './generate.ts';

/** What the bundle depends on besides what is bundled: what that is generated from, and by what. */
const origins = ['scripts/build', 'lib/report/page', 'lib/kernels/assembly'];
const folder = `bundle-${Date.now()}-${process.pid}`;

/**
 * What starts a thread while the command is yet to be loaded, and commands with a script of their own, in one file: cli/hone.mjs keeps the compiled form of all that a run of it used, as
 * Node itself does not, whose cache of modules leaves out the functions that are compiled when they are first called.
 */
const run = { file: 'cli/commands/run.ts', name: 'runCommand' };
const scripts: Record<string, { file: string; name: string; without?: string[] }> = {
  // The SDK is a third of the script, and few runs need it: who has nothing to do with S3 takes this one. Should it need the
  // SDK all the same, it finds it in node_modules.
  run: { ...run, without: ['@aws-sdk/*'] },
  'run s3': run,
};

const asScript = { splitting: false, format: 'cjs', outExtension: { '.js': '.cjs' }, banner: {} } as const;
const esbuild = await import('esbuild');
const { metafile } = await esbuild.build(settings(folder));
const thread = await esbuild.build({
  ...settings(folder),
  entryPoints: { thread: 'cli/start-thread.ts' },
  ...asScript,
});
const own = Object.entries(scripts).map(async ([script, { file, name, without = [] }]) => {
  const own = join(folder, script.replace(' ', '-'));
  await esbuild.build({
    ...settings(own),
    plugins: [onlyCommand(script.split(' ')[0], file, name)],
    external: without,
    ...asScript,
    // The function that cli/hone.mjs calls stands in the file: to put it around so long a text would copy that.
    banner: { js: '(function (require, __filename, __dirname) {' },
    footer: { js: '})' },
    // Tagged templates hold their text as it is written; without them all of the script is ASCII, which is read at once.
    supported: { 'template-literal': false },
  });
  return [script, `${own}/hone.cjs`] as const;
});
const entries = Object.fromEntries(await Promise.all(own));
const bundled = new Set([metafile, thread.metafile].flatMap((meta) => Object.keys(meta.inputs)));
const sources = [...bundled].filter((path) => !path.includes('node_modules/'));
const inputs = [...sources, ...origins.flatMap(filesBelow), 'package-lock.json'].sort().map((path) => {
  const { size, mtimeMs } = statSync(join(root, path));
  return [path, size, mtimeMs] as const;
});
writeFileSync(
  join(root, 'dist', folder, 'current.json'),
  JSON.stringify({ entry: `${folder}/hone.mjs`, entries, thread: `${folder}/thread.cjs`, inputs }),
);
renameSync(join(root, 'dist', folder, 'current.json'), join(root, 'dist', 'current.json'));
removeOldBundles();

function settings(outFolder: string) {
  return {
    entryPoints: { hone: 'cli/main.ts' },
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    outdir: join(root, 'dist', outFolder),
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    logLevel: 'error',
    // Packages in CommonJS call require for Node's own modules, which an ES module does not have by itself.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  } as const satisfies BuildOptions;
}

/** Puts one command in place of the list that loads each at its first use. */
function onlyCommand(command: string, file: string, name: string): Plugin {
  const contents = `import { ${name} } from '${join(root, file)}';export const commands = { ${command}: async () => ${name} };`;
  return {
    name: 'only-command',
    setup(build) {
      build.onLoad({ filter: /[\\/]cli[\\/]commands[\\/]index\.ts$/ }, () => ({ contents, loader: 'ts' }));
    },
  };
}

/** A command that still runs may yet load a part of the bundle that it began with. */
function removeOldBundles(): void {
  const dayAgo = Date.now() - 86_400_000;
  for (const name of readdirSync(join(root, 'dist'))) {
    const time = Number(/^bundle-(\d+)-/.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
    if (time < dayAgo) rmSync(join(root, 'dist', name), { recursive: true, force: true });
  }
}

function filesBelow(path: string): string[] {
  const entries = readdirSync(join(root, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
}
