import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript, because it runs before anything is installed.
import { findNode24 } from '../../scripts/node24.mjs';

const script = fileURLToPath(new URL('../../scripts/node24.mjs', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });

const ownVersions = Object.getOwnPropertyDescriptor(process, 'versions') as PropertyDescriptor;
const ownArchitecture = Object.getOwnPropertyDescriptor(process, 'arch') as PropertyDescriptor;
afterEach(() => {
  Object.defineProperty(process, 'versions', ownVersions);
  Object.defineProperty(process, 'arch', ownArchitecture);
});

function pretend(node: string, arch = process.arch) {
  Object.defineProperty(process, 'versions', { ...ownVersions, value: { ...process.versions, node } });
  Object.defineProperty(process, 'arch', { ...ownArchitecture, value: arch });
}

test('what it runs is Node 24, and children find the same one on the PATH', () => {
  const child = `console.log(process.version + ' ' + require('node:child_process').execFileSync('node', ['-p', 'process.version']))`;
  const [own, found] = run('-e', child).stdout.trim().split(' ');
  expect(own).toMatch(/^v24\./);
  expect(found).toBe(own);
});

test.each([0, 1, 2, 3, 130])('exit code %i passes through', (code) => {
  expect(run('-e', `process.exit(${code})`).status).toBe(code);
});

test('a child that a signal ended is no success', () => {
  expect(run('-e', `process.kill(process.pid, 'SIGKILL')`).status).toBe(137);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s reaches the work, which ends as it sees fit',
  async (signal) => {
    const work = `process.on('${signal}', () => process.exit(7)); setTimeout(() => process.exit(8), 10_000); console.log('ready');`;
    const child = spawn(process.execPath, [script, '-e', work], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => child.kill(signal));
    expect(await new Promise((resolve) => child.once('exit', (...ended) => resolve(ended)))).toEqual([7, null]);
  },
);

test('work that does not mind SIGTERM is ended by it', async () => {
  const work = `setTimeout(() => {}, 10_000); console.log('ready');`;
  const child = spawn(process.execPath, [script, '-e', work], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(143);
});

test.skipIf(process.platform === 'win32')(
  'work whose shell npm has ended ends, too',
  async () => {
    const work = `process.on('SIGTERM', () => { console.log('told'); process.exit(0); }); setInterval(() => {}, 1000); console.log('ready');`;
    const shell = spawn('sh', ['-c', '"$0" "$@"; true', process.execPath, script, '-e', work], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_command: 'exec' },
      detached: true,
    });
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said === 'ready\n') shell.kill('SIGTERM');
    });
    const closed = new Promise((resolve) => shell.once('close', () => resolve('ended')));
    const late = new Promise((resolve) => setTimeout(() => resolve('goes on'), 10_000).unref());
    const outcome = await Promise.race([closed, late]);
    if (outcome === 'goes on') process.kill(-(shell.pid as number), 'SIGKILL');
    expect([outcome, said]).toEqual(['ended', 'ready\ntold\n']);
  },
  20_000,
);

test('arguments and output arrive as they were sent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hone-node24-'));
  try {
    const file = join(folder, 'echo.ts');
    writeFileSync(file, 'const args: string[] = process.argv.slice(2); console.log(JSON.stringify(args));');
    const args = ['--json', 'a b', '', '"quoted"', '*'];
    expect(JSON.parse(run(file, ...args).stdout)).toEqual(args);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('Node 24 serves itself', () => {
  pretend('24.0.0');
  expect(findNode24()).toBe(process.execPath);
});

test('an older Node uses the binary that the dependency carries', () => {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const carried = fileURLToPath(new URL(`../../node_modules/node-${system}-${process.arch}/bin/`, import.meta.url));
  pretend('20.19.0');
  if (existsSync(carried)) expect(findNode24()).toMatch(/node_modules.node-\w+-\w+.bin.node(\.exe)?$/);
  else expect(findNode24).toThrow('hone needs Node 24');
});

test('where no binary is carried, a newer Node serves and an older one is refused by name', () => {
  pretend('25.1.0', 'mips' as typeof process.arch);
  expect(findNode24()).toBe(process.execPath);
  pretend('22.12.0', 'mips' as typeof process.arch);
  expect(findNode24).toThrow(/hone needs Node 24\..*-mips\) runs Node 22\.12\.0/);
});
