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
 * Commands that are also bundled as one script each. Of a script, cli/hone.mjs keeps the compiled form of all functions that
 * a run has used; Node's own cache of modules leaves out those that are compiled at their first call.
 */
const run = { file: 'cli/commands/run.ts', name: 'runCommand' };
const scripts: Record<string, { file: string; name: string; without?: string[] }> = {
  // The SDK is a third of the script, and few runs need it. A run that turns out to need it loads it from node_modules.
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
    // cli/hone.mjs calls this function. Wrapping it around the text at run time would copy the text.
    banner: { js: '(function (require, __filename, __dirname) {' },
    footer: { js: '})' },
    // Tagged templates would keep characters beyond ASCII as they are; an ASCII script needs no decoding. An import that is
    // left at run time would make Node warn that scripts which import are experimental.
    supported: { 'template-literal': false, 'dynamic-import': false },
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

/** Replaces the list of commands, which loads each at its first use, by a single command. */
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
