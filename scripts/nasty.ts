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
  const waiting = groups(trials.filter(({ skip }) => skip === undefined));
  tally.skipped = trials.length - waiting.flat().length;
  const worker = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      for (const { trial, outcome } of await readInProcess(group)) {
        const complaint = complaintOf(trial, outcome);
        if (complaint === undefined) tally.passed++;
        else {
          tally.failed++;
          tally.failures.push(`FAILED ${trial.name}: ${complaint}`);
        }
        if (verbose)
          console.log(`${trial.name}: ${complaint ?? (outcome.kind === 'refused' ? outcome.message : 'read')}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return tally;
}

/** Each file has a process of its own; the short texts of a list share one. */
function groups(trials: readonly Trial[]): Trial[][] {
  const files = trials.filter(({ text }) => text === undefined).map((trial) => [trial]);
  const texts = trials.filter(({ text }) => text !== undefined);
  for (let start = 0; start < texts.length; start += 50) files.push(texts.slice(start, start + 50));
  return files;
}

function complaintOf(trial: Trial, outcome: Outcome): string | undefined {
  if (outcome.kind === 'crash') return outcome.why;
  if (outcome.peakBytes > memoryBytes) return `${Math.round(outcome.peakBytes / 2 ** 20)} MiB of memory`;
  return judge(trial, outcome);
}

/** Reads texts in a process, which must end by itself, in time, with a line of JSON for each. */
function readInProcess(trials: readonly Trial[]): Promise<{ trial: Trial; outcome: Outcome }[]> {
  const reader = join(fileURLToPath(import.meta.url), '..', 'nasty-reader.ts');
  const child = spawn(process.execPath, ['--no-warnings', reader], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.end(JSON.stringify(trials.map(({ path, text, format, header }) => ({ path, text, format, header }))));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const lines = output.split('\n').filter((line) => line !== '');
      const why = signal
        ? `no end within ${timeoutMs / 1000} s`
        : `the process ended with code ${code}: ${errors.trim().slice(-400)}`;
      // Of a process that failed, the text after the last outcome is to blame, and none that came later was tried.
      const crash: Outcome = { kind: 'crash', why };
      const outcomes = trials.map((_, i) => (lines[i] === undefined ? crash : (JSON.parse(lines[i]) as Outcome)));
      if (code !== 0 && lines.length >= trials.length) outcomes[trials.length - 1] = crash;
      done(trials.map((trial, i) => ({ trial, outcome: outcomes[i] })));
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
