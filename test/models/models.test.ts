import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import type { Matrix } from '../../lib/core/matrix.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples, ModelKind } from '../../lib/models/model.ts';
import { toPredictions } from '../../lib/models/predictions.ts';
import { countVectors } from '../contracts/count-vectors.ts';
import { blocksOf, classCount, someExamples, someParameters } from './some-examples.ts';

const make = (kind: ModelKind, inputs = 4) => createModel({ kind, inputs, ...(kind === 'softmax' && { classCount }) });
const bits = (vector: Float64Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');

describe.each(['linear', 'logistic', 'softmax'] as const)('%s', (kind) => {
  const model = make(kind);
  const parameters = someParameters(model.parameterCount);

  test('its layout names every parameter once', () => {
    let next = 0;
    for (const { offset, shape } of model.layout) {
      expect(offset).toBe(next);
      next += shape.reduce((product, size) => product * size, 1);
    }
    expect(next).toBe(model.parameterCount);
    expect(model.layout.map(({ name }) => name)).toEqual(['coefficients', 'intercept']);
    expect(model.initial()).toEqual(new Float64Array(model.parameterCount));
  });

  test('scores are intercept plus coefficients times row', () => {
    const { features } = someExamples(kind, { rowCount: 23 });
    const scores = model.scores(parameters, features);
    expect(scores).toHaveLength(23 * model.outputs);
    for (let row = 0; row < 23; row++) {
      for (let k = 0; k < model.outputs; k++) {
        let expected = parameters[4 * model.outputs + k];
        for (let j = 0; j < 4; j++) expected += parameters[k * 4 + j] * features.data[row * 4 + j];
        expect(scores[row * model.outputs + k]).toBeCloseTo(expected, 14);
      }
    }
  });

  describe.each([0, 0.3])('l2 = %d', (l2) => {
    describe.each([false, true])('weighted: %s', (weighted) => {
      test.each([undefined, 5, 8, 23, 100])('batchSize %s: the gradient meets its finite differences', (batchSize) => {
        const objective = model.objective(someExamples(kind, { weighted }), { l2, batchSize, seed: 9 });
        const [gradient, scratch] = [new Float64Array(objective.length), new Float64Array(objective.length)];
        for (const step of [0, objective.stepsPerEpoch - 1, objective.stepsPerEpoch + 1]) {
          objective.evaluate(parameters, gradient, step);
          const h = 1e-5;
          for (let i = 0; i < parameters.length; i++) {
            const at = (shift: number) => objective.evaluate(parameters.with(i, parameters[i] + shift), scratch, step);
            expect(gradient[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 7);
          }
        }
      });

      test('the loss is the weighted mean over the rows, plus the penalty without intercepts', () => {
        const examples = someExamples(kind, { weighted });
        const loss = model.objective(examples, { l2 }).evaluate(parameters, model.initial(), 0);
        const predictions = toPredictions(model, model.scores(parameters, examples.features));
        let [sum, weight, squares] = [0, 0, 0];
        examples.targets.forEach((target, row) => {
          const w = examples.weights?.[row] ?? 1;
          sum += w * rowLoss(kind, predictions, row, target);
          weight += w;
        });
        for (let i = 0; i < 4 * model.outputs; i++) squares += parameters[i] ** 2;
        expect(loss).toBeCloseTo(sum / weight + (l2 / 2) * squares, 13);
      });

      test('the steps of an epoch, by their rows, make up the whole objective', () => {
        const examples = someExamples(kind, { weighted, rowCount: 23 });
        const [whole, gradient] = [model.initial(), model.initial()];
        const expected = model.objective(examples, { l2 }).evaluate(parameters, whole, 0);
        const objective = model.objective(examples, { l2, batchSize: 5, seed: 3 });
        expect(objective.stepsPerEpoch).toBe(5);
        for (const epoch of [0, 1, 7]) {
          const sum = model.initial();
          let loss = 0;
          for (let step = 0; step < 5; step++) {
            const share = (step < 4 ? 5 : 3) / 23;
            loss += share * objective.evaluate(parameters, gradient, epoch * 5 + step);
            for (let i = 0; i < sum.length; i++) sum[i] += share * gradient[i];
          }
          expect(loss).toBeCloseTo(expected, 13);
          for (let i = 0; i < sum.length; i++) expect(sum[i]).toBeCloseTo(whole[i], 13);
        }
      });
    });
  });

  test('a weight of 2 counts as two rows, and a weight of 0 as none', () => {
    const twice = someExamples(kind, { rowCount: 6 });
    const rows = [0, 0, 1, 1, 3];
    const once: Examples = {
      features: {
        rowCount: 5,
        columnCount: 4,
        data: Float32Array.from(rows.flatMap((row) => [...twice.features.data.subarray(row * 4, row * 4 + 4)])),
      },
      targets: Float64Array.from(rows, (row) => twice.targets[row]),
      blockOffsets: Int32Array.of(0, 5),
    };
    twice.weights = Float64Array.of(2, 2, 0, 1, 0, 0);
    const [a, b] = [model.initial(), model.initial()];
    expect(model.objective(twice).evaluate(parameters, a, 0)).toBeCloseTo(
      model.objective(once).evaluate(parameters, b, 0),
      14,
    );
    for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 14);
  });

  test('works without any feature', () => {
    const bare = make(kind, 0);
    const examples = someExamples(kind, { inputs: 0 });
    const gradient = bare.initial();
    const loss = bare.objective(examples, { l2: 1 }).evaluate(bare.initial(), gradient, 0);
    expect(Number.isFinite(loss)).toBe(true);
    expect(gradient).toHaveLength(bare.outputs);
    expect(
      bare.scores(
        Float64Array.from({ length: bare.outputs }, (_, k) => k + 1),
        examples.features,
      ),
    ).toEqual(Float64Array.from({ length: 23 * bare.outputs }, (_, i) => (i % bare.outputs) + 1));
  });

  test.each([undefined, 5])('batchSize %s: a step makes no vector', (batchSize) => {
    const objective = model.objective(someExamples(kind), { batchSize });
    const gradient = model.initial();
    objective.evaluate(parameters, gradient, 0);
    expect(countVectors(() => objective.evaluate(parameters, gradient, 1 % objective.stepsPerEpoch))).toBe(0);
  });

  test('the same blocks give the same bits, and each block is summed by itself', () => {
    const examples = someExamples(kind, { rowCount: 601, blockRows: 150 });
    const evaluate = (of: Examples) => {
      const gradient = model.initial();
      const loss = model.objective(of).evaluate(parameters, gradient, 0);
      return { gradient, loss, bits: bits(gradient) };
    };
    expect(evaluate(examples).bits).toBe(evaluate(examples).bits);

    // Blocks of one row each: pairs of neighbours, then pairs of pairs; an odd last one rises. By hand for five rows.
    const five = someExamples(kind, { rowCount: 5, blockRows: 1 });
    const parts = Array.from({ length: 5 }, (_, row) => evaluate(onlyRow(five, row)).gradient);
    const expected = parts[0].map(
      (_, i) => (parts[0][i] + parts[1][i] + (parts[2][i] + parts[3][i]) + parts[4][i]) / 5,
    );
    expect(evaluate(five).bits).toBe(bits(expected));
  });

  test('an empty block changes nothing', () => {
    const examples = someExamples(kind, { rowCount: 20, blockRows: 10 });
    const [a, b] = [model.initial(), model.initial()];
    model.objective(examples).evaluate(parameters, a, 0);
    model.objective({ ...examples, blockOffsets: Int32Array.of(0, 10, 20, 20) }).evaluate(parameters, b, 0);
    expect(bits(a)).toBe(bits(b));
  });

  test('rows in fours and rows left over are summed alike: one row after the other', () => {
    for (const rowCount of [1, 3, 4, 7, 300]) {
      const examples = { ...someExamples(kind, { rowCount }), blockOffsets: Int32Array.of(0, rowCount) };
      const sum = model.initial();
      for (let row = 0; row < rowCount; row++) {
        const gradient = model.initial();
        model.objective(onlyRow(examples, row)).evaluate(parameters, gradient, 0);
        for (let i = 0; i < sum.length; i++) sum[i] += gradient[i];
      }
      const whole = model.initial();
      model.objective(examples).evaluate(parameters, whole, 0);
      // The products are rounded before they are added either way, so the sums are the same to the bit.
      expect(bits(whole)).toBe(bits(sum.map((value) => value / rowCount)));
    }
  });
});

function onlyRow({ features, targets }: Examples, row: number): Examples {
  const { columnCount, data } = features as Matrix;
  return {
    features: { rowCount: 1, columnCount, data: data.slice(row * columnCount, (row + 1) * columnCount) },
    targets: targets.slice(row, row + 1),
    blockOffsets: Int32Array.of(0, 1),
  };
}

function rowLoss(kind: ModelKind, predictions: Float64Array, row: number, target: number): number {
  if (kind === 'linear') return (predictions[row] - target) ** 2;
  if (kind === 'softmax') return -Math.log(predictions[row * classCount + target]);
  return -Math.log(target === 1 ? predictions[row] : 1 - predictions[row]);
}

describe('examples that do not fit are refused', () => {
  const good = someExamples('logistic', { rowCount: 4 });
  const weights = (...values: number[]) => ({ weights: Float64Array.from(values) });
  test.each<[string, Partial<Examples>, RegExp]>([
    ['no rows', { ...someExamples('logistic', { rowCount: 0 }), blockOffsets: Int32Array.of(0) }, /at least one row/],
    ['another width', someExamples('logistic', { inputs: 3 }), /features: expected 4 columns, found 3/],
    ['a matrix too short', { features: { rowCount: 4, columnCount: 4, data: new Float32Array(15) } }, /found 15/],
    ['a target too few', { targets: Float64Array.of(0, 1, 0) }, /targets: expected one a row, 4, found 3/],
    ['a target of 2', { targets: Float64Array.of(0, 1, 2, 1) }, /targets, row 2: expected 0 or 1, found 2/],
    ['a target of NaN', { targets: Float64Array.of(0, 1, 1, NaN) }, /targets, row 3: .*found NaN/],
    ['a weight too many', weights(1, 1, 1, 1, 1), /weights: expected one a row, 4, found 5/],
    ['a negative weight', weights(1, 1, -1, 1), /weights\[2\]: .*found -1/],
    ['a weight of NaN', weights(1, NaN, 1, 1), /weights\[1\]: .*found NaN/],
    ['weights of 0 alone', weights(0, 0, 0, 0), /sum above 0, found 0/],
    ['blocks that end early', { blockOffsets: Int32Array.of(0, 3) }, /blockOffsets: expected rows from 0 to 4/],
    ['blocks that begin late', { blockOffsets: Int32Array.of(1, 4) }, /blockOffsets/],
    ['blocks out of order', { blockOffsets: Int32Array.of(0, 3, 2, 4) }, /block 1 to begin after the next/],
  ])('%s', (_, change, message) => {
    const objective = () => make('logistic').objective({ ...good, ...change });
    expect(objective).toThrow(InputError);
    expect(objective).toThrow(message);
  });

  test.each([{ l2: -1 }, { l2: NaN }, { l1: -1 }, { batchSize: 0 }, { batchSize: 1.5 }, { seed: 0.5 }])(
    '%j',
    (options) => {
      expect(() => make('logistic').objective(good, options)).toThrow(InputError);
    },
  );

  test('a class beyond the last', () => {
    const examples = { ...someExamples('softmax', { rowCount: 2 }), targets: Float64Array.of(0, 3) };
    expect(() => make('softmax').objective(examples)).toThrow(/row 1: expected the index of a class, from 0, found 3/);
  });

  test('parameters or features that are not those of the model', () => {
    const model = make('linear');
    expect(() => model.scores(new Float64Array(4), good.features)).toThrow(/parameters: expected 5, found 4/);
    expect(() => model.scores(new Float64Array(5), someExamples('linear', { inputs: 3 }).features)).toThrow(
      /4 columns/,
    );
  });
});

test.each<[object, RegExp]>([
  [{ kind: 'tree', inputs: 1 }, /expected a kind among linear, logistic, softmax, mlp, found "tree"/],
  [{ kind: 'linear', inputs: -1 }, /inputs/],
  [{ kind: 'linear', inputs: 1, classCount: 2 }, /classCount: expected none/],
  [{ kind: 'logistic', inputs: 1, classCount: 3 }, /classCount: expected 2, found 3/],
  [{ kind: 'softmax', inputs: 1 }, /classCount: expected a whole number, at least 2, found undefined/],
  [{ kind: 'softmax', inputs: 1, classCount: 1 }, /at least 2, found 1/],
])('createModel refuses %j', (request, message) => {
  expect(() => createModel(request as Parameters<typeof createModel>[0])).toThrow(InputError);
  expect(() => createModel(request as Parameters<typeof createModel>[0])).toThrow(message);
});

describe('predictions', () => {
  test('of a linear model are its scores, in an array of their own', () => {
    const scores = Float64Array.of(1, -2);
    const predictions = toPredictions(make('linear'), scores);
    expect(predictions).toEqual(scores);
    predictions[0] = 7;
    expect(scores[0]).toBe(1);
  });

  test('of a logistic model are probabilities of target 1', () => {
    expect(toPredictions(make('logistic'), Float64Array.of(0, Math.log(3)))[1]).toBeCloseTo(0.75, 15);
  });

  test('of a softmax model sum to one, row by row', () => {
    const probabilities = toPredictions(make('softmax'), Float64Array.of(0, Math.log(2), 0, 5, 5, 5));
    expect(probabilities[0]).toBeCloseTo(0.25, 15);
    expect(probabilities[1]).toBeCloseTo(0.5, 15);
    expect(probabilities[4]).toBeCloseTo(1 / 3, 15);
    expect(() => toPredictions(make('softmax'), new Float64Array(4))).toThrow(InputError);
  });
});

test('rows at the edge of a tile are neither lost nor read twice, however wide they are', () => {
  for (const [inputs, rowCount] of [
    [1, 1000],
    [27, 301],
    [2000, 13],
  ]) {
    const model = createModel({ kind: 'linear', inputs });
    const examples = someExamples('linear', { inputs, rowCount, blockRows: rowCount });
    const gradient = model.initial();
    model.objective(examples).evaluate(model.initial(), gradient, 0);
    // At zero the slope is −2y: the intercept's gradient is minus twice the mean target.
    const expected = (-2 * examples.targets.reduce((sum, value) => sum + value, 0)) / rowCount;
    expect(gradient[inputs]).toBeCloseTo(expected, 12);
  }
  expect(blocksOf(5, 2)).toEqual(Int32Array.of(0, 2, 4, 5));
});
