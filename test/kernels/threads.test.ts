import { afterAll, expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { type WorkerPool, workerPool } from '../../lib/kernels/worker-pool.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, ObjectiveOptions } from '../../lib/models/model.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { newton } from '../../lib/optimizers/newton.ts';
import { blocksOf } from '../models/some-examples.ts';

const [rowCount, inputs] = [20_000, 9];
const home = kernelMemory();
const opened: WorkerPool[] = [];
afterAll(() => {
  for (const pool of opened) pool.close();
});

function useThreads(threads: number): void {
  if (threads === 1) {
    attachPool(onThisThread(home));
    return;
  }
  const pool = workerPool({ memory: home, threads, workerSource });
  opened.push(pool);
  attachPool(pool);
}

const address = home.allocate(4 * rowCount * inputs);
const data = new Float32Array(home.memory.buffer, address, rowCount * inputs);
const random = seededRandom(3);
for (let i = 0; i < data.length; i++) data[i] = random.normal();
const targets = Float64Array.from({ length: rowCount }, (_, row) => (random.normal() + data[row * inputs] > 0 ? 1 : 0));
// Blocks of unequal length, one of them empty.
const blockOffsets = Int32Array.from([0, 0, 1, ...blocksOf(rowCount - 7, 1777).subarray(1), rowCount]);
const examples: Examples = {
  features: { rowCount, columnCount: inputs, data } as Examples['features'],
  targets,
  blockOffsets,
};

const bytes = (vector: Float64Array) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

const cases: Record<string, { options: ObjectiveOptions; rule: ReturnType<typeof lbfgs> | ReturnType<typeof newton> }> =
  {
    'L-BFGS': { options: { l2: 1e-4 }, rule: lbfgs() },
    'L-BFGS, products in float32': { options: { l2: 1e-4, products: 'float32' }, rule: lbfgs() },
    "Newton's method": { options: { l2: 1e-4 }, rule: newton() },
  };

test.each(Object.entries(cases))('%s: one, two and three threads end with the same bits', (_, { options, rule }) => {
  const hashes = [1, 2, 3].map((threads) => {
    useThreads(threads);
    const model = createModel({ kind: 'logistic', inputs });
    const objective = model.objective(examples, options);
    const { parameters, loss } = minimise(objective, {
      rule: rule as never,
      initial: model.initial(),
      stop: { steps: 12 },
    });
    return sha256Hex(bytes(Float64Array.of(...parameters, loss)));
  });
  expect(new Set(hashes).size).toBe(1);
});

test('a network in batches: one, two and three threads end with the same bits', async () => {
  const hashes: string[] = [];
  for (const threads of [1, 2, 3]) {
    useThreads(threads);
    const model = createModel({ kind: 'mlp', inputs, classCount: 2, hidden: [48, 24], seed: 2 });
    const objective = model.objective(examples, { products: 'float32', batchSize: 700, seed: 5 });
    // Time for the threads to start.
    await new Promise((resolve) => setTimeout(resolve, threads === 1 ? 0 : 300));
    const { parameters, loss } = minimise(objective, { rule: adam(), initial: model.initial(), stop: { epochs: 3 } });
    hashes.push(sha256Hex(bytes(Float64Array.of(...parameters, loss))));
  }
  expect(new Set(hashes).size).toBe(1);
});
