import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { type LossFormula, linearPass } from '../../lib/kernels/linear-pass.ts';
import { addSingleSoftmaxRows } from '../../lib/kernels/single-softmax-pass-reference.ts';
import { smoothCrossEntropy } from '../../lib/losses/cross-entropy.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { blocksOf } from '../models/some-examples.ts';

function rowsOf(rowCount: number, inputs: number, outputs: number, weighted = false) {
  const random = seededRandom(rowCount + 1000 * inputs + outputs);
  return {
    inputs,
    outputs,
    features: Float32Array.from({ length: rowCount * inputs }, () => random.normal()),
    targets: Float64Array.from({ length: rowCount }, (_, row) => (row * 7) % outputs),
    ...(weighted && { weights: Float64Array.from({ length: rowCount }, () => random.nextFloat() + 0.1) }),
    blockOffsets: blocksOf(rowCount, 70),
  };
}

const someParameters = (length: number) => Float64Array.from({ length }, (_, i) => ((i * 37) % 11) / 9 - 0.5);
const hex = (numbers: Float64Array) => Buffer.from(numbers.buffer).toString('hex');

test.each([
  [0, 2],
  [1, 3],
  [3, 2],
  [4, 5],
  [8, 10],
  [13, 7],
  [28, 4],
  [40, 3],
  [300, 10],
])('%i columns, %i classes: the kernel has the bits of its reference', (inputs, outputs) => {
  for (const labelSmoothing of [0, 0.1]) {
    const loss = smoothCrossEntropy({ labelSmoothing });
    for (const rowCount of [1, 4, 7, 75, 142]) {
      const rows = rowsOf(rowCount, inputs, outputs, rowCount % 2 === 0);
      const parameters = someParameters(outputs * (inputs + 1));
      const width = parameters.length + 1;
      const blockCount = rows.blockOffsets.length - 1;
      const [found, expected] = [new Float64Array(blockCount * width), new Float64Array(blockCount * width)];
      linearPass(rows, loss.formula as LossFormula, { products: 'float32' }).sumBlocks(parameters, found);
      for (let block = 0; block < blockCount; block++) {
        const [from, end] = [rows.blockOffsets[block], rows.blockOffsets[block + 1]];
        addSingleSoftmaxRows(rows, loss.evaluate, parameters, from, end, expected, block * width);
      }
      expect(hex(found)).toBe(hex(expected));
    }
  }
});

test('it lies as near to that in float64 as float32 promises, over all rows and in batches', () => {
  const { features: data, targets, blockOffsets } = rowsOf(6000, 20, 6);
  const model = createModel({ kind: 'softmax', inputs: 20, classCount: 6 });
  const examples = { features: { rowCount: 6000, columnCount: 20, data }, targets, blockOffsets };
  const parameters = someParameters(model.parameterCount);
  for (const batchSize of [undefined, 256]) {
    const [exact, near] = [model.initial(), model.initial()];
    const loss64 = model.objective(examples, { batchSize }).evaluate(parameters, exact, 1);
    const loss32 = model.objective(examples, { batchSize, products: 'float32' }).evaluate(parameters, near, 1);
    expect(Math.abs(loss32 - loss64)).toBeLessThan(1e-6 * loss64);
    for (let i = 0; i < near.length; i++)
      expect(Math.abs(near[i] - exact[i])).toBeLessThan(1e-6 * Math.hypot(...exact));
  }
});

test.each(['logistic', 'softmax'] as const)(
  'the focal loss of a %s model has no kernel, and takes none for its own',
  (kind) => {
    const classCount = kind === 'softmax' ? 6 : 2;
    const { features: data, targets, blockOffsets } = rowsOf(60, 3, classCount);
    const model = createModel({ kind, inputs: 3, classCount, loss: 'focal' });
    const examples = { features: { rowCount: 60, columnCount: 3, data }, targets, blockOffsets };
    const plain = { ...examples, features: { ...examples.features, data: Float64Array.from(data) } };
    const [found, expected] = [model.initial(), model.initial()];
    const parameters = someParameters(model.parameterCount);
    expect(model.objective(examples, { products: 'float32' }).evaluate(parameters, found, 0)).toBe(
      model.objective(plain).evaluate(parameters, expected, 0),
    );
    expect(found).toEqual(expected);
  },
);
