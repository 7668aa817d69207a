import { expect, test } from 'vitest';
import { chooseOptimizer, productsFor } from '../../lib/jobs/choose-optimizer.ts';

const model = (loss: string, parameterCount: number, kind: 'linear' | 'logistic' | 'mlp' = 'linear') => ({
  kind,
  loss,
  parameterCount,
  isConvex: kind !== 'mlp',
});
const resolved = { kind: 'linear', loss: 'squared', l2: 0, l1: 0, penaliseIntercept: false, warmStart: null } as const;
const auto = { optimizer: { name: 'auto' as const }, stop: 'auto' as const, model: resolved };

test.each([
  ['closedForm', model('squared', 30), 100_000],
  // 2 · 2·10⁴ · 400² is 6.4·10⁹ multiplications that nothing can interrupt.
  ['newton', model('squared', 400), 20_000],
  ['lbfgs', model('squared', 90), 1_000_000],
  ['lbfgs', model('squared', 2000), 100_000],
  ['newton', model('logistic', 30, 'logistic'), 30_000],
  ['newton', model('poisson', 30), 1000],
  ['lbfgs', model('logistic', 30, 'logistic'), 1_000_000],
  ['lbfgs', model('logistic', 501, 'logistic'), 1000],
  ['lbfgs', model('logistic', 400, 'logistic'), 1_000_000],
  ['lbfgs', model('huber', 3), 100],
  ['adam', model('absolute', 3), 100],
  ['adam', model('hinge', 3, 'logistic'), 100],
  ['adam', model('squared', 30, 'mlp'), 100],
])('%s is what fits %o on %i rows', (name, model, rowCount) => {
  const { optimizer, stop, because } = chooseOptimizer(auto, model, rowCount);
  expect(optimizer.name).toBe(name);
  expect(because).toMatch(/^None was named: .+\.$/);
  // A mini-batch has no gradient norm to stop at.
  expect('gradientNorm' in stop).toBe(name !== 'adam');
});

test('L-BFGS on many rows begins on a sample of them, if it can tell all parameters', () => {
  const sampled = (
    parameterCount: number,
    rowCount: number,
    stop: Parameters<typeof chooseOptimizer>[0]['stop'] = 'auto',
  ) => chooseOptimizer({ ...auto, stop }, model('logistic', parameterCount, 'logistic'), rowCount).sampleRows;
  expect(sampled(29, 1_000_000)).toBe(32_768);
  expect(sampled(29, 40_000)).toBe(4992);
  expect(sampled(2000, 1_000_000)).toBeUndefined();
  // Newton's method needs none; and who says when to stop means steps from the beginning.
  expect(sampled(29, 30_000)).toBeUndefined();
  expect(sampled(29, 1_000_000, { steps: 3 })).toBeUndefined();
});

test('l1 is for proximal steps: FISTA, or SGD where the objective is not smooth and convex', () => {
  const asked = { ...auto, model: { ...resolved, l1: 0.1 } };
  const nameFor = (...of: Parameters<typeof model>) => chooseOptimizer(asked, model(...of), 100).optimizer.name;
  expect([nameFor('squared', 3), nameFor('poisson', 3)]).toEqual(['fista', 'fista']);
  expect([nameFor('absolute', 3), nameFor('squared', 30, 'mlp')]).toEqual(['sgd', 'sgd']);
});

test('what is named is left as it is, and so is when to stop', () => {
  const named = { model: auto.model, optimizer: { name: 'sgd' as const, learningRate: 0.5 }, stop: { steps: 3 } };
  expect(chooseOptimizer(named, model('squared', 3), 10)).toEqual({
    optimizer: named.optimizer,
    stop: named.stop,
    because: undefined,
  });
  const { optimizer, stop } = chooseOptimizer({ ...auto, stop: { steps: 3 } }, model('squared', 3), 10);
  expect([optimizer.name, stop]).toEqual(['closedForm', { steps: 3 }]);
});

test('features are multiplied in float32 where rows are many, and nothing finer was asked for', () => {
  const many = 40_000;
  const { optimizer, stop } = chooseOptimizer(auto, model('logistic', 30, 'logistic'), many);
  expect(productsFor({ optimizer, stop }, many)).toBe('float32');
  expect(productsFor({ optimizer, stop }, 30_000)).toBe('float64');
  expect(productsFor({ optimizer, stop: { ...stop, gradientNorm: 1e-9 } }, many)).toBe('float64');
  expect(productsFor({ optimizer, stop: { ...stop, tolerance: 1e-12 } }, many)).toBe('float64');
  expect(productsFor({ optimizer: { name: 'newton' }, stop: { steps: 5 } }, many)).toBe('float64');
  expect(productsFor({ optimizer: { name: 'adam', batchSize: 256 }, stop: { tolerance: 1e-12 } }, many)).toBe(
    'float32',
  );
});
