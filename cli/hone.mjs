#!/usr/bin/env node
// `npx hone`: makes the clone ready and bundles the command line, where that is not done, and runs the bundle on Node 24,
// whatever Node started this file.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import zlib from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compileCache = join(root, 'dist', 'compile-cache');
try {
  if (process.env.npm_command !== undefined) (await import('../scripts/end-with-parent.mjs')).endWithParent();
  const document = openDocument(process.argv.slice(3));
  const { entry, thread } = freshBundle(document) ?? (await makeBundle(document));
  if (process.versions.node.startsWith('24.')) {
    if (entry.endsWith('.cjs')) {
      if (willWantThreads(document)) startThread(thread);
      runScript(entry, document);
    } else {
      module.enableCompileCache(compileCache);
      await import(pathToFileURL(entry).href);
    }
  } else {
    process.env.NODE_COMPILE_CACHE ??= compileCache;
    const { runOnNode24 } = await import('../scripts/node24.mjs');
    // A command's own script is a function that this file calls.
    const file = entry.endsWith('.cjs') ? fileURLToPath(import.meta.url) : entry;
    process.exitCode = await runOnNode24([file, ...process.argv.slice(2)]);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 3;
}

/**
 * The bundle, that of the command alone where there is one, when every file that it was made from is as it was; and the
 * script that starts a thread.
 */
function freshBundle(document) {
  try {
    const { entry, entries, thread, inputs } = JSON.parse(readFileSync(join(root, 'dist', 'current.json'), 'utf8'));
    const isFresh = inputs.every(([path, size, mtimeMs]) => {
      const found = statSync(`${root}/${path}`, { throwIfNoEntry: false });
      return found?.size === size && found.mtimeMs === mtimeMs;
    });
    if (!isFresh) return undefined;
    const command = process.argv[2];
    const script = mentionsS3(document) && Object.hasOwn(entries, `${command} s3`) ? `${command} s3` : command;
    const own = Object.hasOwn(entries, script) ? entries[script] : entry;
    const found = { entry: join(root, 'dist', own), thread: join(root, 'dist', thread) };
    return existsSync(found.entry) ? found : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs a bundle that is one script, from its compiled form, which the first run of its task that succeeds leaves beside it:
 * of another task it would lack what that one calls.
 */
function runScript(path, document) {
  const kept = `${path}.${process.version}-${process.arch}-${taskOf(document)}`;
  const cachedData = keptForm(kept);
  // Else the engine lets go of functions that are not called for a while, and the compiled form would lack them.
  if (!cachedData) process.getBuiltinModule('node:v8').setFlagsFromString('--no-flush-bytecode');
  // Scripts are ASCII: read as such, their text takes half the room and no time to decode.
  const source = readFileSync(path, 'latin1');
  const script = new vm.Script(source, { filename: path, cachedData });
  if (!cachedData || script.cachedDataRejected)
    process.once('exit', (code) => code === 0 && keepCompiled(script, kept));
  script.runInThisContext()(module.createRequire(path), path, dirname(path));
}

/** Starts a thread that waits for work. If that fails, the command starts one when it needs it. */
function startThread(path) {
  try {
    module.createRequire(path)(path);
  } catch {
    // The command will try again.
  }
}

/** A compiled form, its checksum behind it: the engine looks at none, and what is damaged inside would end the process. */
function keptForm(path) {
  try {
    const bytes = readFileSync(path);
    const end = bytes.length - 4;
    return end > 0 && bytes.readUInt32LE(end) === zlib.crc32(bytes.subarray(0, end))
      ? bytes.subarray(0, end)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The document among the arguments, for a first look at its text, which is empty where there is none, or where it is data
 * rather than a document. The command reports what is wrong with it.
 */
function openDocument(args) {
  const path = args.find((name) => /\.(ya?ml|json)$/.test(name)) ?? '';
  try {
    const isSmall = statSync(path).size < 2 ** 20;
    return { path, text: isSmall ? readFileSync(path, 'utf8') : '' };
  } catch {
    return { path, text: '' };
  }
}

/** Whether an argument or the document mentions S3; a document in a store might. */
function mentionsS3({ text }) {
  return text === '' || [text, ...process.argv].some((part) => part.includes('s3:'));
}

/** The task that a document asks for, found without parsing it. */
function taskOf({ text }) {
  return /^\s*"?task"?:\s*"?(binary|multiclass|regression|count)\b/m.exec(text)?.[1] ?? 'other';
}

/**
 * Whether a second thread will probably work on a document's data: it is a file of the size that lib/jobs/open-pool.ts asks
 * for, and nothing sets the number of threads. A wrong guess costs a thread that idles, or one that starts later.
 */
function willWantThreads({ path, text }) {
  try {
    const data = /\bpath"?:\s*["']?([^"',}\n]+)/.exec(text)?.[1].trim() ?? '';
    if (/\bthreads\b/.test(text) || process.argv.includes('--threads') || process.env.HONE_THREADS) return false;
    const found = statSync(resolve(dirname(path), data), { throwIfNoEntry: false });
    return found?.isFile() === true && found.size >= 16 * 2 ** 20 && availableParallelism() > 1;
  } catch {
    return false;
  }
}

/** By now it holds every function that was called. Help calls few, so its form would leave the rest to be compiled each time. */
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

async function makeBundle(document) {
  const { setup } = await import('../scripts/setup.mjs');
  await setup();
  const { runOnNode24 } = await import('../scripts/node24.mjs');
  const status = await runOnNode24([join(root, 'scripts', 'build', 'cli.ts')], { cwd: root });
  // A signal ended it, and meant the command.
  if (status > 128) process.exit(status);
  const bundle = status === 0 ? freshBundle(document) : undefined;
  return bundle ?? { entry: join(root, 'cli', 'main.ts') };
}
