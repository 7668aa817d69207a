// Makes a fresh clone ready: installs the locked dependencies when they are missing or older than the lock file,
// and builds what is generated. Runs before every npm script, on any Node from 20 on, and is quick when all is there.
import { execSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNode24 } from './node24.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Installs and builds what is missing or stale. Prints to standard error only, so that `--json` output stays clean. */
export function setup() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const folder = join(root, 'node_modules');
  // A linked folder belongs to another tree, and npm would empty it before it puts a folder in the link's place.
  const isLinked = lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const isStale =
    !isLinked &&
    (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs);
  if (isStale) {
    console.error('Installing dependencies (npm ci) …');
    execSync('npm ci --no-audit --no-fund --loglevel=error', { cwd: root, stdio: ['ignore', 2, 2] });
  }
  const status = runOnNode24([join(root, 'scripts', 'build.ts')], { cwd: root });
  if (status !== 0) process.exit(status);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
