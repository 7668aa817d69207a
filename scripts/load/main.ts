// `npm run load`: 1,000 predictions a second, each a request of its own, for 20 s before, while and after a training runs
// beside the API; says how long answers took. `--seconds N` divides another time by three, `--rate N` sends another number,
// `--timeline` prints the longest answer of each tenth of a second.
//
// The server, the training and the client are processes of their own. A warm-up of two seconds comes first, in which the rate
// rises to its full value while the model is opened and code is compiled: it is printed, but does not count. Exit code 1 when
// an answer failed, or when before or after the training the rate was not met or the 99th percentile was 20 ms or more.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type LoadResult, sendAtRate } from './requests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const p99LimitMs = 20;
const warmUpSeconds = 2;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    timeline: { type: 'boolean', default: false },
  },
});
const [seconds, perSecond] = [Number(values.seconds), Number(values.rate)];
if (!(seconds > 0 && seconds <= 600 && perSecond > 0 && perSecond <= 100_000)) {
  console.error('load: expected --seconds up to 600 and --rate up to 100000');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'hone-load-'));
const server = fork(join(root, 'scripts/load/server.ts'), [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
try {
  process.exitCode = await measure();
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<number> {
  const url = await new Promise<string>((resolve, reject) => {
    server.once('message', (message: { url: string }) => resolve(message.url));
    server.once('exit', (code) => reject(new Error(`expected the server to listen, found it ended with code ${code}`)));
  });
  // Trained by the command, so that the model served is one as users have it.
  await train('examples/diamonds.yml').ended;
  const row = {
    carat: 0.7,
    cut: 'Ideal',
    color: 'E',
    clarity: 'VS1',
    depth: 61.5,
    table: 56,
    x: 5.7,
    y: 5.72,
    z: 3.51,
  };
  const target = { url: `${url}models/diamonds/predictions`, body: JSON.stringify({ rows: [row] }) };
  console.log(`${perSecond} requests a second of one prediction each, ${(seconds / 3).toFixed(1)} s each time`);
  console.log('                       answers/s   errors          p50          p99      longest  asker paused');
  print(
    'warm-up, rate rising',
    await sendAtRate(target, { perSecond, seconds: warmUpSeconds, risesFor: warmUpSeconds }),
  );
  const part = { perSecond, seconds: seconds / 3 };
  const idleMs = await serverCpuMs();
  const before = print('before a training', await sendAtRate(target, part));
  const training = train('examples/diamonds.yml', { repeat: true });
  const beside = print('while one runs beside', await sendAtRate(target, part));
  await training.stop();
  const after = print('after it', await sendAtRate(target, part));
  const cpuMs = ((await serverCpuMs()) - idleMs) / (before.sent + beside.sent + after.sent);
  console.log(
    `The server took ${cpuMs.toFixed(2)} ms of its core for each: one core answers ${Math.round(1000 / cpuMs)} a second.`,
  );

  const isGood = ({ errors, p99, perSecond: reached }: LoadResult) =>
    errors === 0 && p99 < p99LimitMs && reached >= perSecond * 0.99;
  const isMet = isGood(before) && isGood(after) && beside.errors === 0;
  console.log(isMet ? 'Met: no error, and 99 of 100 answers within 20 ms.' : 'Not met.');
  return isMet ? 0 : 1;
}

/** Milliseconds of a core that the server has taken so far: what others do on this machine does not count. */
function serverCpuMs(): Promise<number> {
  return new Promise((resolve) => {
    server.once('message', (message: { cpuMs: number }) => resolve(message.cpuMs));
    server.send('usage');
  });
}

/** Trains in a process of its own; with `repeat`, one training after another, each in a new store. */
function train(pipeline: string, { repeat = false } = {}): { ended: Promise<void>; stop(): Promise<void> } {
  let isWanted = true;
  let child: ReturnType<typeof fork> | undefined;
  const once = (store: string) =>
    new Promise<void>((resolve, reject) => {
      child = fork(join(root, 'cli/main.ts'), ['run', join(root, pipeline), '--store', store, '--json'], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let errors = '';
      child.stderr?.on('data', (chunk) => {
        errors = `${errors}${chunk}`.slice(-2_000);
      });
      child.once('exit', (code) => {
        if (code === 0 || !isWanted) resolve();
        else reject(new Error(`expected ${pipeline} to train, found exit code ${code}: ${errors}`));
      });
    });
  const ended = (async () => {
    if (!repeat) return once(folder);
    for (let nth = 0; isWanted; nth++) await once(join(folder, `beside-${nth}`));
  })();
  const stop = async () => {
    isWanted = false;
    child?.kill();
    await ended;
  };
  return { ended, stop };
}

function print(when: string, result: LoadResult): LoadResult {
  const ms = (value: number) => `${value.toFixed(2)} ms`.padStart(13);
  const { perSecond: reached, errors, p50, p99, longest, longestPause, tenths } = result;
  console.log(
    `  ${when.padEnd(22)}${reached.toFixed(0).padStart(8)}${String(errors).padStart(9)}` +
      [p50, p99, longest, longestPause].map(ms).join(''),
  );
  if (values.timeline) console.log(`    ${tenths.map((longestMs) => longestMs.toFixed(0)).join(' ')}`);
  return result;
}
