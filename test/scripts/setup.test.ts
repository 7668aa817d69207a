import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root, temporaryFolder } from '../support/cli.ts';

let clone: string;

// A clone with the real scripts, a build that only says that it ran, and an npm that does what `npm ci` leaves behind.
beforeEach(() => {
  clone = temporaryFolder();
  for (const folder of ['scripts', 'bin']) mkdirSync(join(clone, folder));
  for (const file of ['setup.mjs', 'node24.mjs'])
    copyFileSync(join(root, 'scripts', file), join(clone, 'scripts', file));
  writeFileSync(join(clone, 'scripts/build.ts'), "console.error('built' as string);");
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  const npm =
    '#!/bin/sh\necho "npm $1"; rm -rf node_modules; mkdir node_modules; echo {} > node_modules/.package-lock.json\n';
  writeFileSync(join(clone, 'bin/npm'), npm);
  chmodSync(join(clone, 'bin/npm'), 0o755);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function setup(): { stdout: string; said: string[]; status: number | null } {
  const env = { ...process.env, PATH: `${join(clone, 'bin')}${delimiter}${process.env.PATH}` };
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(clone, 'scripts/setup.mjs')], {
    env,
    encoding: 'utf8',
  });
  return { stdout, said: stderr.trim().split('\n'), status };
}

const installing = ['Installing dependencies (npm ci) …', 'npm ci', 'built'];

describe.skipIf(process.platform === 'win32')('setting a clone up', () => {
  test('installs and builds in a fresh one, and prints nothing on standard output', () => {
    expect(setup()).toEqual({ stdout: '', said: installing, status: 0 });
  });

  test('only builds where the locked dependencies are installed, whatever the time of the lock file', () => {
    setup();
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(join(clone, 'package-lock.json'), later, later);
    expect(setup().said).toEqual(['built']);
  });

  test('installs anew when the lock file has another content', () => {
    setup();
    const past = new Date(Date.now() - 3_600_000);
    utimesSync(join(clone, 'node_modules/.package-lock.json'), past, past);
    writeFileSync(join(clone, 'package-lock.json'), '{"lockfileVersion": 3}');
    expect(setup().said).toEqual(installing);
  });

  test('takes what npm itself installed since as it is', () => {
    setup();
    rmSync(join(clone, 'node_modules/.hone-lock'));
    expect(setup().said).toEqual(['built']);
    expect(existsSync(join(clone, 'node_modules/.hone-lock'))).toBe(true);
  });

  test('ends with the exit code of a build that failed', () => {
    writeFileSync(join(clone, 'scripts/build.ts'), 'process.exit(4);');
    expect(setup().status).toBe(4);
  });
});

test('every npm script that runs something sets the clone up first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const own = Object.keys(scripts).filter(
    (name) => !name.startsWith('pre') && scripts[name] !== 'node scripts/setup.mjs',
  );
  expect(own.filter((name) => scripts[`pre${name}`] !== 'node scripts/setup.mjs')).toEqual([]);
});
