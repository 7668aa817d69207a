import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/**
 * Bytes that an action allocates in each of `count` runs, on average: of the heap and of typed arrays, once it has been
 * run often enough to be compiled. Nothing is collected while it is counted, as long as it allocates little; where more
 * than the heap's young generation is allocated, the answer is too low, and still large.
 */
export function countBytes(action: () => void, count = 10_000): number {
  for (let i = 0; i < 3000; i++) action();
  let least = Infinity;
  // What else the process does in the meantime only adds: the least of a few is the action's own.
  for (let attempt = 0; attempt < 2; attempt++) {
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < count; i++) action();
    const after = process.memoryUsage();
    const heap = after.heapUsed - before.heapUsed;
    const arrays = after.arrayBuffers - before.arrayBuffers;
    least = Math.min(least, (Math.max(heap, 0) + Math.max(arrays, 0)) / count);
  }
  return least;
}
