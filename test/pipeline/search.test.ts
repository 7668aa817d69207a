import { describe, expect, test } from 'vitest';
import { trialsOf } from '../../lib/pipeline/resolve.ts';
import { trialFields } from '../../lib/pipeline/trials.ts';
import { pipelineOf } from '../support/jobs.ts';

const yaml = (rest: string) => `name: a\ntask: regression\ndata: { path: datasets/a/, target: y }\n${rest}`;
const trials = (rest: string) => trialsOf(pipelineOf(yaml(rest)).request);

describe('trials', () => {
  test('of a grid are all combinations, the last field changing fastest', () => {
    expect(trialFields({ kind: 'grid', over: { a: [1, 2], b: ['x', 'y', 'z'] } })).toEqual(
      [1, 2].flatMap((a) => ['x', 'y', 'z'].map((b) => ({ a, b }))),
    );
  });

  test('that are drawn are the same for the same seed, others for another, and none comes twice', () => {
    const over = { a: { from: 1e-5, to: 1, scale: 'log' as const }, b: [1, 2, 3] };
    const draw = (seed: number) => trialFields({ kind: 'random', over, trials: 50, seed });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(new Set(draw(3).map((trial) => JSON.stringify(trial))).size).toBe(50);
  });

  test('drawn on a logarithmic scale fall evenly into decades, whole numbers into their range', () => {
    const over = { rate: { from: 1e-4, to: 1, scale: 'log' as const }, units: { from: 8, to: 11, integer: true } };
    const drawn = trialFields({ kind: 'random', over, trials: 1000, seed: 1 });
    const decades = drawn.map(({ rate }) => Math.floor(Math.log10(rate as number)));
    for (const decade of [-4, -3, -2, -1]) {
      // 250 of 1,000 each; five standard deviations are 68.
      expect(Math.abs(decades.filter((found) => found === decade).length - 250)).toBeLessThan(68);
    }
    const counts = [8, 9, 10, 11].map((units) => drawn.filter((trial) => trial.units === units).length);
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(68);
  });

  test('are no more than there are combinations', () => {
    expect(trialFields({ kind: 'random', over: { a: [1, 2, 3] }, trials: 20 })).toHaveLength(3);
    const over = { a: { from: 1, to: 2, integer: true }, b: [true, false] };
    expect(trialFields({ kind: 'random', over, trials: 20 })).toHaveLength(4);
  });

  test('have the defaults of their own fields, not those of the document', () => {
    const [adam, gd] = trials(
      'optimizer: { name: adam }\nsearch: { kind: grid, over: { optimizer.name: [adam, gd] } }',
    );
    expect(adam.request.optimizer).toMatchObject({ name: 'adam', learningRate: 0.01, batchSize: 256 });
    expect(gd.request.optimizer).toMatchObject({ name: 'gd', learningRate: 0.1, batchSize: 'full' });
    expect(gd.request.search).toBeUndefined();
  });

  test('set fields in objects that the document leaves out', () => {
    const [, second] = trials('search: { kind: grid, over: { prepare.columns: [{}, { size: { scale: robust } }] } }');
    expect(second.request.prepare.columns).toEqual({ size: { scale: 'robust' } });
  });
});

test.each([
  ['model.l22: [0]', /search\.over, model\.l22: expected no such key, found it/],
  ['model.l2: [0, -1]', /search\.over, model\.l2: expected a number of at least 0, found -1/],
  [
    'model.loss: [squared, logistic]',
    /search\.over, model\.loss "logistic": pipeline a, model\.loss: expected one of squared/,
  ],
  ['optimizer.learningRate: [0.1]', /search\.over, optimizer\.name: expected .*found nothing/],
  ['data.target: [y, z]', /expected fields of prepare, model, optimizer or stop.*found "data\.target"/],
  ['data.split.seed: [1, 2]', /found "data\.split\.seed"/],
  ['evaluate.metrics: [[mae]]', /found "evaluate\.metrics"/],
  ['search.kind: [grid]', /found "search\.kind"/],
  ['model: [{}]', /found "model"/],
  ['__proto__: [1]', /search\.over/],
  ['model.__proto__: [1]', /search\.over/],
  ['model.warmStart: [champion]', /no model\.warmStart/],
  ['optimizer: [{ name: adam }], optimizer.beta1: [0.5]', /found "optimizer\.beta1" within "optimizer"/],
  ['model.l2: []', /search\.over\.model\.l2: expected a list of at least 1, found an empty one/],
  ['model.l2: { from: 0, to: 1 }', /search\.over\.model\.l2: expected a list/],
])('a grid over %s is refused by name', (over, message) => {
  expect(() => pipelineOf(yaml(`search: { kind: grid, over: { ${over} } }`))).toThrow(message);
});

test.each([
  ['kind: random, over: { model.l2: { from: 1, to: 0.1 } }', /`to` lies above its `from`/],
  ['kind: random, over: { model.l2: { from: 0, to: 1, scale: log } }', /for scale log lies above 0/],
  [
    'kind: random, over: { model.l2: [0] }, trials: 1001',
    /search\.trials: expected a number of at most 1000, found 1001/,
  ],
  ['kind: grid, over: { model.l2: [0] }, trials: 3', /search\.trials: expected no such key/],
  ['kind: grid, over: {}', /search\.over: expected a field to search over, found none/],
  ['kind: grid, over: { model.l2: [0] }, folds: 1', /search\.folds: expected a number of at least 2, found 1/],
  ['kind: grid, over: { model.l2: [0] }, folds: 3, validation: 0.2', /expected folds or validation, found both/],
  ['kind: bayes, over: { model.l2: [0] }', /search\.kind: expected one of "grid", "random", "halving", found "bayes"/],
  [
    `kind: grid, over: { model.l2: [${Array.from({ length: 40 }, (_, i) => i)}], model.l1: [${Array.from({ length: 40 }, (_, i) => i)}] }`,
    /expected at most 1000 trials, found 1600 combinations/,
  ],
])('search { %s } is refused', (search, message) => {
  expect(() => pipelineOf(yaml(`search: { ${search} }`))).toThrow(message);
});

test('a document without a search has no word of it in its request', () => {
  expect(Object.keys(pipelineOf(yaml('')).request)).not.toContain('search');
  expect(pipelineOf(yaml('')).request.evaluate).not.toHaveProperty('folds');
});
