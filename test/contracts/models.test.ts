import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { createModel, type ModelOptions } from '../../lib/models/create-model.ts';
import type { Examples } from '../../lib/models/model.ts';
import { toPredictions } from '../../lib/models/predictions.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { blocksOf, someParameters } from '../models/some-examples.ts';
import { countVectors } from './count-vectors.ts';

type Target = 'number' | 'count' | 'binary' | 'multiclass';

const rowCount = 23;
const inputs = 4;

const table: Record<string, { options: Omit<ModelOptions, 'inputs'>; target: Target }> = {
  'linear, squared': { options: { kind: 'linear' }, target: 'number' },
  'linear, huber': { options: { kind: 'linear', loss: { name: 'huber', delta: 0.7 } }, target: 'number' },
  'linear, log-cosh': { options: { kind: 'linear', loss: 'log-cosh' }, target: 'number' },
  'linear, quantile': {
    options: { kind: 'linear', loss: { name: 'quantile', quantile: 0.3, smoothing: 2 } },
    target: 'number',
  },
  'linear, poisson': { options: { kind: 'linear', loss: 'poisson' }, target: 'count' },
  'linear, gamma': { options: { kind: 'linear', loss: 'gamma' }, target: 'count' },
  'linear, tweedie': { options: { kind: 'linear', loss: { name: 'tweedie', power: 1.4 } }, target: 'count' },
  logistic: { options: { kind: 'logistic' }, target: 'binary' },
  'logistic, squared hinge': { options: { kind: 'logistic', loss: 'squared-hinge' }, target: 'binary' },
  'logistic, focal': { options: { kind: 'logistic', loss: 'focal' }, target: 'binary' },
  softmax: { options: { kind: 'softmax', classCount: 3 }, target: 'multiclass' },
  'softmax, smoothed': {
    options: { kind: 'softmax', classCount: 3, loss: { name: 'cross-entropy', labelSmoothing: 0.1 } },
    target: 'multiclass',
  },
  'mlp, tanh': { options: { kind: 'mlp', hidden: [5, 3], activation: 'tanh' }, target: 'number' },
  'mlp, relu': { options: { kind: 'mlp', hidden: [6], activation: 'relu', classCount: 3 }, target: 'multiclass' },
  'mlp, gelu, dropout': {
    options: { kind: 'mlp', hidden: [5, 4], activation: 'gelu', dropout: 0.3, classCount: 2 },
    target: 'binary',
  },
  'mlp, sigmoid, poisson': {
    options: { kind: 'mlp', hidden: [3], activation: 'sigmoid', loss: 'poisson' },
    target: 'count',
  },
  'mlp without hidden layers': { options: { kind: 'mlp', hidden: [], loss: 'huber' }, target: 'number' },
};

function examplesFor(target: Target, { weighted = false, rows = rowCount, blockRows = 7 } = {}): Examples {
  const random = seededRandom(8);
  const data = Float32Array.from({ length: rows * inputs }, () => random.normal());
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    if (target === 'number') return random.normal() * 2;
    if (target === 'count') return random.nextInt(5) + 0.5;
    return target === 'binary' ? random.nextInt(2) : row % 3;
  });
  const weights = weighted ? Float64Array.from({ length: rows }, () => random.nextInt(4) / 2) : undefined;
  return {
    features: { rowCount: rows, columnCount: inputs, data },
    targets,
    ...(weights && { weights }),
    blockOffsets: blocksOf(rows, blockRows),
  };
}

