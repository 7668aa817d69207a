// Runs a command on Node 24, the runtime that Lambda runs, whatever Node started this file.
// Used as `node scripts/node24.mjs FILE [ARGS…]`; it must itself run on any Node from 20 on, before any build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Path of a Node 24 (or newer) binary: this process's own, else the one that the optional dependency carries. */
export function findNode24() {
  const own = Number(process.versions.node.split('.')[0]);
  if (own === 24) return process.execPath;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const carried = join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
    binary,
  );
  if (existsSync(carried)) return carried;
  if (own > 24) return process.execPath;
  throw new Error(
    `hone needs Node 24. This machine (${process.platform}-${process.arch}) runs Node ${process.versions.node}, ` +
      'and no prebuilt Node 24 package exists for it. Install Node 24 from https://nodejs.org and try again.',
  );
}

/** Runs `args` on Node 24 with this terminal, and answers its exit code. */
export function runOnNode24(args, { cwd = process.cwd() } = {}) {
  const node = findNode24();
  // Child tools that look `node` up on the PATH must find the same one.
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  };
  const result = spawnSync(node, args, { stdio: 'inherit', cwd, env });
  if (result.error) throw result.error;
  return result.status ?? 128;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = runOnNode24(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 3;
  }
}
