import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { addCurvature } from '../../lib/kernels/linear-curvature-reference.ts';
import { type LossFormula, linearPass, paddedColumns } from '../../lib/kernels/linear-pass.ts';
import { addSingleRows, expOfNegative, type ShortLoss } from '../../lib/kernels/single-linear-pass-reference.ts';
import { type LossRequest, makeLoss } from '../../lib/losses/losses.ts';
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

const someParameters = (length: number) =>
  Float64Array.from({ length }, (_, i) => (((i * 37) % 11) / 9 - 0.5) / (1 + i / 8));

const hex = (numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer).toString('hex');

function bits(model: Model, examples: Examples, options: ObjectiveOptions): string {
  const objective = model.objective(examples, options);
  const gradient = model.initial();
  const parameters = someParameters(gradient.length);
  const seen: number[] = [];
  const steps = objective.stepsPerEpoch;
  for (const step of new Set([0, 1, steps - 1, steps + 2]))
    seen.push(objective.evaluate(parameters, gradient, step), ...gradient);
  return hex(seen);
}

/** The same pass by the reference of the kernel in float32. */
function singleBits(request: LossRequest, { features, blockOffsets, ...rest }: Examples): string {
  const { columnCount: inputs, rowCount } = features;
  const rows = { inputs, features: features.data as Float32Array, blockOffsets, ...rest };
  const short = request.name === 'squared' || (request.name === 'logistic' && !request.labelSmoothing);
  const loss = { ...makeLoss(request), ...(short && { short: request.name as ShortLoss }) };
  const width = inputs + 2;
  const parameters = someParameters(inputs + 1);
  const [blocks, stretch] = [new Float64Array((blockOffsets.length - 1) * width), new Float64Array(width)];
  for (let block = 0; block + 1 < blockOffsets.length; block++)
    addSingleRows(rows, loss, parameters, blockOffsets[block], blockOffsets[block + 1], blocks, block * width);
  addSingleRows(rows, loss, parameters, 1, rowCount, stretch, 0);
  return hex([...blocks, ...stretch]);
}

function singleKernelBits(request: LossRequest, { features, blockOffsets, ...rest }: Examples): string {
  const { columnCount: inputs, rowCount } = features;
  const rows = { inputs, features: features.data as Float32Array, blockOffsets, ...rest };
  const width = inputs + 2;
  const pass = linearPass(rows, makeLoss(request).formula as LossFormula, { products: 'float32' });
  const [blocks, stretch] = [new Float64Array((blockOffsets.length - 1) * width), new Float64Array(width)];
  pass.sumBlocks(someParameters(inputs + 1), blocks);
  pass.addRows(someParameters(inputs + 1), 1, rowCount, stretch, 0);
  return hex([...blocks, ...stretch]);
}

describe.each(Object.entries(requests))('%s, products in float32', (_, loss) => {
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 11, 20, 22, 27, 28, 31, 32, 35, 37, 300])(
    '%i columns: the kernel has the bits of its reference',
    (inputs) => {
      for (const rowCount of [1, 2, 3, 4, 5, 66, 131]) {
        for (const weighted of [false, true]) {
          const examples = examplesOf(loss, { rowCount, inputs, weighted });
          expect(singleKernelBits(loss, examples)).toBe(singleBits(loss, examples));
        }
      }
    },
  );

  test('it lies as near to that in float64 as float32 promises', () => {
    const model = createModel({ kind: isBinary(loss) ? 'logistic' : 'linear', inputs: 9, loss });
    const examples = examplesOf(loss, { rowCount: 6000, inputs: 9 });
    const parameters = someParameters(10).map((value) => value / 300);
    const [exact, near] = [model.initial(), model.initial()];
    const loss64 = model.objective(examples).evaluate(parameters, exact, 0);
    const loss32 = model.objective(examples, { products: 'float32' }).evaluate(parameters, near, 0);
    const size = Math.hypot(...exact);
    expect(Math.abs(loss32 - loss64)).toBeLessThan(1e-7 * loss64);
    for (let i = 0; i < near.length; i++) expect(Math.abs(near[i] - exact[i])).toBeLessThan(1e-6 * size);
  });
});

test('the exponential of the pass in float32 lies within 1.2 · (1 + |x|) units in the last place, from 0 down to where it ends', () => {
  for (let x = 0; x > -87.3; x -= 0.0037) {
    const [at, exact] = [Math.fround(x), Math.exp(Math.fround(x))];
    const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
    expect(Math.abs(expOfNegative(at) - exact) / unit).toBeLessThan(1.2 * (1 + Math.abs(x)));
  }
  expect([0, -87.34, -1000].map(expOfNegative)).toEqual([1, 2 ** -126, 2 ** -126]);
});

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

test.each([{}, { batchSize: 2, seed: 1 }])(
  'two small objectives share a room without a trace of one another: %j',
  (options) => {
    const [one, other] = [1, 2].map((inputs) => {
      const model = createModel({ kind: 'linear', inputs });
      const objective = model.objective(examplesOf({ name: 'squared' }, { rowCount: 9, inputs }), options);
      return (step: number) => objective.evaluate(model.initial(), model.initial(), step);
    });
    const alone = [one(0), one(1), other(0), other(1)];
    expect([one(0), other(0), one(1), other(1)]).toEqual([alone[0], alone[2], alone[1], alone[3]]);
  },
);

describe.each(['squared', 'log-cosh', 'poisson', 'gamma', 'tweedie', 'logistic'])('%s, curvature', (name) => {
  const request = requests[name];

  test.each([0, 1, 2, 3, 4, 7, 8, 11, 28, 70])('%i columns: the kernel has the bits of its reference', (inputs) => {
    for (const rowCount of [1, 5, 66, 131]) {
      for (const weighted of [false, true]) {
        const { features, ...rest } = examplesOf(request, { rowCount, inputs, weighted });
        const rows = { inputs, features: features.data as Float32Array, ...rest };
        const { formula, curvatures: curve } = makeLoss(request);
        const [blockCount, size] = [rest.blockOffsets.length - 1, paddedColumns(inputs) ** 2];
        const parameters = someParameters(inputs + 1);
        const scores = createModel({ kind: isBinary(request) ? 'logistic' : 'linear', inputs, loss: request }).scores(
          parameters,
          features,
        );
        const curvatures = new Float64Array(rowCount);
        curve?.(scores, rest.targets, rowCount, 1, curvatures);
        const pass = linearPass(rows, formula as LossFormula, { curvedBlocks: 1 });
        for (let block = 0; block < blockCount; block++) {
          const expected = new Float64Array(size);
          addCurvature(rows, curvatures, rest.blockOffsets[block], rest.blockOffsets[block + 1], expected);
          pass.curveBlocks(parameters, block, 1);
          const isMeant = (_: number, i: number) => i % paddedColumns(inputs) <= Math.floor(i / paddedColumns(inputs));
          const meant = (sums: Float64Array) =>
            hex([...sums].filter(isMeant).filter((_, i) => i < ((inputs + 1) * (inputs + 2)) / 2));
          expect(meant(pass.curved)).toBe(meant(expected));
        }
      }
    }
  });
});
