import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import type { SparseMatrix } from '../../lib/core/sparse-matrix.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool } from '../../lib/kernels/pool.ts';
import { workerPool } from '../../lib/kernels/worker-pool.ts';
import type { LossRequest } from '../../lib/losses/losses.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, ObjectiveOptions } from '../../lib/models/model.ts';
import { blocksOf } from '../models/some-examples.ts';

// Sparse features of float64 go through plain TypeScript, of float32 through the kernel. Each must give the other's bits,
// and those of the same rows written out.

const requests: LossRequest[] = [
  { name: 'squared' },
  { name: 'absolute' },
  { name: 'huber', delta: 0.7 },
  { name: 'quantile', quantile: 0.3 },
  { name: 'log-cosh' },
  { name: 'poisson' },
  { name: 'gamma' },
  { name: 'tweedie', power: 1.4 },
  { name: 'logistic' },
  { name: 'logistic', labelSmoothing: 0.2 },
  { name: 'hinge', smoothing: 0.5 },
  { name: 'squared-hinge' },
];

interface Case {
  rowCount: number;
  inputs: number;
  weighted?: boolean;
}

const isBinary = (loss: LossRequest) => loss.name === 'logistic' || loss.name.includes('hinge');

/** Rows with no elements, with a few, and with all. */
function sparseRows({ rowCount, inputs }: Case): SparseMatrix & { data: Float32Array } {
  const random = seededRandom(rowCount * 1000 + inputs);
  const [columns, values, rowStarts]: number[][] = [[], [], [0]];
  for (let row = 0; row < rowCount; row++) {
    const share = row % 7 === 2 ? 0 : row % 11 === 5 ? 1 : 0.2;
    for (let column = 0; column < inputs; column++) {
      if (random.nextFloat() >= share) continue;
      columns.push(column);
      values.push(random.normal() * (row % 17 === 3 ? 300 : 1));
    }
    rowStarts.push(columns.length);
  }
  return {
    rowCount,
    columnCount: inputs,
    rowStarts: Float64Array.from(rowStarts),
    columns: Int32Array.from(columns),
    data: Float32Array.from(values),
  };
}

function examplesOf(loss: LossRequest, given: Case): Examples & { features: SparseMatrix & { data: Float32Array } } {
  const { rowCount, weighted } = given;
  const random = seededRandom(rowCount);
  return {
    features: sparseRows(given),
    targets: Float64Array.from({ length: rowCount }, (_, row) =>
      isBinary(loss) ? random.nextInt(2) : loss.name === 'gamma' ? row + 0.5 : row % 4,
    ),
    ...(weighted && { weights: Float64Array.from({ length: rowCount }, () => random.nextInt(4) / 2) }),
    blockOffsets: blocksOf(rowCount, 100),
  };
}

type SparseExamples = ReturnType<typeof examplesOf>;

const wide = ({ features, ...rest }: SparseExamples): Examples => ({
  ...rest,
  features: { ...features, data: Float64Array.from(features.data) },
});

function resident({ features, ...rest }: SparseExamples, threads: number): Examples {
  const home = kernelMemory();
  const { data } = features;
  const address = home.allocate(4 * data.length + 64) + 4;
  const there = new Float32Array(home.memory.buffer, address, data.length);
  there.set(data);
  if (threads > 1) attachPool(workerPool({ memory: home, threads, workerSource }));
  return { ...rest, features: { ...features, data: there } };
}

const someParameters = (length: number) =>
  Float64Array.from({ length }, (_, i) => (((i * 37) % 11) / 9 - 0.5) / (1 + i / 8));

function bits(loss: LossRequest, examples: Examples, options: ObjectiveOptions): string {
  const inputs = examples.features.columnCount;
  const model = createModel({ kind: isBinary(loss) ? 'logistic' : 'linear', inputs, loss });
  const objective = model.objective(examples, options);
  const gradient = model.initial();
  const parameters = someParameters(gradient.length);
  const seen: number[] = [];
  for (const step of new Set([0, 1, objective.stepsPerEpoch - 1, objective.stepsPerEpoch + 2])) {
    parameters[0] += 0.125;
    seen.push(objective.evaluate(parameters, gradient, step), ...gradient);
  }
  return Buffer.from(Float64Array.from(seen).buffer).toString('hex');
}

const ways: ObjectiveOptions[] = [
  { l2: 0.1 },
  { batchSize: 3, seed: 5 },
  { batchSize: 70, seed: 5 },
  { batchSize: 5, shuffle: false },
];

describe.each(requests)('%j', (loss) => {
  test.each([1, 2, 5, 40])('%i columns: the kernel has the bits of plain code', (inputs) => {
    for (const rowCount of [1, 2, 66, 131, 260]) {
      for (const weighted of [false, true]) {
        const examples = examplesOf(loss, { rowCount, inputs, weighted });
        if (weighted && !examples.weights?.some((weight) => weight > 0)) continue;
        for (const options of ways) expect(bits(loss, examples, options)).toBe(bits(loss, wide(examples), options));
      }
    }
  });
});

test('the same holds in a kernel memory, on any number of threads, and for too many values for the shared room', () => {
  const loss: LossRequest = { name: 'logistic' };
  const examples = examplesOf(loss, { rowCount: 20_000, inputs: 40, weighted: true });
  for (const options of [{}, { batchSize: 256, seed: 3 }]) {
    const expected = bits(loss, wide(examples), options);
    expect(bits(loss, examples, options)).toBe(expected);
    for (const threads of [1, 2, 3]) expect(bits(loss, resident(examples, threads), options)).toBe(expected);
  }
});
