// Programs that the bench starts, one at a time, each with a clean environment and the processors that it may use.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Missing } from './experiment.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface Finished {
  seconds: number;
  stdout: string;
  stderr: string;
  status: number | null;
}

/** Runs a program to its end and times it from the outside, process start included. */
export async function timed(
  command: string,
  parameters: string[],
  { cores, env = {}, cwd }: { cores?: number; env?: Record<string, string>; cwd?: string } = {},
): Promise<Finished> {
  const [program, ...rest] =
    cores === undefined ? [command, ...parameters] : ['taskset', '-c', cpuList(cores), command, ...parameters];
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _size, ...environment } = process.env;
  const start = process.hrtime.bigint();
  const child = spawn(program, rest, { cwd, env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, stdout, stderr, status };
}

const cpuList = (cores: number) => Array.from({ length: cores }, (_, i) => i).join(',');

/** The figures that a phase of peers.py prints. */
export async function python(
  phase: string,
  parameters: string[],
  cores = 1,
): Promise<Record<string, number> | Missing> {
  const { program, threads } = { program: process.env.HONE_BENCH_PYTHON ?? '/usr/bin/python3', threads: String(cores) };
  const env = { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  const finished = await timed(program, [here('peers.py'), phase, ...parameters], { cores, env }).catch(
    () => undefined,
  );
  if (!finished) return { missing: program };
  if (finished.status !== 0) throw new Error(`peers.py ${phase}: ${finished.stderr.slice(-500)}`);
  const figures = JSON.parse(finished.stdout) as Record<string, number> | Missing;
  return 'missing' in figures ? figures : { ...figures, whole: finished.seconds };
}

/** The figures that a script of this folder prints as JSON, run by the Node that runs the bench. */
export async function script(
  name: string,
  parameters: string[],
  { cores, env }: { cores?: number; env?: Record<string, string> } = {},
): Promise<Record<string, number> | Missing> {
  const finished = await timed(process.execPath, ['--disable-warning=ExperimentalWarning', here(name), ...parameters], {
    cores,
    env,
  });
  if (finished.status !== 0) throw new Error(`${name} ${parameters.join(' ')}: ${finished.stderr.slice(-500)}`);
  return { ...JSON.parse(finished.stdout), whole: finished.seconds };
}
