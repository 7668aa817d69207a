import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import type { Objective } from '../../lib/core/objective.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { addDecay } from '../../lib/optimizers/add-decay.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { checkpointFromTensors, checkpointToTensors } from '../../lib/optimizers/checkpoint.ts';
import { clipByNorm } from '../../lib/optimizers/clip-by-norm.ts';
import { clipByValue } from '../../lib/optimizers/clip-by-value.ts';
import { closedForm } from '../../lib/optimizers/closed-form.ts';
import { fista } from '../../lib/optimizers/fista.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { newton } from '../../lib/optimizers/newton.ts';
import { reduceOnPlateau } from '../../lib/optimizers/reduce-on-plateau.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import { makeRule, type RuleRequest, ruleNames } from '../../lib/optimizers/rules.ts';
import { scale } from '../../lib/optimizers/scale.ts';
import { scaleByAdam } from '../../lib/optimizers/scale-by-adam.ts';
import { scaleBySchedule } from '../../lib/optimizers/scale-by-schedule.ts';
import { cosine } from '../../lib/optimizers/schedules/cosine.ts';
import { polynomial } from '../../lib/optimizers/schedules/polynomial.ts';
import type { SearchRule } from '../../lib/optimizers/search-rule.ts';
import { sgd } from '../../lib/optimizers/sgd.ts';
import type { Checkpoint, Progress, Solution } from '../../lib/optimizers/solution.ts';
import { trace } from '../../lib/optimizers/trace.ts';
import { bowl, noisyBowl, quadratic, rosenbrock, signedLogistic, valley, withHessian } from '../optimizers/problems.ts';
import { countBytes } from './count-bytes.ts';
import { countVectors } from './count-vectors.ts';

/** Problems that every rule must solve, each within so many steps. */
const problems = {
  bowl: { objective: bowl(), initial: [-2, 0.5, 4], steps: 2000, least: 0, gap: 1e-12 },
  // A condition number of 1,000; least at ones.
  'ill-conditioned': {
    objective: quadratic(
      [1, 10, 100, 1000].map((value, i) => [0, 0, 0, 0].with(i, value)),
      [1, 10, 100, 1000],
    ),
    initial: [-2, 0.5, 4, 3],
    steps: 10_000,
    least: -555.5,
    gap: 1e-6,
  },
  rosenbrock: { objective: rosenbrock(1, 100), initial: [-1.2, 1], steps: 20_000, least: 0, gap: 1e-6 },
  // No minimum: the loss falls for ever as the parameters grow.
  separable: {
    objective: signedLogistic(
      [
        [1, 2, 1],
        [2, 1, 1],
        [3, 3, 1],
        [-1, -1, 1],
        [-2, 0.5, 1],
        [0, -3, 1],
      ],
      [1, 1, 1, 0, 0, 0],
    ),
    initial: [0, 0, 0],
    steps: 2000,
    least: 0,
    gap: 1e-3,
  },
};
type Problem = keyof typeof problems;

/** A rule by name and options, and the learning rate that suits each problem. */
const named: [RuleRequest['name'], object, Record<Problem, number>, { gap?: number; decays?: boolean }?][] = [
  ['gd', {}, rates(0.1, 0.001, 0.001, 1)],
  ['sgd', {}, rates(0.1, 0.001, 0.001, 1)],
  ['sgd', { momentum: 0.9 }, rates(0.03, 0.0003, 0.001, 1)],
  ['sgd', { momentum: 0.9, dampening: 0.5 }, rates(0.1, 0.001, 0.001, 1)],
  ['sgd', { momentum: 0.9, nesterov: true }, rates(0.03, 0.0003, 0.001, 1)],
  ['adagrad', {}, rates(0.3, 0.1, 0.3, 10)],
  ['rmsprop', {}, rates(0.01, 0.001, 0.001, 1), { decays: true }],
  ['rmsprop', { centred: true, decay: 0.9 }, rates(0.001, 0.0003, 0.0003, 1), { decays: true }],
  ['rmsprop', { momentum: 0.9 }, rates(0.001, 0.0003, 0.001, 1), { decays: true }],
  // It has its own idea of a step, and crawls along a valley.
  ['adadelta', {}, rates(0.3, 0.03, 0.01, 100), { gap: 1e-3 }],
  ['adam', {}, rates(0.02, 0.001, 0.003, 1)],
  ['adam', { amsgrad: true }, rates(0.03, 0.003, 0.3, 1)],
  ['adam', { epsilonHat: 1e-7 }, rates(0.02, 0.001, 0.003, 1)],
  ['adamw', { weightDecay: 0 }, rates(0.02, 0.001, 0.003, 1)],
  ['adamax', {}, rates(0.01, 0.001, 0.003, 1)],
  ['nadam', {}, rates(0.01, 0.001, 0.0003, 1)],
  ['radam', {}, rates(0.03, 0.001, 0.001, 1)],
  // Every step is as long as the learning rate: it arrives only as that goes to zero.
  ['lion', {}, rates(0.1, 0.1, 0.0003, 1), { decays: true }],
];

