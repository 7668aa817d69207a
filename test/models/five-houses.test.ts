import { expect, test } from 'vitest';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples } from '../../lib/models/model.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import type { StopCriteria } from '../../lib/optimizers/solution.ts';
import golden from '../golden/five-houses/five-houses.json' with { type: 'json' };

const { x, y, learningRate } = golden.data;
const houses: Examples = {
  features: { rowCount: x.length, columnCount: 1, data: Float32Array.from(x) },
  targets: Float64Array.from(y),
  blockOffsets: Int32Array.of(0, x.length),
};
const model = createModel({ kind: 'linear', inputs: 1 });
const train = (stop: StopCriteria) =>
  minimise(model.objective(houses), { rule: gd({ learningRate }), initial: model.initial(), stop });

test.each(Object.entries(golden.after))(
  'after %s steps the parameters are those of the exact recurrence',
  (steps, expected) => {
    const { parameters, loss } = train({ steps: Number(steps) });
    expect(Math.abs(parameters[0] - expected.slope)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(parameters[1] - expected.intercept)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(loss - expected.mse)).toBeLessThanOrEqual(1e-12);
  },
);

test('run to convergence the slope is 1 and the intercept 0.5', () => {
  const { status, parameters } = train({ gradientNorm: 1e-7, steps: 10_000 });
  expect(status).toBe('converged');
  expect(Math.abs(parameters[0] - 1)).toBeLessThanOrEqual(1e-6);
  expect(Math.abs(parameters[1] - 0.5)).toBeLessThanOrEqual(1e-6);
});

test('without its factor 2/n the gradient would not be the one of the mean squared error', () => {
  // (2/n)·Xᵀ(Xθ − y) at zero: −(2/5)·Σxy = −(2/5)·62.5 and −(2/5)·Σy = −(2/5)·17.5.
  const gradient = model.initial();
  model.objective(houses).evaluate(model.initial(), gradient, 0);
  expect([...gradient]).toEqual([-25, -7]);
});
