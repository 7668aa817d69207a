// Makes a fresh clone ready: installs the locked dependencies when they are missing or older than the lock file,
// and builds what is generated. Runs before every npm script, on any Node from 20 on, and is quick when all is there.
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNode24 } from './node24.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
/** Names the lock file that was installed, by its hash. */
const stamp = join(root, 'node_modules', '.hone-lock');

/** Installs and builds what is missing or stale. Prints to standard error only, so that `--json` output stays clean. */
export async function setup() {
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  // A linked folder belongs to another tree, and npm would empty it before it puts a folder in the link's place.
  const isLinked = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!isLinked && !isInstalled(wanted)) {
    console.error('Installing dependencies (npm ci) …');
    execSync('npm ci --no-audit --no-fund --loglevel=error', { cwd: root, stdio: ['ignore', 2, 2] });
  }
  if (!isLinked && stamped() !== wanted) writeFileSync(stamp, wanted);
  const status = await runOnNode24([join(root, 'scripts', 'build.ts')], { cwd: root });
  if (status !== 0) process.exit(status);
}

/** By the lock file's content, as a checkout renews its time; without a stamp, by the time of what npm itself leaves. */
function isInstalled(wanted) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  return stamped() === wanted || statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

function stamped() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