function rates(bowl: number, illConditioned: number, rosenbrock: number, separable: number): Record<Problem, number> {
  return { bowl, 'ill-conditioned': illConditioned, rosenbrock, separable };
}

const title = (name: string, options: object) =>
  [name, ...Object.entries(options).map(([key, value]) => (value === true ? key : `${key} ${value}`))].join(', ');

/** All rules that rewrite gradients, alone and composed: whatever minimises, and what does not. */
const rules: Record<string, () => Rule> = {
  ...Object.fromEntries(
    named.map(([name, options, { bowl: learningRate }]) => [
      title(name, options),
      () => makeRule({ name, learningRate, ...options } as Parameters<typeof makeRule>[0]) as Rule,
    ]),
  ),
  'adagrad, decaying': () => makeRule({ name: 'adagrad', learningRateDecay: 0.01, initialAccumulator: 0.1 }),
  'sgd, weight decay': () => sgd({ learningRate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  'adam, weight decay': () => adam({ learningRate: 0.02, weightDecay: 0.1 }),
  'adamw, weight decay': () => makeRule({ name: 'adamw', learningRate: 0.02, weightDecay: 0.1 }),
  'lion, weight decay': () => makeRule({ name: 'lion', learningRate: 0.02, weightDecay: 0.1 }),
  fista: () => fista(),
  'decoupled decay': () => chain(scaleByAdam(), addDecay(0.1), scale(-0.02)),
  'clipped by norm': () => chain(clipByNorm(1), sgd({ learningRate: 0.1 })),
  'clipped by value': () => chain(clipByValue(0.5), trace({ momentum: 0.5 }), scale(-0.1)),
  'on a schedule': () => adam({ learningRate: 0.05, schedule: cosine({ steps: 40 }) }),
  'scaled by a schedule': () => chain(scaleByAdam(), scaleBySchedule(cosine({ steps: 40, floor: 0.1 }), -0.05)),
  'reduced on plateaus': () => chain(adam({ learningRate: 0.5 }), reduceOnPlateau({ patience: 1, factor: 0.5 })),
  'empty chain': () => chain(),
  'of a user': () => ({
    init: () => ({ count: 0 }),
    update(gradient, state) {
      const own = state as { count: number };
      own.count++;
      for (let i = 0; i < gradient.length; i++) gradient[i] *= -0.1 / own.count;
    },
  }),
};

const searches: Record<string, () => SearchRule> = {
  lbfgs: () => lbfgs() as SearchRule,
  'lbfgs, memory 3': () => lbfgs({ memory: 3, noise: 0 }) as SearchRule,
  'lbfgs, no line search': () => lbfgs({ lineSearch: 'none', learningRate: 0.1 }) as SearchRule,
  newton: () => newton() as SearchRule,
};

const initial = Float64Array.of(-2, 0.5, 4);

/** Every bit of the parameters, so that −0 differs from 0 and each NaN from another. */
const bits = (vector: Float64Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');

test('every rule that has a name stands in a table', () => {
  const tested = new Set([...named.map(([name]) => name), ...Object.keys(searches), 'closedForm']);
  expect(ruleNames.filter((name) => !tested.has(name))).toEqual([]);
});

describe.each(Object.entries(rules))('%s', (name, makeOne) => {
  test('leaves the parameters untouched', () => {
    const rule = makeOne();
    const parameters = Float64Array.of(1, -2, 3);
    const state = rule.init(parameters);
    for (let step = 0; step < 3; step++) rule.update(Float64Array.of(3, -1, 0), state, parameters, 1);
    expect(parameters).toEqual(Float64Array.of(1, -2, 3));
  });

  test('keeps a state of numbers and vectors only, which a structured clone copies whole', () => {
    const rule = makeOne();
    const state = rule.init(initial);
    rule.update(Float64Array.of(3, -1, 0.5), state, initial, 1);
    expectData(state);
    expect(structuredClone(state)).toEqual(state);
  });

  test('two runs of one rule share nothing', () => {
    const rule = makeOne();
    const [first, second] = [rule.init(initial), rule.init(initial)];
    rule.update(Float64Array.of(3, -1, 0.5), first, initial, 1);
    expect(second).toEqual(makeOne().init(initial));
  });

  test('makes no vector in a step', () => {
    const rule = makeOne();
    const [state, gradient] = [rule.init(initial), Float64Array.of(3, -1, 0.5)];
    expect(countVectors(() => rule.update(gradient, state, initial, 1))).toBe(0);
  });

  // A step of fista leaves one box of 16 bytes: V8 puts a number that passes between two functions into one, unless it
  // compiles the one into the other. All others keep to nothing.
  test('allocates nothing in 10,000 steps, with a hundred parameters or ten times as many', () => {
    const perStep = (length: number) => {
      const rule = makeOne();
      const parameters = new Float64Array(length).fill(1);
      const [state, gradient] = [rule.init(parameters), new Float64Array(length)];
      return countBytes(() => {
        gradient.fill(0.5);
        rule.update(gradient, state, parameters, 1);
      });
    };
    const most = name === 'fista' ? 20 : 4;
    expect(perStep(100)).toBeLessThan(most);
    expect(perStep(1000)).toBeLessThan(most);
  });

  test.each(Object.entries({ 'full batch': bowl(), 'mini-batches': noisyBowl(7) }))(
    '%s: stopped before each of 50 steps and resumed, it ends in the same bits',
    (_, objective) => {
      const whole = expectResumable(objective, makeOne, initial, { steps: 50 });
      expect(whole.steps).toBe(50);
    },
  );
});

describe.each(Object.entries(searches))('%s', (name, makeOne) => {
  const start = Float64Array.of(-1.2, 1, -1.2, 1, -1.2, 1);

  test('leaves loss and gradient of where it went, and a state of numbers and vectors only', () => {
    const objective = valley();
    const rule = makeOne();
    const point = { parameters: start.slice(), gradient: new Float64Array(6), loss: 0 };
    point.loss = objective.evaluate(point.parameters, point.gradient, 0);
    const state = rule.init(point.parameters);
    const search = rule.search(objective);
    for (let step = 0; step < 5; step++) {
      const outcome = search.step(point, state);
      const gradient = new Float64Array(6);
      const loss = objective.evaluate(point.parameters, gradient, 0);
      if (outcome === 'searched') expect([point.loss, point.gradient]).toEqual([loss, gradient]);
      else point.loss = loss;
      point.gradient.set(gradient);
      expect(outcome).toBe(name.includes('no line') ? 'stepped' : 'searched');
    }
    expectData(state);
    expect(structuredClone(state)).toEqual(state);
  });

  test('stopped before each of its steps and resumed, it ends in the same bits', () => {
    const whole = expectResumable(valley(), makeOne, start, { steps: 50, gradientNorm: 1e-10 });
    expect(whole.steps).toBeGreaterThan(10);
  });

  test('makes no vector in a step, and allocates nothing in 10,000, but for boxes of numbers', () => {
    const length = name === 'newton' ? 40 : 100;
    const objective = { ...bowl(length), hessian: diagonal };
    const rule = makeOne();
    const point = { parameters: new Float64Array(length), gradient: new Float64Array(length), loss: 0 };
    const state = rule.init(point.parameters);
    const search = rule.search(objective);
    let count = 0;
    const step = () => {
      // Now and then from elsewhere, so that there is something to find.
      if (count++ % 10 === 0) {
        for (let i = 0; i < length; i++) point.parameters[i] = ((i * 7 + count) % 13) - 6;
        point.loss = objective.evaluate(point.parameters, point.gradient, 0);
      }
      search.step(point, state);
    };
    expect(countVectors(step)).toBe(0);
    // A dozen numbers a step, of 16 bytes; a vector of these parameters would take 800 (320 for Newton's 40).
    expect(countBytes(step)).toBeLessThan(300);
  });

  test.skipIf(name.includes('no line')).each(Object.entries(problems))('solves %s within 100 steps', (_, problem) => {
    const objective = withHessian(problem.objective);
    const rule = makeOne();
    const solution = minimise(objective, { rule, initial: Float64Array.from(problem.initial), stop: { steps: 100 } });
    expect(solution.loss - problem.least).toBeLessThanOrEqual(problem.gap);
  });

  test('refuses mini-batches, and an L1 penalty that its line search would not see', () => {
    const run = (objective: Objective) => () => minimise(objective, { rule: makeOne(), initial, stop: { steps: 1 } });
    expect(run(noisyBowl())).toThrow(/expected a full batch for a rule that searches, found 7 batches/);
    expect(run({ ...bowl(), subgradientNorm: () => 0 })).toThrow(InputError);
  });
});

function diagonal(this: Objective, parameters: Float64Array, gradient: Float64Array, hessian: Float64Array): number {
  const loss = this.evaluate(parameters, gradient, 0);
  hessian.fill(0);
  for (let i = 0; i < this.length; i++) hessian[i * this.length + i] = i + 1;
  return loss;
}

describe.each(Object.entries(problems))('%s', (problem, { objective, initial: start, steps, least, gap }) => {
  test.each(named.map((row) => [title(row[0], row[1]), row] as const))(
    `is solved within ${steps} steps by %s`,
    (_, [name, options, learningRates, { gap: own = gap, decays = false } = {}]) => {
      const request = { name, learningRate: learningRates[problem as Problem], ...options } as RuleRequest;
      const rule = makeRule(request, decays ? { schedule: polynomial({ steps }) } : {});
      const solution = minimise(objective, { rule, initial: Float64Array.from(start), stop: { steps } });
      expect(solution.status).toBe('step-limit');
      expect(solution.loss - least).toBeLessThanOrEqual(Math.max(gap, problem === 'rosenbrock' ? own : gap));
    },
  );
});

describe('closedForm', () => {
  const solvable: Objective = { ...bowl(), solve: (parameters) => void parameters.fill(1) };

  test('arrives in one step, and takes no other', () => {
    const solution = minimise(solvable, { rule: closedForm(), initial, stop: { steps: 10 } });
    expect(solution).toMatchObject({ status: 'converged', steps: 1, loss: 0, parameters: Float64Array.of(1, 1, 1) });
  });

  test('stopped before its steps and resumed, it ends in the same bits', () => {
    expect(expectResumable(solvable, () => closedForm() as SearchRule, initial, { steps: 10 }).steps).toBe(1);
  });

  test('asks for an objective that has one, as newton does for second derivatives', () => {
    const run = (rule: SearchRule) => () => minimise(bowl(), { rule, initial, stop: { steps: 1 } });
    expect(run(closedForm() as SearchRule)).toThrow(/expected an objective with a closed form, found none/);
    expect(run(newton() as SearchRule)).toThrow(/expected an objective with second derivatives, found none/);
  });
});

/** Stops a run before each of its steps, goes on from copies of its checkpoint, and expects the same end to the bit. */
function expectResumable(
  objective: Objective,
  makeOne: () => Rule | SearchRule,
  start: Float64Array,
  stop: { steps: number; gradientNorm?: number },
): Solution {
  const run = (options: object) =>
    minimise(objective, { rule: makeOne(), initial: start, stop, progressEvery: 7, ...options });
  const whole: Progress[] = [];
  const expected = run({ onProgress: (progress: Progress) => whole.push(progress) });

  for (let pause = 0; pause < expected.steps; pause++) {
    const heard: Progress[] = [];
    const onProgress = (progress: Progress) => heard.push(progress);
    let asked = 0;
    const part = run({ onProgress, shouldPause: () => asked++ === pause });
    expect(part).toMatchObject({ status: 'deadline', steps: pause });
    const copies: Checkpoint[] = [
      structuredClone(part.checkpoint),
      checkpointFromTensors(checkpointToTensors(part.checkpoint)),
    ];
    const soFar = [...heard];
    for (const resume of copies) {
      heard.splice(0, heard.length, ...soFar);
      const rest = run({ onProgress, resume });
      expect(bits(rest.parameters)).toBe(bits(expected.parameters));
      expect(rest).toEqual(expected);
      expect(heard).toEqual(whole);
    }
  }
  return expected;
}

function expectData(state: unknown): void {
  if (typeof state === 'number' || state instanceof Float64Array) return;
  expect(state).toBeTypeOf('object');
  expect(state).not.toBeNull();
  expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(state));
  for (const child of Object.values(state as object)) expectData(child);
}
