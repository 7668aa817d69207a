// optim/*.json: trajectories of optimizers, as torch took them, each on one small problem.
import type { Objective } from '../../../lib/core/objective.ts';
import { minimise } from '../../../lib/optimizers/minimise.ts';
import { makeRule, type RuleRequest } from '../../../lib/optimizers/rules.ts';
import type { Checkpoint, Progress } from '../../../lib/optimizers/solution.ts';
import { differences, type Group, type Outcome, outcome } from '../group.ts';
import { quadratic, rosenbrock, signedLogistic } from '../problems.ts';

interface Golden {
  problem: string;
  data: Record<string, unknown>;
  x0: number[];
  runs: Run[];
}

interface Run {
  source?: string;
  optimizer: string;
  options: Record<string, unknown>;
  params_after_step: (number | string)[][];
  loss_before_step?: (number | string)[];
}

export const optim: Group = {
  name: 'optim',
  matches: (path) => /^optim\/[^/]+\.json$/.test(path),
  *check(golden) {
    const { problem, data, x0, runs } = golden as Golden;
    const objective = objectiveOf(data, x0.length);
    for (const run of runs) {
      const name = `${problem}: ${run.optimizer}(${describeOptions(run.options)})`;
      if (!objective) yield { result: 'skipped', name: problem, reason: 'a problem that the runner does not know' };
      else yield checkRun(name, objective, x0, run);
    }
  },
};

/** The problem, told by its data. */
function objectiveOf(data: Record<string, unknown>, length: number): Objective | undefined {
  if (Array.isArray(data.A) && Array.isArray(data.b)) return quadratic(data.A, data.b);
  if (typeof data.a === 'number' && typeof data.b === 'number' && length === 2) return rosenbrock(data.a, data.b);
  if (Array.isArray(data.X) && Array.isArray(data.y)) return signedLogistic(data.X, data.y);
  return undefined;
}

