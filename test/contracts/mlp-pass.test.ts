import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { type LossFormula, linearPass, type SingleActivation } from '../../lib/kernels/linear-pass.ts';
import { addSingleMlpRows } from '../../lib/kernels/single-mlp-pass-reference.ts';
import { type LossRequest, makeLoss } from '../../lib/losses/losses.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { blocksOf } from '../models/some-examples.ts';

function rowsOf(rowCount: number, inputs: number, outputs: number) {
  const random = seededRandom(rowCount + 1000 * inputs + outputs);
  return {
    inputs,
    outputs,
    features: Float32Array.from({ length: rowCount * inputs }, () => random.normal()),
    targets: Float64Array.from({ length: rowCount }, (_, row) => (row * 7) % Math.max(2, outputs)),
    ...(rowCount % 2 === 0 && { weights: Float64Array.from({ length: rowCount }, () => random.nextFloat() + 0.1) }),
    blockOffsets: blocksOf(rowCount, 70),
  };
}

const hex = (numbers: Float64Array) => Buffer.from(numbers.buffer).toString('hex');
const random = seededRandom(77);
const someParameters = (length: number) => Float64Array.from({ length }, () => random.normal() / 3);

const cases: [number, number[], SingleActivation, LossRequest, number][] = [
  [28, [64, 32], 'relu', { name: 'logistic' }, 1],
  [5, [3], 'tanh', { name: 'squared' }, 1],
  [1, [1, 1, 1], 'sigmoid', { name: 'poisson' }, 1],
  [7, [12, 9], 'relu', { name: 'cross-entropy', labelSmoothing: 0.1 }, 5],
  [4, [8, 16], 'sigmoid', { name: 'cross-entropy' }, 3],
  [9, [], 'relu', { name: 'huber' }, 1],
  [0, [5], 'tanh', { name: 'hinge' }, 1],
];

test.each(cases)(
  '%i columns, layers %j, %s, %o: the kernel has the bits of its reference',
  (inputs, hidden, activation, request, outputs) => {
    const loss = makeLoss(request, outputs);
    const widths = [inputs, ...hidden, outputs];
    const parameterCount = widths.slice(1).reduce((sum, width, i) => sum + (widths[i] + 1) * width, 0);
    for (const rowCount of [1, 4, 7, 75, 142]) {
      const rows = rowsOf(rowCount, inputs, outputs);
      const parameters = someParameters(parameterCount);
      const width = parameterCount + 1;
      const blockCount = rows.blockOffsets.length - 1;
      const [found, expected] = [new Float64Array(blockCount * width), new Float64Array(blockCount * width)];
      const network = { hidden, activation };
      linearPass(rows, loss.formula as LossFormula, { products: 'float32', network }).sumBlocks(parameters, found);
      for (let block = 0; block < blockCount; block++) {
        const [from, end] = [rows.blockOffsets[block], rows.blockOffsets[block + 1]];
        addSingleMlpRows(rows, network, loss.evaluate, parameters, from, end, expected, block * width);
      }
      expect(hex(found)).toBe(hex(expected));
    }
  },
);

test.each([
  [300, [24, 16], [128, 128, 44]],
  [513, [24, 16], [129, 129, 129, 126]],
  [300, [6], [300]],
])('a batch of %i rows, layers %j, is the sum of shares of %j rows, to the bit', (batch, hidden, shares) => {
  const [inputs, rowCount] = [30, 700];
  const loss = makeLoss({ name: 'logistic' }, 1);
  const [rows, network] = [rowsOf(rowCount, inputs, 1), { hidden, activation: 'tanh' as const }];
  const widths = [inputs, ...hidden, 1];
  const width = widths.slice(1).reduce((sum, outputs, i) => sum + (widths[i] + 1) * outputs, 1);
  const parameters = someParameters(width - 1);
  const visited = Int32Array.from({ length: batch }, (_, i) => (i * 37) % rowCount);
  const pass = linearPass(rows, loss.formula as LossFormula, { products: 'float32', network, batch, window: batch });
  pass.prefetch(visited, visited, batch);
  const gathered = {
    ...rows,
    features: Float32Array.from(
      [...visited].flatMap((row) => [...rows.features.subarray(row * inputs, (row + 1) * inputs)]),
    ),
    targets: Float64Array.from(visited, (row) => rows.targets[row]),
    weights: rows.weights && Float64Array.from(visited, (row) => (rows.weights as Float64Array)[row]),
  };
  for (const [count, ofShares] of [
    [batch, shares],
    [100, [100]],
  ] as const) {
    for (const [add, from] of [
      [pass.addVisited, gathered],
      [pass.addRows, rows],
    ] as const) {
      const found = Float64Array.from({ length: width }, (_, i) => i / 7);
      const expected = found.slice();
      let next = 0;
      for (const [share, length] of ofShares.entries()) {
        const sums = share === 0 ? expected : new Float64Array(width);
        addSingleMlpRows(from, network, loss.evaluate, parameters, next, next + length, sums, 0);
        if (share > 0) for (let i = 0; i < width; i++) expected[i] += sums[i];
        next += length;
      }
      add(parameters, 0, count, found, 0);
      expect(hex(found), `${count} rows`).toBe(hex(expected));
    }
  }
});

test.each(['relu', 'tanh', 'sigmoid', 'gelu'] as const)(
  '%s: it lies as near to that in float64 as float32 promises, over all rows and in batches',
  (activation) => {
    const [rowCount, inputs] = [3000, 20];
    const { features: data, targets, blockOffsets } = rowsOf(rowCount, inputs, 4);
    const model = createModel({ kind: 'mlp', inputs, classCount: 4, hidden: [16, 7], activation });
    const examples = { features: { rowCount, columnCount: inputs, data }, targets, blockOffsets };
    const parameters = model.initial();
    for (const batchSize of [undefined, 256]) {
      const [exact, near] = [model.initial(), model.initial()];
      const loss64 = model.objective(examples, { batchSize }).evaluate(parameters, exact, 1);
      const loss32 = model.objective(examples, { batchSize, products: 'float32' }).evaluate(parameters, near, 1);
      expect(Math.abs(loss32 - loss64)).toBeLessThan(1e-6 * loss64);
      for (let i = 0; i < near.length; i++)
        expect(Math.abs(near[i] - exact[i])).toBeLessThan(1e-5 * Math.hypot(...exact));
    }
  },
);