const bits = (vector: Float64Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');

describe.each(Object.entries(table))('%s', (_, { options, target }) => {
  const model = createModel({ inputs, ...options });
  const parameters = someParameters(model.parameterCount);

  test('its layout names every parameter once, in order', () => {
    let next = 0;
    for (const { offset, shape } of model.layout) {
      expect(offset).toBe(next);
      next += shape.reduce((product, size) => product * size, 1);
    }
    expect(next).toBe(model.parameterCount);
    expect(new Set(model.layout.map(({ name }) => name)).size).toBe(model.layout.length);
  });

  test('penalties fall on weights, and on intercepts when asked', () => {
    const at = new Set(
      model.penalised().flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
    );
    for (const { name, offset, shape } of model.layout) {
      const length = shape.reduce((product, size) => product * size, 1);
      for (let i = offset; i < offset + length; i++) expect(at.has(i)).toBe(/coefficients|weight/.test(name));
    }
    const all = model.penalised(true).reduce((sum, [from, to]) => sum + to - from, 0);
    expect(all).toBe(model.parameterCount);
  });

  test.each([
    { l2: 0.3 },
    { l2: 0.3, penaliseIntercept: true },
    { batchSize: 5, seed: 9 },
    { batchSize: 8, shuffle: false, l2: 0.1 },
  ])('%j: the gradient meets its finite differences', (given) => {
    for (const weighted of [false, true]) {
      const objective = model.objective(examplesFor(target, { weighted }), given);
      const [gradient, scratch] = [new Float64Array(objective.length), new Float64Array(objective.length)];
      for (const step of [0, objective.stepsPerEpoch + 1]) {
        objective.evaluate(parameters, gradient, step);
        const h = 1e-6;
        for (let i = 0; i < parameters.length; i++) {
          const at = (shift: number) => objective.evaluate(parameters.with(i, parameters[i] + shift), scratch, step);
          const difference = (at(h) - at(-h)) / (2 * h);
          expect(Math.abs(gradient[i] - difference)).toBeLessThan(2e-7 * Math.max(1, Math.abs(difference)));
        }
      }
    }
  });

  test('l1 counts into the loss, not into the gradient, and the smallest subgradient knows of it', () => {
    const examples = examplesFor(target);
    const [plain, gradient] = [new Float64Array(model.parameterCount), new Float64Array(model.parameterCount)];
    const [without, objective] = [model.objective(examples), model.objective(examples, { l1: 0.25 })];
    let size = 0;
    for (const [from, to] of model.penalised()) for (let i = from; i < to; i++) size += Math.abs(parameters[i]);
    const loss = without.evaluate(parameters, plain, 0);
    expect(objective.evaluate(parameters, gradient, 0)).toBeCloseTo(loss + 0.25 * size, 12);
    expect(gradient).toEqual(plain);
    expect(without.subgradientNorm).toBeUndefined();
    const penalised = new Set(
      model.penalised().flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
    );
    const slopes = [...gradient].map((g, i) => (penalised.has(i) ? g + 0.25 * Math.sign(parameters[i]) : g));
    expect(objective.subgradientNorm?.(parameters, gradient)).toBeCloseTo(Math.hypot(...slopes), 10);
  });

  test('the mean loss is that of the objective without penalty and dropout', () => {
    for (const weighted of [false, true]) {
      const examples = examplesFor(target, { weighted });
      const plain = createModel({ inputs, ...options, ...('dropout' in options && { dropout: 0 }) });
      const expected = plain.objective(examples).evaluate(parameters, new Float64Array(parameters.length), 0);
      expect(model.meanLoss(examples)(parameters)).toBeCloseTo(expected, 13);
    }
  });

  test('a weight of 2 counts as two rows, and a weight of 0 as none', () => {
    // Dropout draws for rows by their number, and a row written twice has two.
    const plain = createModel({ inputs, ...options, ...('dropout' in options && { dropout: 0 }) });
    const twice = examplesFor(target, { rows: 6 });
    const rows = [0, 0, 1, 1, 3];
    const once: Examples = {
      features: {
        rowCount: 5,
        columnCount: inputs,
        data: Float32Array.from(
          rows.flatMap((row) => [...twice.features.data.subarray(row * inputs, (row + 1) * inputs)]),
        ),
      },
      targets: Float64Array.from(rows, (row) => twice.targets[row]),
      blockOffsets: Int32Array.of(0, 5),
    };
    twice.weights = Float64Array.of(2, 2, 0, 1, 0, 0);
    const [a, b] = [plain.initial(), plain.initial()];
    expect(plain.objective(twice).evaluate(parameters, a, 0)).toBeCloseTo(
      plain.objective(once).evaluate(parameters, b, 0),
      13,
    );
    for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 13);
  });

  test('predictions are of the kind that the target asks for', () => {
    const { features } = examplesFor(target);
    const predictions = toPredictions(model, model.scores(parameters, features));
    expect(predictions).toHaveLength(rowCount * model.outputs);
    if (model.link === 'log') for (const value of predictions) expect(value).toBeGreaterThan(0);
    if (model.link === 'logit') for (const value of predictions) expect(value > 0 && value < 1).toBe(true);
    if (model.link !== 'softmax') return;
    for (let row = 0; row < rowCount; row++) {
      const sum = predictions.subarray(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 14);
    }
  });

  test.each([undefined, 5])('batchSize %s: a step makes no vector', (batchSize) => {
    const objective = model.objective(examplesFor(target), { batchSize });
    const gradient = model.initial();
    objective.evaluate(parameters, gradient, 0);
    expect(countVectors(() => objective.evaluate(parameters, gradient, 1 % objective.stepsPerEpoch))).toBe(0);
  });

  test('rows are summed one after the other, however they are cut into tiles', () => {
    // With dropout another step is another mask.
    if ('dropout' in options) return;
    for (const rows of [1, 5, 67]) {
      const examples = examplesFor(target, { rows, blockRows: rows });
      const whole = new Float64Array(model.parameterCount);
      model.objective(examples, { batchSize: rows, shuffle: false }).evaluate(parameters, whole, 3);
      const sum = new Float64Array(model.parameterCount);
      const [lone, alone] = [model.objective(examples, { batchSize: 1, shuffle: false }), sum.slice()];
      for (let row = 0; row < rows; row++) {
        lone.evaluate(parameters, alone, row);
        for (let i = 0; i < sum.length; i++) sum[i] += alone[i];
      }
      expect(bits(whole)).toBe(bits(sum.map((value) => value / rows)));
    }
  });

  test('training goes down, and interrupted it has the same bits', () => {
    const objective = model.objective(examplesFor(target), { batchSize: 5, seed: 2, l2: 0.01 });
    const rule = adam({ learningRate: 0.02 });
    const initial = model.initial();
    const straight = minimise(objective, { rule, initial, stop: { steps: 60 } });
    let resumed = minimise(objective, { rule, initial, stop: { steps: 7 } });
    for (const steps of [23, 60])
      resumed = minimise(objective, { rule, initial, stop: { steps }, resume: structuredClone(resumed.checkpoint) });
    expect(bits(resumed.parameters)).toBe(bits(straight.parameters));
    const mean = model.meanLoss(examplesFor(target));
    expect(mean(straight.parameters)).toBeLessThan(mean(initial));
  });
});