const describeOptions = (options: Record<string, unknown>): string =>
  Object.entries(options)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? `(${value})` : value}`)
    .join(', ');

/**
 * Holds a run to its trajectory twice: freely, from its start to its end; and step by step, each from the golden
 * parameters of the step before.
 *
 * Some trajectories magnify rounding until their own reference would be another on another machine. A twin that starts a
 * few roundings away shows when: from there on, only the single steps are compared.
 */
function checkRun(name: string, objective: Objective, x0: number[], run: Run): Outcome {
  const { maximize, ...options } = run.options;
  const request = requestOf(run, options);
  if (typeof request === 'string') return { result: 'skipped', name: run.optimizer, reason: request };

  const sign = maximize === true ? -1 : 1;
  const target = sign === -1 ? upsideDown(objective) : objective;
  const golden = run.params_after_step.map((values) => Float64Array.from(values, Number));
  const losses = run.loss_before_step?.map((loss) => sign * Number(loss));
  const initial = Float64Array.from(x0);
  const free = walk(target, request, initial);
  const twin = walk(target, request, nudged(initial));
  const single = walk(target, request, initial, golden);
  const singleTwin = walk(target, request, nudged(initial), golden.map(nudged));
  const found: string[] = [];
  for (const [step, expected] of golden.entries()) {
    const [own, other] = [free.next().value, twin.next().value];
    const [forced, forcedTwin] = [single.next().value, singleTwin.next().value];
    if (!own || !other || !forced || !forcedTwin) {
      if (expected.every(Number.isFinite)) found.push(`step ${step + 1}: diverged`);
      break;
    }
    const size = Math.max(...expected.map(Math.abs));
    const limit = 1e-9 * size;
    const stepSpread = Math.min(limit, 100 * largestGap(forced.parameters, forcedTwin.parameters));
    const where = `after step ${step + 1}: parameters`;
    found.push(...differences(forced.parameters, [...expected], tolerance(size, stepSpread), where));
    const spread = 100 * largestGap(own.parameters, other.parameters);
    if (spread <= limit)
      found.push(...differences(own.parameters, [...expected], tolerance(size, spread), `run freely, ${where}`));
    if (losses && !Number.isNaN(forced.loss))
      found.push(...differences(forced.loss, losses[step], tolerance(0), `before step ${step + 1}: loss`));
  }
  return outcome(name, found);
}

/**
 * The parameters after each step, and the loss before it: NaN where a search had found the minimum and took no step,
 * while torch goes on in place. Ends where the run diverges.
 *
 * @param path where each step leaves the parameters; without it, where the rule leaves them
 */
function* walk(objective: Objective, request: RuleRequest, initial: Float64Array, path?: Float64Array[]) {
  const rule = makeRule(request);
  let resume: Checkpoint | undefined;
  for (let steps = 1; ; steps++) {
    let loss = NaN;
    const onProgress = (progress: Progress) => {
      loss = progress.loss;
    };
    const solution = minimise(objective, { rule, initial, stop: { steps }, resume, onProgress });
    if (solution.status === 'diverged') return;
    // A search that found nothing to do counts no step, and is asked again.
    resume = { ...solution.checkpoint, step: steps, parameters: path?.[steps - 1] ?? solution.parameters };
    yield { parameters: solution.parameters, loss };
  }
}

/** Each coordinate a few roundings away. */
const nudged = (vector: Float64Array) =>
  vector.map((value, i) => (value === 0 ? 1e-16 : value * (1 + (i % 2 === 0 ? 1e-15 : -1e-15))));

const largestGap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((gap, value, i) => Math.max(gap, Math.abs(value - b[i])), 0);

/** Nearly eleven digits of each number; of one near zero, thirteen of the largest beside it, whose rounding it shares. */
const tolerance = (size: number, spread = 0) => ({ relative: 5e-11, absolute: Math.max(1e-13 * size, spread) });

/** What each option of torch is called here, and the names of the rules. */
const optionNames: Record<string, string> = {
  lr: 'learningRate',
  eps: 'epsilon',
  weight_decay: 'weightDecay',
  lr_decay: 'learningRateDecay',
  initial_accumulator_value: 'initialAccumulator',
  centered: 'centred',
  alpha: 'decay',
  rho: 'decay',
  momentum_decay: 'momentumDecay',
  history_size: 'memory',
};
const ruleOf: Record<string, RuleRequest['name']> = {
  SGD: 'sgd',
  Adagrad: 'adagrad',
  RMSprop: 'rmsprop',
  Adadelta: 'adadelta',
  Adam: 'adam',
  AdamW: 'adamw',
  Adamax: 'adamax',
  NAdam: 'nadam',
  RAdam: 'radam',
  Lion: 'lion',
  LBFGS: 'lbfgs',
};
/** How torch computes, not what: they change nothing here. */
const ignored = ['foreach', 'capturable', 'fused', 'differentiable'];

/** The rule that a run asks for; or why it cannot be had. */
function requestOf({ optimizer, source = '' }: Run, options: Record<string, unknown>): RuleRequest | string {
  if (!Object.hasOwn(ruleOf, optimizer)) return 'hone has no such optimizer';
  const name = ruleOf[optimizer];
  const request: Record<string, unknown> = { name };
  if (name === 'nadam') request.countsMomentumTwice = !/torch [2-9]/.test(source);
  for (const [key, value] of Object.entries(name === 'lbfgs' ? torchLbfgs(options) : options)) {
    if (ignored.includes(key)) continue;
    if (key === 'betas') [request.beta1, request.beta2] = value as number[];
    else request[optionNames[key] ?? key] = value;
  }
  return request as unknown as RuleRequest;
}

/** torch's constants for L-BFGS, which has one iteration to a step here. */
function torchLbfgs({ line_search_fn, history_size = 100, ...options }: Record<string, unknown>) {
  const { max_iter: _, max_eval: __, tolerance_grad: ___, tolerance_change: ____, ...rest } = options;
  return {
    ...rest,
    history_size,
    lineSearch: line_search_fn === 'strong_wolfe' ? 'strong-wolfe' : 'none',
    noise: 0,
    minCurvature: 1e-10,
    narrowest: 1e-9,
    restart: false,
  };
}

/** The same climb, seen as a descent. */
function upsideDown(objective: Objective): Objective {
  return {
    ...objective,
    evaluate(parameters, gradient, step) {
      const loss = objective.evaluate(parameters, gradient, step);
      for (let i = 0; i < gradient.length; i++) gradient[i] = -gradient[i];
      return -loss;
    },
  };
}
