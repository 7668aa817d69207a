import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { count, type Extent, type Summary } from '../summary.ts';
import { type Told, tellHistory } from './history.ts';

interface Share {
  from: number;
  to: number;
}

interface Tally {
  events: number;
  executions: number;
  broken: Pick<Told, 'seed' | 'breaches'>[];
}

/** Tells histories of consecutive seeds, on all cores. */
export async function tellHistories(
  { seed, short }: Extent,
  { histories = short ? 40 : 10_000 }: { histories?: number } = {},
): Promise<Summary> {
  const size = Math.min(250, Math.ceil(histories / availableParallelism()));
  const shares: Share[] = [];
  for (let from = seed; from < seed + histories; from += size) {
    shares.push({ from, to: Math.min(seed + histories, from + size) });
  }
  const tallies: Tally[] = [];
  const work = async () => {
    for (let share = shares.shift(); share; share = shares.shift()) tallies.push(await inWorker(share));
  };
  // A worker costs a second to begin: one history after another is quicker where there are few.
  if (short) tallies.push(await tellShare({ from: seed, to: seed + histories }));
  else await Promise.all(Array.from({ length: availableParallelism() }, work));

  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const broken = tallies.flatMap((tally) => tally.broken);
  return {
    tried: `${count(histories)} histories of ${count(sum(({ events }) => events))} events and ${count(sum(({ executions }) => executions))} workflows`,
    passed: histories - broken.length,
    failed: broken.length,
    failures: broken.map(({ seed: failing, breaches }) => {
      return `seed ${failing}: ${breaches.map(({ promise, found }) => `${promise}: ${found}`).join('; ')}`;
    }),
  };
}

function inWorker(share: Share): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function tellShare({ from, to }: Share): Promise<Tally> {
  const tally: Tally = { events: 0, executions: 0, broken: [] };
  for (let seed = from; seed < to; seed++) {
    const { steps, executions, breaches } = await tellHistory(seed);
    tally.events += steps;
    tally.executions += executions;
    if (breaches.length > 0) tally.broken.push({ seed, breaches });
  }
  return tally;
}

if (!isMainThread && parentPort && isShare(workerData)) {
  // Nobody reads the stacks of faults that were injected, and they cost a tenth of the time.
  Error.stackTraceLimit = 0;
  parentPort.postMessage(await tellShare(workerData));
}

function isShare(data: unknown): data is Share {
  return typeof data === 'object' && data !== null && 'from' in data && 'to' in data;
}
