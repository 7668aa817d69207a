import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two workers on two cores: vitest leaves one idle for itself, which needs little.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A worker loads each module once for all of its files, which saves a third of the time. So what a test changes in
    // the process (spies, the environment) it puts back; module state is reached through arguments alone.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