describe('mlp', () => {
  const net = (options: Partial<ModelOptions> = {}) =>
    createModel({ kind: 'mlp', inputs: 4, hidden: [400, 300], ...options });

  test('starts from weights of the variance that its scheme names, and biases of 0', () => {
    for (const [initialisation, variance] of [
      ['he-uniform', 2 / 400],
      ['he-normal', 2 / 400],
      ['xavier-uniform', 2 / 700],
      ['xavier-normal', 2 / 700],
    ] as const) {
      const model = net({ initialisation });
      const initial = model.initial();
      const { offset, shape } = model.layout[2];
      const weights = initial.subarray(offset, offset + shape[0] * shape[1]);
      const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length;
      const square = weights.reduce((sum, value) => sum + value * value, 0) / weights.length;
      // 120,000 draws: the standard deviation of the mean square is at most 0.41% of it.
      expect(Math.abs(square / variance - 1)).toBeLessThan(0.02);
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / weights.length));
      const bound = Math.sqrt(3 * variance);
      const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (initialisation.endsWith('uniform')) expect(largest / bound).toBeCloseTo(1, 3);
      else expect(largest).toBeGreaterThan(bound * 1.5);
      for (const i of [1, 3, 5]) {
        const {
          offset: from,
          shape: [length],
        } = model.layout[i];
        expect(initial.subarray(from, from + length).every((bias) => bias === 0)).toBe(true);
      }
    }
  });

  test('the seed is the start', () => {
    expect(net({ seed: 1 }).initial()).toEqual(net({ seed: 1 }).initial());
    expect(net({ seed: 1 }).initial()).not.toEqual(net({ seed: 2 }).initial());
    expect(net().initial()).not.toBe(net().initial());
  });

  test('its tensors are named and shaped as those of torch.nn.Linear', () => {
    expect(net().layout.map(({ name, shape }) => [name, shape])).toEqual([
      ['layers.0.weight', [400, 4]],
      ['layers.0.bias', [400]],
      ['layers.1.weight', [300, 400]],
      ['layers.1.bias', [300]],
      ['layers.2.weight', [1, 300]],
      ['layers.2.bias', [1]],
    ]);
  });

  test('without hidden layers it is the linear model', () => {
    const [flat, linear] = [net({ hidden: [] }), createModel({ kind: 'linear', inputs: 4 })];
    const parameters = someParameters(5);
    const [a, b] = [new Float64Array(5), new Float64Array(5)];
    const examples = examplesFor('number');
    expect(flat.objective(examples).evaluate(parameters, a, 0)).toBe(
      linear.objective(examples).evaluate(parameters, b, 0),
    );
    // Not to the bit: a dense layer adds up from the left, a linear model even and odd columns apart.
    for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 13);
    expect([flat.isConvex, net().isConvex, linear.isConvex]).toEqual([true, false, true]);
  });

  test('dropout leaves out its share, scales up the others, and follows from seed and step', () => {
    // One row, one layer: with unit inputs and weights, the score is Σ factor · 1 over the hidden units.
    const model = createModel({ kind: 'mlp', inputs: 1, hidden: [20_000], dropout: 0.25, loss: 'absolute' });
    const parameters = new Float64Array(model.parameterCount).fill(1).fill(0, 20_000, 40_000).with(60_000, 0);
    const examples = {
      features: { rowCount: 1, columnCount: 1, data: Float32Array.of(1) },
      targets: Float64Array.of(0),
      blockOffsets: Int32Array.of(0, 1),
    };
    const score = (seed: number, step: number) =>
      model.objective(examples, { seed }).evaluate(parameters, new Float64Array(model.parameterCount), step);
    const kept = score(1, 0) * 0.75;
    // Binomial: 15,000 of 20,000, with a standard deviation of 61.
    expect(Math.abs(kept - 15_000)).toBeLessThan(5 * 61);
    expect(score(1, 0)).toBe(score(1, 0));
    expect(new Set([score(1, 0), score(1, 1), score(2, 0), score(1, 2 ** 31)]).size).toBe(4);
    expect(model.meanLoss(examples)(parameters)).toBe(20_000);
  });

  test.each([
    [{ hidden: [0] }, /hidden\[0\]: expected a whole number/],
    [{ dropout: 1 }, /dropout: expected a number in \[0, 1\), found 1/],
    [{ seed: 0.5 }, /seed/],
    [{ activation: 'swish' }, /activation: expected one of relu, tanh, sigmoid, gelu, found "swish"/],
    [{ initialisation: 'zeros' }, /initialisation: expected one of he-uniform, .*found "zeros"/],
    [{ classCount: 1 }, /classCount: expected a whole number, at least 2, or none, found 1/],
    [{ loss: 'logistic' }, /mlp model, loss: expected one of squared, .*tweedie, found "logistic"/],
  ])('%j is refused', (options, message) => {
    expect(() => net(options as Partial<ModelOptions>)).toThrow(message);
  });
});
