import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { createModel } from '../../lib/models/create-model.ts';

const random = seededRandom(5);

test.each([
  [1, 1, 1],
  [9000, 28, 1],
  [4097, 7, 3],
  [130, 33, 5],
])('%i rows of %i features have the bits of the plain code, with %i scores a row', (rowCount, inputs, outputs) => {
  const model =
    outputs === 1
      ? createModel({ kind: 'logistic', inputs })
      : createModel({ kind: 'softmax', inputs, classCount: outputs });
  const plain = Float32Array.from({ length: rowCount * inputs }, () => random.normal());
  const home = kernelMemory();
  const address = home.allocate(plain.byteLength);
  const here = new Float32Array(home.memory.buffer, address, plain.length);
  here.set(plain);
  const parameters = Float64Array.from({ length: model.parameterCount }, () => random.normal());
  const features = (data: Float32Array) => ({ rowCount, columnCount: inputs, data });
  expect(model.scores(parameters, features(here))).toEqual(model.scores(parameters, features(plain)));
});

test('scores that are asked for again and again take no more memory', () => {
  const model = createModel({ kind: 'linear', inputs: 2 });
  const home = kernelMemory();
  const address = home.allocate(8 * 5000);
  const features = {
    rowCount: 5000,
    columnCount: 2,
    data: new Float32Array(home.memory.buffer, address, 10_000).fill(1),
  };
  const [first, second] = [1, 2].map((value) => model.scores(Float64Array.of(value, 0, 1), features));
  const before = home.allocate(0);
  expect(model.scores(Float64Array.of(3, 0, 1), features)[4999]).toBe(4);
  expect(home.allocate(0)).toBe(before);
  // Earlier results are not overwritten.
  expect([first[0], second[4999]]).toEqual([2, 3]);
});
