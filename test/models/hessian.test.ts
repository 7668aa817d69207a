import { describe, expect, test } from 'vitest';
import type { Vector } from '../../lib/core/vector.ts';
import type { LossName } from '../../lib/losses/losses.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, ModelKind } from '../../lib/models/model.ts';

const cell = (i: number, j: number) => (((i * 7919 + j * 104729 + i * j * 31) % 1009) / 1009 - 0.5) * 2;
const rowCount = 90;

function examples(targetOf: (row: number) => number, offsets = [0, 13, 40, 41, 77, rowCount]): Examples {
  return {
    features: {
      rowCount,
      columnCount: 3,
      data: Float32Array.from({ length: 3 * rowCount }, (_, i) => cell(Math.floor(i / 3), i % 3)),
    },
    targets: Float64Array.from({ length: rowCount }, (_, row) => targetOf(row)),
    weights: Float64Array.from({ length: rowCount }, (_, row) => row % 4),
    blockOffsets: Int32Array.from(offsets),
  };
}

const models: [ModelKind, LossName, (row: number) => number, number?][] = [
  ['linear', 'squared', (row) => cell(row, 7)],
  ['linear', 'log-cosh', (row) => 3 * cell(row, 7)],
  ['linear', 'poisson', (row) => row % 5],
  ['linear', 'gamma', (row) => 1 + (row % 5)],
  ['linear', 'tweedie', (row) => row % 5],
  ['logistic', 'logistic', (row) => row % 2],
  ['softmax', 'cross-entropy', (row) => row % 3, 3],
];

describe.each(models)('the Hessian of a %s model with loss %s', (kind, loss, targetOf, classCount) => {
  const model = createModel({ kind, loss, inputs: 3, classCount });
  const options = { l2: 0.3 };
  const objective = model.objective(examples(targetOf), options);
  const { length } = objective;
  const parameters = Float64Array.from({ length }, (_, i) => 0.4 * cell(i, 5));
  const hessian = new Float64Array(length * length);
  const gradient = new Float64Array(length);
  const value = objective.hessian?.(parameters, gradient, hessian);
  const gradientAt = (at: Vector) => {
    const there = new Float64Array(length);
    objective.evaluate(at, there, 0);
    return there;
  };

  test('is that of central differences of the gradient, and symmetric', () => {
    for (let j = 0; j < length; j++) {
      const [above, below] = [1e-5, -1e-5].map((width) =>
        gradientAt(parameters.with(j, parameters[j] + width) as Vector),
      );
      for (let i = 0; i < length; i++) {
        expect(hessian[i * length + j]).toBeCloseTo((above[i] - below[i]) / 2e-5, 8);
        expect(hessian[i * length + j]).toBe(hessian[j * length + i]);
      }
    }
  });

  test('comes with the loss and the gradient of evaluate, to the bit', () => {
    const expected = new Float64Array(length);
    expect(value).toBe(objective.evaluate(parameters, expected, 0));
    expect(gradient).toEqual(expected);
  });

  test('adds its blocks as one tree, whatever was computed before', () => {
    const again = new Float64Array(length * length);
    objective.hessian?.(parameters, gradient, again);
    expect(again).toEqual(hessian);
    const whole = model.objective(examples(targetOf, [0, rowCount]), options);
    whole.hessian?.(parameters, gradient, again);
    again.forEach((entry, i) => {
      expect(entry).toBeCloseTo(hessian[i], 13);
    });
  });
});

test('sparse features give the Hessian and the closed form of dense ones, to the bit', () => {
  const dense = examples((row) => cell(row, 7));
  const { data } = dense.features;
  for (let i = 0; i < data.length; i += 2) data[i] = 0;
  const places = Array.from(data.keys()).filter((i) => data[i] !== 0);
  const sparse: Examples = {
    ...dense,
    features: {
      rowCount,
      columnCount: 3,
      rowStarts: Float64Array.from({ length: rowCount + 1 }, (_, row) => places.filter((i) => i < 3 * row).length),
      columns: Int32Array.from(places, (i) => i % 3),
      data: Float32Array.from(places, (i) => data[i]),
    },
  };
  const model = createModel({ kind: 'linear', inputs: 3 });
  const [expected, found] = [dense, sparse].map((data) => {
    const objective = model.objective(data, { l2: 0.1 });
    const [hessian, gradient, solution] = [new Float64Array(16), new Float64Array(4), new Float64Array(4)];
    objective.hessian?.(Float64Array.of(1, 2, 3, 4), gradient, hessian);
    objective.solve?.(solution);
    return { hessian, gradient, solution };
  });
  expect(found).toEqual(expected);
  expect(found.solution[1]).not.toBe(0);
});

test('a mini-batch objective, an L1 penalty and a loss with a kink have no Hessian', () => {
  const data = examples((row) => row % 2);
  const has = (kind: ModelKind, loss: LossName, options: object) =>
    createModel({ kind, loss, inputs: 3 }).objective(data, options).hessian !== undefined;
  expect(has('logistic', 'logistic', {})).toBe(true);
  expect(has('logistic', 'logistic', { batchSize: 8 })).toBe(false);
  expect(has('logistic', 'logistic', { l1: 0.1 })).toBe(false);
  expect(has('linear', 'absolute', {})).toBe(false);
});

describe('the closed form', () => {
  const model = createModel({ kind: 'linear', inputs: 3 });

  test.each([
    ['without a ridge', {}],
    ['with a ridge', { l2: 0.2 }],
    ['with a ridge on the intercept too', { l2: 0.2, penaliseIntercept: true }],
  ])('%s leaves no gradient', (_, options) => {
    const objective = model.objective(
      examples((row) => cell(row, 7)),
      options,
    );
    const [parameters, gradient] = [new Float64Array(4), new Float64Array(4)];
    objective.solve?.(parameters);
    objective.evaluate(parameters, gradient, 0);
    for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-15);
  });

  test('takes a column that repeats others to float32 for what it is, and shares its coefficient out', () => {
    const data = examples((row) => cell(row, 7));
    const { data: values } = data.features;
    for (let row = 0; row < rowCount; row++) values[3 * row + 2] = 0.1 * values[3 * row] + 0.3 * values[3 * row + 1];
    const parameters = new Float64Array(4);
    model.objective(data).solve?.(parameters);
    for (const value of parameters) expect(Math.abs(value)).toBeLessThan(1);
  });

  test('is there for the squared loss over all rows, and for nothing else', () => {
    const data = examples((row) => row % 2);
    expect(model.objective(data, { batchSize: 8 }).solve).toBeUndefined();
    expect(model.objective(data, { l1: 0.1 }).solve).toBeUndefined();
    expect(createModel({ kind: 'logistic', inputs: 3 }).objective(data).solve).toBeUndefined();
  });
});
