import { describe, expect, test } from 'vitest';
import { type LossEntry, losses, lossNames } from '../../lib/losses/losses.ts';
import { parsePipeline } from '../../lib/pipeline/parse.ts';
import { resolvePipeline } from '../../lib/pipeline/resolve.ts';
import { lossDefaults, lossesOf } from '../../lib/pipeline/resolve-model.ts';

const resolve = (task: string, rest: string) =>
  resolvePipeline(parsePipeline(`name: m\ntask: ${task}\ndata: { path: a/, target: t }\n${rest}`, 'm.yml'));

const messageOf = (task: string, rest: string) => {
  try {
    resolve(task, rest);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a model is resolved with its defaults', () => {
  test.each([
    ['regression', '', { kind: 'linear', loss: 'squared', l2: 0, l1: 0, penaliseIntercept: false, warmStart: null }],
    ['count', '', { kind: 'linear', loss: 'poisson' }],
    ['binary', '', { kind: 'logistic', loss: 'logistic', labelSmoothing: 0, classWeights: null }],
    ['multiclass', 'model: { loss: focal }', { kind: 'softmax', loss: 'focal', gamma: 2 }],
    ['regression', 'model: { loss: huber }', { loss: 'huber', delta: 1 }],
    ['count', 'model: { loss: tweedie, power: 1.3 }', { loss: 'tweedie', power: 1.3 }],
    [
      'binary',
      'model: { kind: mlp, activation: tanh }',
      { kind: 'mlp', hidden: [64, 32], activation: 'tanh', dropout: 0, initialisation: 'xavier-uniform', seed: 0 },
    ],
  ])('task %s, %s', (task, rest, expected) => {
    expect(resolve(task, rest).request.model).toMatchObject(expected);
  });

  test('what does not concern it is absent, so that names of runs do not hang on it', () => {
    const { model } = resolve('regression', '').request;
    expect(Object.keys(model)).toEqual(['kind', 'loss', 'l2', 'l1', 'penaliseIntercept', 'warmStart']);
    const defaults = resolve('regression', 'model: { kind: mlp, hidden: [3] }').defaults.map(({ path }) => path);
    expect(defaults).toContain('model.initialisation');
    expect(defaults).not.toContain('model.hidden');
  });
});

describe('a contradiction is refused in words', () => {
  test.each([
    ['binary', 'model: { kind: linear }', 'model.kind: expected logistic or mlp for task binary, found linear'],
    ['regression', 'model: { loss: poisson }', 'model.loss: expected one of squared, absolute, huber'],
    ['count', 'model: { loss: hinge }', 'model.loss: expected one of poisson, gamma, tweedie, squared'],
    ['regression', 'model: { delta: 2 }', 'model.delta: expected it only with loss huber, found loss squared'],
    ['binary', 'model: { loss: hinge, labelSmoothing: 0.1 }', 'expected it only with loss logistic or cross-entropy'],
    ['regression', 'model: { dropout: 0.1 }', 'model.dropout: expected it only with kind mlp, found kind linear'],
    ['regression', 'model: { classWeights: balanced }', 'model.classWeights: expected them only with task binary'],
    ['regression', 'model: { penaliseIntercept: true }', 'model.penaliseIntercept: expected l1 or l2 with it'],
    ['count', 'prepare: { target: log }', 'prepare.target: expected standard or none for task count, found log'],
    ['regression', 'model: { l1: 1 }\noptimizer: { name: adam }', 'optimizer.name: expected auto, fista, gd, or sgd'],
    [
      'regression',
      'model: { l1: 1 }\noptimizer: { name: sgd, momentum: 0.9 }',
      'optimizer.momentum: expected auto, fista, gd, or sgd without momentum, with model.l1, found 0.9',
    ],
    [
      'regression',
      'model: { l1: 1 }\noptimizer: { name: gd, schedule: { kind: plateau } }',
      'optimizer.schedule: expected another schedule with model.l1',
    ],
    ['regression', 'model: { quantile: 1.5, loss: quantile }', 'model.quantile: expected a number below 1, found 1.5'],
    ['regression', 'model: { hidden: [] , kind: mlp }', 'model.hidden'],
    ['regression', 'model: { warmStart: latest }', 'model.warmStart: expected champion, or the 32 digits of a version'],
    ['regression', 'stop: { validation: 1 }', 'stop.validation: expected a number below 1, found 1'],
  ])('task %s, %s', (task, rest, expected) => expect(messageOf(task, rest)).toContain(expected));
});

test('a document can name the losses that the library has, with their options, for the targets that they are for', () => {
  const named = new Set(Object.values(lossesOf).flat());
  expect([...named].toSorted()).toEqual([...lossNames].toSorted());
  const tasks = { regression: 'number', count: 'count', binary: 'binary', multiclass: 'multiclass' } as const;
  for (const [task, target] of Object.entries(tasks)) {
    const fitting = lossNames.filter((name) => (losses[name] as LossEntry).targets.includes(target));
    expect(lossesOf[task as keyof typeof tasks].toSorted()).toEqual(fitting.toSorted());
  }
  for (const name of lossNames) {
    // How far a kink is rounded is for those who shrink it in stages, not for a document.
    const options = (losses[name] as LossEntry).options.filter((option) => option !== 'smoothing');
    expect(Object.keys(lossDefaults[name] ?? {})).toEqual(options);
  }
});
