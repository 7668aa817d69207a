import { expect, test } from 'vitest';
import { threadCount } from '../../lib/jobs/thread-count.ts';

test.each([
  // On a machine, what it has.
  [{ available: 8, environment: {} }, 8],
  // On Lambda, a thread for each 1,769 MB, though a process sees two processors from 128 MB on.
  [{ available: 2, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128' } }, 1],
  [{ available: 2, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' } }, 1],
  [{ available: 2, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3537' } }, 1],
  [{ available: 3, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3538' } }, 2],
  [{ available: 6, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '10240' } }, 5],
  [{ available: 2, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '10240' } }, 2],
  // The user's word wins, that of the command over that of the environment.
  [{ available: 2, environment: { HONE_THREADS: '3' } }, 3],
  [{ available: 2, environment: { HONE_THREADS: '3', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128' } }, 3],
  [{ asked: 1, available: 8, environment: { HONE_THREADS: '3' } }, 1],
  [{ available: 2, environment: { HONE_THREADS: 'many' } }, 2],
  [{ available: 2, environment: { HONE_THREADS: '' } }, 2],
  // The process would not survive thousands of threads.
  [{ available: 2, environment: { HONE_THREADS: '100000' } }, 64],
  [{ available: 192, environment: {} }, 64],
])('%j works with %i threads', (machine, threads) => {
  expect(threadCount(machine)).toBe(threads);
});
