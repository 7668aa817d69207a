// Runs a command on Node 24, the runtime that Lambda runs, whatever Node started this file.
// Used as `node scripts/node24.mjs FILE [ARGS…]`; it must itself run on any Node from 20 on, before any build.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const forwarded = ['SIGHUP', 'SIGINT', 'SIGTERM'];
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

/**
 * Runs `args` on Node 24 with this terminal, and answers its exit code: 128 and the number of the signal that ended it.
 *
 * Signals to this process are passed on, so that who ends it ends the work.
 */
export async function runOnNode24(args, { cwd = process.cwd() } = {}) {
  const node = findNode24();
  // Child tools that look `node` up on the PATH must find the same one.
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  };
  const child = spawn(node, args, { stdio: 'inherit', cwd, env });
  const forward = (signal) => child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.env.npm_command !== undefined) (await import('./end-with-parent.mjs')).endWithParent();
  try {
    process.exitCode = await runOnNode24(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 3;
  }
}
