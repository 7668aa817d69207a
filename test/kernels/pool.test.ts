import { expect, test } from 'vitest';
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
const score = (pool: Pool, rows: number): Float64Array => beginToScore(pool, rows).finish();

function beginToScore(pool: Pool, rows: number): { finish(): Float64Array } {
  const { memory } = pool;
  const features = placeArray(memory, numbers32(rows));
  const found = memory.allocate(rows * 8);
  const description = writeStruct(memory, {
    0: features,
    4: placeArray(memory, Float64Array.of(1, 0)),
    8: found,
    12: rows,
    16: 1,
    20: 1,
  });
  const begun = pool.begin(scores, 'scoreShare', description, Math.ceil(rows / 4096), 64);
  return {
    finish() {
      begun.finish();
      return new Float64Array(memory.memory.buffer, found, rows);
    },
  };
}

const numbers32 = (rows: number) => Float32Array.from({ length: rows }, (_, row) => row);
const numbers = (rows: number) => Float64Array.from({ length: rows }, (_, row) => row);

test('every share of every job is done once, whenever the threads start', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 3, workerSource, imports: kernelHost(memory.memory) });
  try {
    // The first jobs end before the threads have started; they join later ones; some have fewer shares than threads.
    for (let job = 0; job < 60; job++) {
      const rows = 1 + ((job * 7919) % 60_000);
      expect(score(pool, rows)).toEqual(numbers(rows));
      if (job % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    pool.close();
  }
});

test('a repeated job reads its current input each time, and is not confused with another one in between', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 3, workerSource, imports: kernelHost(memory.memory) });
  try {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const rows = 5 * 4096;
    const jobs = [1, 2].map((factor) => {
      const features = placeArray(memory, numbers32(rows));
      const found = memory.allocate(rows * 8);
      const parameters = placeArray(memory, Float64Array.of(factor, 0));
      const description = writeStruct(memory, { 0: features, 4: parameters, 8: found, 12: rows, 16: 1, 20: 1 });
      return {
        factor,
        description,
        intercept: new Float64Array(memory.memory.buffer, parameters, 2).subarray(1),
        found: new Float64Array(memory.memory.buffer, found, rows),
      };
    });
    for (let round = 0; round < 600; round++) {
      const { factor, description, intercept, found } = jobs[round % 7 === 6 ? 1 : 0];
      intercept[0] = round;
      pool.run(scores, 'scoreShare', description, 5, 64);
      expect(found.every((score, row) => score === factor * row + round)).toBe(true);
    }
  } finally {
    pool.close();
  }
});

test('a thread alone does all of it', () => {
  expect(score(onThisThread(kernelMemory()), 10_000)).toEqual(numbers(10_000));
});

test('a failing task fails the job, and the next job is done nevertheless', async () => {
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

test('a job that was begun is done once, by other threads meanwhile, or when the next job needs the pool', async () => {
  const memory = kernelMemory();
  const pool = workerPool({ memory, threads: 2, workerSource, imports: kernelHost(memory.memory) });
  try {
    const alone = beginToScore(pool, 50_000);
    // This thread does nothing until the others have finished.
    const isDone = () => new Float64Array(memory.memory.buffer).includes(49_999);
    for (let i = 0; i < 200 && !isDone(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isDone()).toBe(true);
    expect(alone.finish()).toEqual(numbers(50_000));

    const [first, second] = [beginToScore(pool, 60_000), beginToScore(pool, 30_000)];
    expect(score(pool, 10_000)).toEqual(numbers(10_000));
    expect(first.finish()).toEqual(numbers(60_000));
    expect(second.finish()).toEqual(numbers(30_000));
  } finally {
    pool.close();
  }
});

test('a thread that was started before there was a pool belongs to the first pool of two threads', async () => {
  startThreadAhead();
  expect((await openPool(1, takeStarted)).threads).toBe(1);
  const pool = await openPool(2, takeStarted);
  const begun = beginToScore(pool, 50_000);
  const isDone = () => new Float64Array(pool.memory.memory.buffer).includes(49_999);
  for (let i = 0; i < 200 && !isDone(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isDone()).toBe(true);
  expect(begun.finish()).toEqual(numbers(50_000));
  expect(takeStarted()).toBeUndefined();
});

test('a job that is begun on a single thread is done at once', () => {
  const pool = onThisThread(kernelMemory());
  const begun = beginToScore(pool, 10_000);
  expect(new Float64Array(pool.memory.memory.buffer).includes(9_999)).toBe(true);
  expect(begun.finish()).toEqual(numbers(10_000));
});
