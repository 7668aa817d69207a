import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inputSeed, seededRandom } from './seeded-random.ts';
import { targets } from './targets.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const limitMs = 10_000;
const limitBytes = 768 * 2 ** 20;
/** Seconds that a batch shall take: long enough to be worth a process, short enough that all targets get their turn. */
const batchSeconds = 4;

/** What became of one target's inputs. */
export interface Tally {
  taken: number;
  refused: number;
  finds: Find[];
  peakBytes: number;
}

export interface Find {
  index: number;
  harm: string;
  /** Where it was kept; undefined when it was not to be. */
  file?: string;
}

/** A find as it is kept: what to try again, and what it did once. */
export interface KeptFind {
  target: string;
  seed: number;
  index: number;
  harm: string;
  /** Base64. */
  input: string;
}

/**
 * Tries inputs of each target in turn, two targets at a time, until the time is over.
 *
 * @param options.keep whether finds are written below test/fuzz/finds
 */
export async function fuzz(
  names: readonly string[],
  { seed, seconds, keep = false }: { seed: number; seconds: number; keep?: boolean },
): Promise<Record<string, Tally>> {
  const endMs = Date.now() + seconds * 1000;
  const states = new Map(names.map((name) => [name, { tally: newTally(), next: 0, perBatch: 200 }]));
  const waiting = [...names];
  const work = async () => {
    while (Date.now() < endMs) {
      const name = waiting.shift();
      const state = name === undefined ? undefined : states.get(name);
      if (name === undefined || !state) return;
      const startMs = Date.now();
      const { reached, findsBefore } = { reached: state.next, findsBefore: state.tally.finds.length };
      state.next = await runBatch(name, { seed, first: state.next, count: state.perBatch, endMs, tally: state.tally });
      for (const find of state.tally.finds.slice(findsBefore)) if (keep) find.file = await keepFind(name, seed, find);
      const perSecond = (state.next - reached) / Math.max(0.2, (Date.now() - startMs) / 1000);
      state.perBatch = Math.max(100, Math.min(100_000, Math.round(perSecond * batchSeconds)));
      // Three finds say enough: the same fault would be found for the rest of the time.
      if (state.tally.finds.length < 3) waiting.push(name);
    }
  };
  await Promise.all([work(), work()]);
  return Object.fromEntries([...states].map(([name, { tally }]) => [name, tally]));
}

/** Tries a batch in a process, and answers the index of the input that comes next. */
function runBatch(
  name: string,
  { seed, first, count, endMs, tally }: { seed: number; first: number; count: number; endMs: number; tally: Tally },
): Promise<number> {
  const args = [
    '--no-warnings',
    '--max-old-space-size=512',
    join(folder, 'child.ts'),
    name,
    `${seed}`,
    `${first}`,
    `${count}`,
  ];
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let [next, at, errors, rest]: [number, number | undefined, string, string] = [first, undefined, '', ''];
    let [isReady, isOver, reason] = [false, false, ''];
    const harm = (what: string) => tally.finds.push({ index: at ?? next, harm: what });
    const stop = (why: string) => {
      reason = why;
      child.kill('SIGKILL');
    };
    // Making a target may train a model.
    let timer = setTimeout(() => stop(`not ready within ${6 * limitMs} ms`), 6 * limitMs);
    const hear = (line: {
      ready?: boolean;
      begin?: number;
      end?: number;
      harm?: string;
      verdict?: string;
      rss?: number;
    }) => {
      isReady ||= line.ready === true;
      if (line.begin !== undefined) {
        at = line.begin;
        clearTimeout(timer);
        timer = setTimeout(() => stop(`no end within ${limitMs / 1000} s`), limitMs);
      }
      if (line.harm !== undefined) harm(line.harm);
      if (line.end === undefined) return;
      next = line.end + 1;
      if (line.verdict === 'taken') tally.taken++;
      if (line.verdict === 'refused') tally.refused++;
      tally.peakBytes = Math.max(tally.peakBytes, line.rss ?? 0);
      if ((line.rss ?? 0) > limitBytes) stop(`${Math.round((line.rss ?? 0) / 2 ** 20)} MiB of memory`);
      if (Date.now() > endMs && !isOver) {
        isOver = true;
        child.kill('SIGKILL');
      }
    };
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!isOver) hear(JSON.parse(line));
    });
    child.stderr.on('data', (chunk) => {
      errors = `${errors}${chunk}`.slice(-2_000);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (!isOver && (reason !== '' || (code !== 0 && code !== 4))) {
        harm(reason || `the process ended with code ${code}: ${errors}`);
        if (!isReady) return reject(new Error(`${name}: expected a target, found ${reason || errors}`));
        next = (at ?? next) + 1;
      }
      resolve(next);
    });
  });
}

async function keepFind(name: string, seed: number, { index, harm }: Find): Promise<string> {
  const target = await targets[name]();
  const input = Buffer.from(await target.input(seededRandom(inputSeed(seed, index)))).toString('base64');
  const kept: KeptFind = { target: name, seed, index, harm: harm.split('\n').slice(0, 3).join('\n'), input };
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 8);
  const file = join(folder, 'finds', `${name.replaceAll(' ', '-')}-${hash}.json`);
  mkdirSync(join(folder, 'finds'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  return file;
}

const newTally = (): Tally => ({ taken: 0, refused: 0, finds: [], peakBytes: 0 });
