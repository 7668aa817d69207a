import { seededRandom } from '../lib/core/random.ts';
import { workerSource } from '../lib/data/kernel-worker.generated.ts';
import { type KernelMemory, kernelMemory } from '../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../lib/kernels/pool.ts';
import { workerPool } from '../lib/kernels/worker-pool.ts';
import { sigmoid } from '../lib/losses/logistic.ts';
import type { Examples } from '../lib/models/model.ts';

/** Examples whose features lie in a kernel memory, as those of a job do. */
export interface BenchExamples extends Examples {
  home: KernelMemory;
}

/**
 * Two classes, and as many standardised features as asked for, some of them skewed, some correlated, and a part of what
 * tells the classes apart beyond a linear model: data of the shape of HIGGS.
 */
export function binaryExamples(rowCount: number, columnCount: number, { sorted = false } = {}): BenchExamples {
  const home = kernelMemory();
  const address = home.allocate(4 * rowCount * columnCount);
  const features = new Float32Array(home.memory.buffer, address, rowCount * columnCount);
  const targets = new Float64Array(rowCount);
  const random = seededRandom(1);
  const truth = Float64Array.from({ length: columnCount }, () => 0.28 * random.normal());
  const row = new Float64Array(columnCount);
  let written = 0;
  while (written < rowCount) {
    let score = -0.2;
    for (let j = 0; j < columnCount; j++) {
      const z = random.normal();
      row[j] = j % 4 === 0 ? z + 0.3 * (z * z - 1) : j % 4 === 3 ? (random.nextFloat() * 2 - 1) * 1.732 : z;
      if (j % 7 === 3) row[j] = 0.7 * row[j - 1] + 0.714 * row[j];
      score += truth[j] * row[j];
    }
    if (columnCount > 9) score += 0.5 * row[1] * row[2] - 0.4 * row[5] * row[9];
    const label = random.nextFloat() < sigmoid(score) ? 1 : 0;
    // A sorted file has the rows of label 0 first, as many as there are of label 1.
    if (sorted && label !== (written < rowCount / 2 ? 0 : 1)) continue;
    features.set(row, written * columnCount);
    targets[written++] = label;
  }
  return { features: { rowCount, columnCount, data: features }, targets, blockOffsets: blocksOf(rowCount), home };
}

/** As the canonical blocks of a CSV of eight digits a number come out: some 30,000 rows of 28 columns. */
function blocksOf(rowCount: number, blockRows = 29_800): Int32Array {
  const count = Math.ceil(rowCount / blockRows);
  return Int32Array.from({ length: count + 1 }, (_, block) => Math.min(rowCount, block * blockRows));
}

/** Runs what lies in a memory on so many threads from now on; the answer ends them. */
export function useThreads(memory: KernelMemory, threads: number): () => void {
  if (threads === 1) {
    attachPool(onThisThread(memory));
    return () => {};
  }
  const pool = workerPool({ memory, threads, workerSource });
  attachPool(pool);
  return () => pool.close();
}
