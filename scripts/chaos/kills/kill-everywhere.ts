import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { seededRandom } from '../../../lib/core/random.ts';
import { folderStore } from '../../../lib/store/folder.ts';
import { listAll } from '../../../lib/store/list.ts';
import { count, type Extent, type Summary } from '../summary.ts';
import { doWork, prepareData } from './work.ts';

/** Where Linux keeps a file system in memory: what is flushed there costs nothing. */
const memory = '/dev/shm';

const dayMs = 24 * 3_600_000;

/** Where a process dies: at a change of the file system, or some milliseconds after it began. */
type KillPoint = { change: number } | { afterMs: number };

/**
 * Ends real processes by SIGKILL, at changes of the file system and at moments of chance; does the work again, and
 * compares what is there with what an undisturbed process leaves: outside runs/ it must be the same, to the bit.
 *
 * @param options.victim what is killed: a test puts a careless one in its place
 */
export async function killEverywhere(
  { seed, short }: Extent,
  { victim: source = new URL('./victim.ts', import.meta.url) }: { victim?: URL } = {},
): Promise<Summary> {
  const folder = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'hone-kills-'));
  try {
    const victim = join(folder, 'victim.mjs');
    await bundle(source, victim);
    const data = join(folder, 'data');
    await prepareData(data);
    const undisturbed = join(folder, 'undisturbed');
    const changes = Number((await run([victim, undisturbed, data], { change: -1 })).output.split('\n').at(-2));
    const expected = await lasting(undisturbed);

    const points = killPoints({ seed, short }, changes);
    const failures: string[] = [];
    let killed = 0;
    const work = async (worker: number) => {
      for (let point = points.shift(); point; point = points.shift()) {
        const root = join(folder, `root-${worker}`);
        await rm(root, { recursive: true, force: true });
        const { signal } = await run([victim, root, data], point);
        if (signal === 'SIGKILL') killed++;
        const wrong = await compareAfter(root, expected, () => doWork(root, data));
        if (wrong.length > 0) failures.push(`killed at ${JSON.stringify(point)}: ${wrong.slice(0, 5).join('; ')}`);
      }
    };
    const tried = points.length;
    await Promise.all(Array.from({ length: availableParallelism() }, (_, worker) => work(worker)));
    return {
      tried: `${count(tried)} processes, ${count(killed)} of them killed, in work of ${count(changes)} changes of files`,
      passed: tried - failures.length,
      failed: failures.length,
      failures,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function killPoints({ seed, short }: Extent, changes: number): KillPoint[] {
  const random = seededRandom(seed);
  const atChange = (change: number): KillPoint => ({ change });
  if (short) return Array.from({ length: 6 }, () => atChange(random.nextInt(changes)));
  const byChance = Array.from({ length: 60 }, (): KillPoint => ({ afterMs: 1 + random.nextInt(600) }));
  // A change in a hundred more would tell nothing new: all of them, up to a limit that keeps to minutes.
  const every = Math.max(1, Math.ceil(changes / 240));
  return [...Array.from({ length: Math.ceil(changes / every) }, (_, i) => atChange(i * every)), ...byChance];
}

/** One file, so that a process begins in a tenth of a second. */
async function bundle(source: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}

function run(command: string[], point: KillPoint): Promise<{ signal: NodeJS.Signals | null; output: string }> {
  return new Promise((resolve, reject) => {
    const change = 'change' in point ? point.change : -1;
    const child = spawn(process.execPath, [...command, String(change)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => {
      const isFirst = output === '';
      output += piece.toString();
      if (isFirst && 'afterMs' in point) setTimeout(() => child.kill('SIGKILL'), point.afterMs);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code !== 0 && signal === null)
        reject(new Error(`the victim ended with code ${code} at ${JSON.stringify(point)}`));
      else resolve({ signal, output });
    });
  });
}

async function compareAfter(
  root: string,
  expected: ReadonlyMap<string, string>,
  redo: () => Promise<void>,
): Promise<string[]> {
  const wrong: string[] = [];
  // What lies under a final name when a process has died is an object of the undisturbed work, whole.
  for (const [key, hash] of await lasting(root)) {
    if (key.includes('/aliases/')) continue; // It pointed elsewhere before.
    if (expected.get(key) !== hash) wrong.push(`${key} is there, and is not what it should be`);
  }
  try {
    await redo();
  } catch (error) {
    return [...wrong, `done again, it failed: ${(error as Error).message}`];
  }
  const found = await lasting(root);
  for (const [key, hash] of expected) {
    if (found.get(key) !== hash) wrong.push(`${key} ${found.has(key) ? 'differs' : 'is missing'}`);
  }
  for (const key of found.keys()) if (!expected.has(key)) wrong.push(`${key} is more than there should be`);
  return [...wrong, ...(await leftovers(root))];
}

/** The hash of each file that is there for good, by its key, as any program sees the folder. */
async function lasting(root: string): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  // Who is killed at the first change leaves no folder.
  if (!existsSync(root)) return hashes;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(root, path);
    if (!entry.isFile() || /^(runs|\.hone-store)\//.test(key)) continue;
    hashes.set(
      key,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  }
  return hashes;
}

/** What dead writers left aside and nobody took away, a day and a half later. */
async function leftovers(root: string): Promise<string[]> {
  const later = folderStore(root, { now: () => Date.now() + 1.5 * dayMs });
  for await (const _ of listAll(later, '')) break;
  const aside = await readdir(join(root, '.hone-store/aside')).catch(() => []);
  return aside.length > 0 ? [`${aside.length} files are left aside`] : [];
}
