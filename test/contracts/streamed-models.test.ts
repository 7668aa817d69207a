import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import type { StreamedMatrix } from '../../lib/core/streamed-matrix.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { createModel, type ModelOptions } from '../../lib/models/create-model.ts';
import type { Examples, ObjectiveOptions } from '../../lib/models/model.ts';
import { sampleExamples } from '../../lib/models/sample-examples.ts';
import { someParameters } from '../models/some-examples.ts';

const [rowCount, inputs, blockRows] = [1_000, 9, 70];

/** What every model must obey: rows that are brought some blocks at a time give the bits of rows that are all there. */
const table: Record<string, Omit<ModelOptions, 'inputs'>> = {
  linear: { kind: 'linear' },
  'logistic, focal': { kind: 'logistic', loss: 'focal' },
  logistic: { kind: 'logistic' },
  softmax: { kind: 'softmax', classCount: 3 },
  mlp: { kind: 'mlp', hidden: [8, 4], classCount: 2 },
  'mlp, gelu': { kind: 'mlp', hidden: [8], activation: 'gelu', classCount: 2 },
  'mlp, dropout': { kind: 'mlp', hidden: [8], dropout: 0.4, classCount: 2 },
};

const ways: Record<string, ObjectiveOptions> = {
  'all rows': { l2: 0.01 },
  'all rows, products in float32': { products: 'float32' },
  'seeded batches': { batchSize: 37, seed: 3 },
  'seeded batches, products in float32': { batchSize: 64, seed: 4, products: 'float32' },
  'batches in order': { batchSize: 37, shuffle: false },
};

describe.each(Object.entries(table))('%s', (_, options) => {
  const model = createModel({ ...options, inputs });
  const parameters = someParameters(model.parameterCount);

  describe.each([1, 3, 100])('%i blocks at a time', (blocksAtATime) => {
    test.each(Object.entries(ways))('has the same loss and gradient: %s', (_, way) => {
      const [here, brought] = [examples(options), streamed(examples(options), blocksAtATime)];
      const [one, other] = [model.objective(here, way), model.objective(brought, way)];
      const [a, b] = [new Float64Array(one.length), new Float64Array(one.length)];
      // The last step begins a further epoch.
      for (const step of [0, 1, one.stepsPerEpoch - 1, one.stepsPerEpoch]) {
        expect(other.evaluate(parameters, b, step)).toBe(one.evaluate(parameters, a, step));
        expect(b).toEqual(a);
      }
    });

    test('has the same scores and mean loss', () => {
      const [here, brought] = [examples(options), streamed(examples(options), blocksAtATime)];
      expect(model.scores(parameters, brought.features)).toEqual(model.scores(parameters, here.features));
      expect(model.meanLoss(brought)(parameters)).toBe(model.meanLoss(here)(parameters));
    });
  });
});

test.each(['linear', 'logistic'] as const)('%s has the same Hessian, and closed form', (kind) => {
  const model = createModel({ kind, inputs });
  for (const rows of [rowCount, 33_000]) {
    const [one, other] = [examples({ kind }, rows), streamed(examples({ kind }, rows), 5)].map((each) =>
      model.objective(each, { l2: 0.1 }),
    );
    const parameters = someParameters(model.parameterCount);
    const found = [one, other].map((objective) => {
      const [gradient, hessian] = [new Float64Array(objective.length), new Float64Array(objective.length ** 2)];
      const loss = objective.hessian?.(parameters, gradient, hessian);
      const minimum = new Float64Array(objective.length);
      objective.solve?.(minimum);
      return { loss, gradient, hessian, minimum };
    });
    expect(found[1]).toEqual(found[0]);
  }
});

test('an epoch with more seeded windows than fit is the same', () => {
  const model = createModel({ kind: 'logistic', inputs });
  const way: ObjectiveOptions = { batchSize: 500, seed: 9, products: 'float32' };
  const [one, other] = [
    examples({ kind: 'logistic' }, 40_000),
    streamed(examples({ kind: 'logistic' }, 40_000), 5),
  ].map((each) => model.objective(each, way));
  const parameters = someParameters(model.parameterCount);
  const [a, b] = [new Float64Array(one.length), new Float64Array(one.length)];
  for (let step = 0; step < 2 * one.stepsPerEpoch; step++) {
    expect(other.evaluate(parameters, b, step)).toBe(one.evaluate(parameters, a, step));
    expect(b).toEqual(a);
  }
});

test.each([1, 3, 100])('a sample of them holds the same rows, %i blocks at a time', (blocksAtATime) => {
  const all = examples({ kind: 'logistic' }, 5_000);
  const [here, brought] = [all, streamed(all, blocksAtATime)].map((each) => sampleExamples(each, 700)?.examples);
  expect(here?.features.rowCount).toBe(640);
  expect(brought).toEqual(here);
});

/** Some rows, of which one block has none, as when all of its rows are held out. */
function examples({ kind, classCount = 2 }: Omit<ModelOptions, 'inputs'>, rows = rowCount): Examples {
  const random = seededRandom(5);
  const data = Float32Array.from({ length: rows * inputs }, () => random.normal());
  const offsets = [0];
  while (offsets[offsets.length - 1] < rows) offsets.push(Math.min(rows, offsets[offsets.length - 1] + blockRows));
  offsets.splice(3, 0, offsets[3]);
  return {
    features: { rowCount: rows, columnCount: inputs, data },
    targets: Float64Array.from({ length: rows }, () =>
      kind === 'linear' ? random.normal() : random.nextInt(classCount),
    ),
    weights: Float64Array.from({ length: rows }, () => random.nextInt(4) / 2),
    blockOffsets: Int32Array.from(offsets),
  };
}

/** The same rows, of which `blocksAtATime` blocks are in memory at a time. */
function streamed(all: Examples, blocksAtATime: number): Examples {
  const source = all.features.data as Float32Array;
  const blockCount = all.blockOffsets.length - 1;
  const stretches = [0];
  while (stretches[stretches.length - 1] < blockCount)
    stretches.push(Math.min(blockCount, stretches[stretches.length - 1] + blocksAtATime));
  const firstRows = stretches.map((block) => all.blockOffsets[block]);
  const most = Math.max(...firstRows.slice(1).map((end, i) => end - firstRows[i]));
  const home = kernelMemory();
  const address = home.allocate(4 * most * inputs);
  const data = new Float32Array(home.memory.buffer, address, most * inputs);
  const features: StreamedMatrix = {
    rowCount: all.features.rowCount,
    columnCount: inputs,
    stretches: Int32Array.from(stretches),
    firstRows: Int32Array.from(firstRows),
    data,
    load(stretch) {
      data.fill(Number.NaN).set(source.subarray(firstRows[stretch] * inputs, firstRows[stretch + 1] * inputs));
    },
    spareBytes: 0,
  };
  return { ...all, features };
}
