// Tries every file of a folder of hostile files, each in a fresh process: `npm run nasty -- FOLDER`.
//
// The folder has csv/, gzip/, jsonl/, parquet/ and libsvm/ (any of them), and what other readers made of the files in
// expected_csv_gzip.json, expected_jsonl.json and expected_parquet.json. A file passes when it is read as one of those
// readers read it, or refused by an InputError; what else is accepted, docs/formats.md lists.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outcome, type Trial, trialsOf } from './nasty-trials.ts';
import { judge } from './nasty-verdicts.ts';

const timeoutMs = 10_000;
const memoryBytes = 512 * 2 ** 20;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (!folder) {
    console.error('nasty: expected a folder, found none. Write `npm run nasty -- FOLDER`');
    process.exit(2);
  }
  const { passed, failed, skipped, failures } = await tryAll(resolve(folder), {
    verbose: process.argv.includes('--verbose'),
  });
  for (const failure of failures) console.log(failure);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  failures: string[];
}

/** Tries all files of a folder, two at a time. */
export async function tryAll(folder: string, { verbose = false }: { verbose?: boolean } = {}): Promise<Tally> {
  const trials = trialsOf(folder, {
    list: (path) => listFiles(join(folder, path)),
    read: (path) => readFileSync(join(folder, path)),
  });
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const waiting = [...trials];
  const worker = async () => {
    for (let trial = waiting.shift(); trial; trial = waiting.shift()) {
      const { verdict, why } = trial.skip ? { verdict: 'skipped' as const, why: trial.skip } : await attempt(trial);
      tally[verdict]++;
      if (verdict === 'failed') tally.failures.push(`FAILED ${trial.name}: ${why}`);
      else if (verbose) console.log(`${verdict} ${trial.name}: ${why}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return tally;
}

async function attempt(trial: Trial): Promise<{ verdict: 'passed' | 'failed'; why: string }> {
  const outcome = await readInProcess(trial);
  if (outcome.kind === 'crash') return { verdict: 'failed', why: outcome.why };
  if (outcome.peakBytes > memoryBytes)
    return { verdict: 'failed', why: `${Math.round(outcome.peakBytes / 2 ** 20)} MiB of memory` };
  const complaint = judge(trial, outcome);
  if (complaint !== undefined) return { verdict: 'failed', why: complaint };
  return {
    verdict: 'passed',
    why: outcome.kind === 'refused' ? `refused: ${outcome.message}` : `${outcome.rowCount} rows`,
  };
}

/** Reads a file in a process of its own, which must end by itself, in time, with one line of JSON. */
function readInProcess({ path, text, format, header }: Trial): Promise<Outcome> {
  const reader = join(fileURLToPath(import.meta.url), '..', 'nasty-reader.ts');
  const child = spawn(process.execPath, ['--no-warnings', reader, JSON.stringify({ path, text, format, header })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) done(JSON.parse(output) as Outcome);
      else if (signal) done({ kind: 'crash', why: `no end within ${timeoutMs / 1000} s` });
      else done({ kind: 'crash', why: `the process ended with code ${code}: ${errors.trim().slice(-400)}` });
    });
  });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
