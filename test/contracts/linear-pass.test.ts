import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import type { LossRequest } from '../../lib/losses/losses.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, Model, ObjectiveOptions } from '../../lib/models/model.ts';
import { blocksOf } from '../models/some-examples.ts';

// Features of float64 go through plain TypeScript, of float32 through the kernel where there is one. Each must give the
// other's bits, wherever the numbers lie.

const requests: Record<string, LossRequest> = {
  squared: { name: 'squared' },
  absolute: { name: 'absolute' },
  huber: { name: 'huber', delta: 0.7 },
  quantile: { name: 'quantile', quantile: 0.3 },
  'quantile, smoothed': { name: 'quantile', quantile: 0.8, smoothing: 0.9 },
  'log-cosh': { name: 'log-cosh' },
  poisson: { name: 'poisson' },
  gamma: { name: 'gamma' },
  tweedie: { name: 'tweedie', power: 1.4 },
  logistic: { name: 'logistic' },
  'logistic, smoothed': { name: 'logistic', labelSmoothing: 0.2 },
  hinge: { name: 'hinge' },
  'hinge, smoothed': { name: 'hinge', smoothing: 0.5 },
  'squared-hinge': { name: 'squared-hinge' },
};

const isBinary = ({ name }: LossRequest) => name === 'logistic' || name.includes('hinge');

interface Case {
  rowCount: number;
  inputs: number;
  weighted?: boolean;
}

function examplesOf(loss: LossRequest, { rowCount, inputs, weighted }: Case): Examples {
  const random = seededRandom(rowCount * 1000 + inputs);
  // Some rows far out, where exponentials leave the usual range, and some of zeros.
  const size = Array.from({ length: rowCount }, (_, row) => (row % 17 === 3 ? 300 : row % 13 === 5 ? 0 : 1));
  return {
    features: {
      rowCount,
      columnCount: inputs,
      data: Float32Array.from({ length: rowCount * inputs }, (_, i) => random.normal() * size[Math.floor(i / inputs)]),
    },
    targets: Float64Array.from({ length: rowCount }, (_, row) =>
      isBinary(loss) ? random.nextInt(2) : loss.name === 'gamma' ? row + 0.5 : row % 4,
    ),
    ...(weighted && { weights: Float64Array.from({ length: rowCount }, () => 0.5 + random.nextInt(3)) }),
    blockOffsets: blocksOf(rowCount, 100),
  };
}

const wide = (examples: Examples): Examples => ({
  ...examples,
  features: { ...examples.features, data: Float64Array.from(examples.features.data) } as Examples['features'],
});

/** The same examples with their features in a kernel memory, at an address that nothing is aligned to but their size. */
function resident(examples: Examples): Examples {
  const home = kernelMemory();
  const { data } = examples.features;
  const address = home.allocate(4 * data.length + 64) + 4;
  const there = new Float32Array(home.memory.buffer, address, data.length);
  there.set(data);
  return { ...examples, features: { ...examples.features, data: there } as Examples['features'] };
}

function bits(model: Model, examples: Examples, options: ObjectiveOptions): string {
  const objective = model.objective(examples, options);
  const gradient = model.initial();
  const parameters = Float64Array.from(gradient, (_, i) => Math.fround(((i * 37) % 11) / 9 - 0.5) / (1 + i / 8));
  const seen: number[] = [];
  const steps = objective.stepsPerEpoch;
  for (const step of new Set([0, 1, steps - 1, steps + 2]))
    seen.push(objective.evaluate(parameters, gradient, step), ...gradient);
  return Buffer.from(Float64Array.from(seen).buffer).toString('hex');
}

describe.each(Object.entries(requests))('%s', (_, loss) => {
  const kind = isBinary(loss) ? 'logistic' : 'linear';

  test.each([0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 28, 31, 40])(
    '%i columns: the kernel has the bits of plain code',
    (inputs) => {
      const model = createModel({ kind, inputs, loss });
      for (const rowCount of [1, 2, 3, 4, 5, 66, 131]) {
        for (const weighted of [false, true]) {
          const examples = examplesOf(loss, { rowCount, inputs, weighted });
          for (const options of [{}, { batchSize: 3, seed: 5 }, { batchSize: 5, shuffle: false }])
            expect(bits(model, examples, options)).toBe(bits(model, wide(examples), options));
        }
      }
    },
  );

  test('so it has where the features lie in a kernel memory, and where they are too many for the shared room', () => {
    const model = createModel({ kind, inputs: 9, loss });
    const examples = examplesOf(loss, { rowCount: 40_000, inputs: 9, weighted: true });
    for (const options of [{}, { batchSize: 256, seed: 3 }]) {
      const expected = bits(model, wide(examples), options);
      expect(bits(model, examples, options)).toBe(expected);
      expect(bits(model, resident(examples), options)).toBe(expected);
    }
  });
});

test('two small objectives share a room without a trace of one another', () => {
  const [one, other] = [1, 2].map((inputs) => {
    const model = createModel({ kind: 'linear', inputs });
    const objective = model.objective(examplesOf({ name: 'squared' }, { rowCount: 9, inputs }));
    return () => objective.evaluate(model.initial(), model.initial(), 0);
  });
  const alone = [one(), one(), other(), other()];
  expect([one(), other(), one(), other()]).toEqual([alone[0], alone[2], alone[1], alone[3]]);
});
