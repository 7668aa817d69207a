#!/usr/bin/env node
// `npx hone`: makes the clone ready and bundles the command line, where that is not done, and runs the bundle on Node 24,
// whatever Node started this file.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import zlib from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compileCache = join(root, 'dist', 'compile-cache');
try {
  const entry = freshBundle() ?? (await makeBundle());
  if (process.versions.node.startsWith('24.')) {
    if (entry.endsWith('.cjs')) {
      runScript(entry);
    } else {
      module.enableCompileCache(compileCache);
      await import(pathToFileURL(entry).href);
    }
  } else {
    process.env.NODE_COMPILE_CACHE ??= compileCache;
    const { runOnNode24 } = await import('../scripts/node24.mjs');
    process.exitCode = await runOnNode24([entry, ...process.argv.slice(2)]);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 3;
}

/** The bundle, that of the command alone where there is one, when every file that it was made from is as it was. */
function freshBundle() {
  try {
    const { entry, entries, inputs } = JSON.parse(readFileSync(join(root, 'dist', 'current.json'), 'utf8'));
    const isFresh = inputs.every(([path, size, mtimeMs]) => {
      const found = statSync(`${root}/${path}`, { throwIfNoEntry: false });
      return found?.size === size && found.mtimeMs === mtimeMs;
    });
    if (!isFresh) return undefined;
    return join(root, 'dist', Object.hasOwn(entries, process.argv[2]) ? entries[process.argv[2]] : entry);
  } catch {
    return undefined;
  }
}

/**
 * Runs a bundle that is one script, from its compiled form, which the first run of its task that succeeds leaves beside it:
 * of another task it would lack what that one calls.
 */
function runScript(path) {
  const kept = `${path}.${process.version}-${process.arch}-${taskOf(process.argv.slice(3))}`;
  const cachedData = keptForm(kept);
  // Bundles are ASCII: read as such, their text takes half the room and no time to decode.
  const source = `(function (require, __filename, __dirname) {${readFileSync(path, 'latin1')}\n})`;
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(source, { filename: path, cachedData, importModuleDynamically });
  if (!cachedData || script.cachedDataRejected)
    process.once('exit', (code) => code === 0 && keepCompiled(script, kept));
  script.runInThisContext()(module.createRequire(path), path, dirname(path));
}

/** A compiled form, its checksum behind it: the engine looks at none, and what is damaged inside would end the process. */
function keptForm(path) {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const end = bytes.length - 4;
  return end > 0 && bytes.readUInt32LE(end) === zlib.crc32(bytes.subarray(0, end)) ? bytes.subarray(0, end) : undefined;
}

/** The task that a document among the arguments asks for, by a glance at its text. */
function taskOf(args) {
  try {
    const text = readFileSync(args.find((name) => /\.(ya?ml|json)$/.test(name)) ?? '', 'utf8');
    return /^\s*"?task"?:\s*"?(binary|multiclass|regression|count)\b/m.exec(text)?.[1] ?? 'other';
  } catch {
    return 'other';
  }
}

/** All functions that were called are in it by now. Help calls few, and would leave the rest to be compiled for ever. */
function keepCompiled(script, path) {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return;
  try {
    const aside = `${path}-${process.pid}`;
    const form = script.createCachedData();
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(zlib.crc32(form));
    writeFileSync(aside, Buffer.concat([form, checksum]));
    renameSync(aside, path);
  } catch {
    // The next run tries again; until then it takes a little longer to start.
  }
}

async function makeBundle() {
  const { setup } = await import('../scripts/setup.mjs');
  await setup();
  const { runOnNode24 } = await import('../scripts/node24.mjs');
  const status = await runOnNode24([join(root, 'scripts', 'build', 'cli.ts')], { cwd: root });
  const bundle = status === 0 ? freshBundle() : undefined;
  return bundle ?? join(root, 'cli', 'main.ts');
}
