import { expect, test, vi } from 'vitest';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { openPool } from '../../lib/jobs/open-pool.ts';
import { takeStarted } from '../../lib/jobs/started-thread.ts';
import { startThreadAhead } from '../../lib/jobs/thread-ahead.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import * as scores from '../../lib/kernels/linear-scores.generated.ts';
import { onThisThread, type Pool } from '../../lib/kernels/pool.ts';
import { placeArray, writeStruct } from '../../lib/kernels/struct.ts';
import { workerPool } from '../../lib/kernels/worker-pool.ts';

/** Scores rows of one feature, 4,096 to a share: each is its number. */
function score(pool: Pool, rows: number): Float64Array {
  const { finish, found } = beginScoring(pool, rows);
  finish();
  return found;
}

function beginScoring(pool: Pool, rows: number): { finish: () => void; found: Float64Array } {
  const { memory } = pool;
  const features = placeArray(
    memory,
    Float32Array.from({ length: rows }, (_, row) => row),
  );
  const found = memory.allocate(rows * 8);
  const description = writeStruct(memory, {
    0: features,
    4: placeArray(memory, Float64Array.of(1, 0)),
    8: found,
    12: rows,
    16: 1,
    20: 1,
  });
  const finish = pool.begin(scores, 'scoreShare', description, Math.ceil(rows / 4096), 64);
  return { finish, found: new Float64Array(memory.memory.buffer, found, rows) };
}

const numbers = (rows: number) => Float64Array.from({ length: rows }, (_, row) => row);

test('every share of every job is done once, whenever the threads are there', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 3, workerSource, imports: kernelHost(memory.memory) });
  try {
    // The first jobs are over before the threads have started; later ones they join; some have too few shares for all.
    for (let job = 0; job < 60; job++) {
      const rows = 1 + ((job * 7919) % 60_000);
      expect(score(pool, rows)).toEqual(numbers(rows));
      if (job % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    pool.close();
  }
});

test('what is begun, other threads do while this one does something else; what comes next waits for it', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 2, workerSource, imports: kernelHost(memory.memory) });
  try {
    const begun = beginScoring(pool, 50_000);
    await vi.waitFor(() => expect(begun.found).toEqual(numbers(50_000)), { timeout: 20_000 });
    const [next, another] = [beginScoring(pool, 60_000), beginScoring(pool, 30_000)];
    expect(next.found).toEqual(numbers(60_000));
    for (const { finish } of [another, next, begun]) finish();
    expect(another.found).toEqual(numbers(30_000));
  } finally {
    pool.close();
  }
});

test('a thread that was started before there was a pool belongs to the first that has two threads', async () => {
  startThreadAhead();
  expect((await openPool(1, takeStarted)).threads).toBe(1);
  const pool = await openPool(2, takeStarted);
  const begun = beginScoring(pool, 50_000);
  await vi.waitFor(() => expect(begun.found).toEqual(numbers(50_000)), { timeout: 20_000 });
  begun.finish();
  expect(takeStarted()).toBeUndefined();
});

test('a thread alone does all of it, when it is asked for the end', () => {
  const { finish, found } = beginScoring(onThisThread(kernelMemory()), 10_000);
  expect(found).toEqual(new Float64Array(10_000));
  finish();
  expect(found).toEqual(numbers(10_000));
});

test('a task that fails fails the job, and the next one is done all the same', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 3, workerSource, imports: kernelHost(memory.memory) });
  try {
    await new Promise((resolve) => setTimeout(resolve, 200));
    // Scores that would lie beyond the memory.
    const description = writeStruct(memory, { 0: 0, 4: 0, 8: 2 ** 32 - 65_536, 12: 2 ** 24, 16: 1, 20: 1 });
    expect(() => pool.run(scores, 'scoreShare', description, 4096, 64)).toThrow();
    expect(score(pool, 50_000)).toEqual(numbers(50_000));
  } finally {
    pool.close();
  }
});
