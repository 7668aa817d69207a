import assert from 'node:assert/strict';
import type { AnyMatrix } from '../../lib/core/matrix.ts';
import { type LossRequest, makeLoss } from '../../lib/losses/losses.ts';
import { type ActivationName, activationNamed, activations } from '../../lib/models/activations.ts';
import { createModel } from '../../lib/models/create-model.ts';
import type { Examples } from '../../lib/models/model.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { addDecay } from '../../lib/optimizers/add-decay.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import { scale } from '../../lib/optimizers/scale.ts';
import { scaleByAdam } from '../../lib/optimizers/scale-by-adam.ts';
import { sgd } from '../../lib/optimizers/sgd.ts';
import { type Numbers, near, nearAll } from './near.ts';

/** One thing that a golden file says: held to, or skipped with a reason. */
export type GoldenCase = { name: string; run(): void } | { name: string; skip: string };

export interface NeuralGolden {
  activation_inputs: number[];
  activations: Record<string, { value: number[]; grads: number[][] }>;
  losses: LossGolden[];
}

interface LossGolden {
  name: string;
  inputs: Numbers[];
  target: number[];
  value: number;
  grad_wrt_first_input: Numbers;
  class_weights?: number[] | null;
}

const closedForm = 1e-12;

/** torch's activations and losses: values and gradients. */
export function neuralCases(golden: NeuralGolden): GoldenCase[] {
  const units = Object.entries(golden.activations).map(([name, expected]): GoldenCase => {
    const activation = name === 'gelu_erf' ? 'gelu' : name;
    const title = `activation ${name}`;
    if (!Object.hasOwn(activations, activation)) return { name: title, skip: `hone has no activation ${name}` };
    return {
      name: title,
      run: () => checkActivation(activation as ActivationName, golden.activation_inputs, expected),
    };
  });
  return [...units, ...golden.losses.map(lossCase)];
}

function checkActivation(
  name: ActivationName,
  inputs: number[],
  expected: { value: number[]; grads: number[][] },
): void {
  const [z, a] = [Float64Array.from(inputs), new Float64Array(inputs.length)];
  const slopes = new Float64Array(inputs.length).fill(1);
  const unit = activationNamed(name);
  unit.apply(z, a, z.length);
  unit.multiplySlopes(z, a, slopes, z.length);
  nearAll(`${name}, value`, a, expected.value, closedForm);
  nearAll(`${name}, gradient`, slopes, expected.grads[0], closedForm);
}

function lossCase(golden: LossGolden): GoldenCase {
  const name = `loss ${golden.name}`;
  const request = requestOf(golden.name);
  if (!request) return { name, skip: `hone has no loss ${golden.name}` };
  return { name, run: () => checkLoss(request, golden) };
}

/** hone's loss of torch's name, with its options as they stand in the name. */
function requestOf(name: string): LossRequest | undefined {
  const number = (prefix: string) => Number(name.slice(prefix.length).replace('_', '.'));
  if (name === 'mse') return { name: 'squared' };
  if (name === 'l1') return { name: 'absolute' };
  if (name.startsWith('huber_')) return { name: 'huber', delta: number('huber_') };
  if (name.startsWith('bce_logits') || name === 'soft_margin') return { name: 'logistic' };
  const smoothing = 'cross_entropy_label_smoothing_';
  if (name.startsWith(smoothing)) return { name: 'cross-entropy', labelSmoothing: number(smoothing) };
  if (name.startsWith('cross_entropy')) return { name: 'cross-entropy' };
  if (name === 'poisson_nll') return { name: 'poisson' };
  if (name === 'hinge') return { name: 'hinge' };
  if (name === 'squared_hinge') return { name: 'squared-hinge' };
  return undefined;
}

function checkLoss(request: LossRequest, golden: LossGolden): void {
  const scores = Float64Array.from((golden.inputs[0] as number[][]).flat());
  const count = golden.target.length;
  const outputs = scores.length / count;
  const isSigned = golden.target.some((value) => value === -1) && outputs === 1 && request.name !== 'squared';
  const isRegression = ['squared', 'absolute', 'huber'].includes(request.name);
  const targets = Float64Array.from(golden.target, (value) => (isSigned && !isRegression ? (value + 1) / 2 : value));
  const [losses, slopes] = [new Float64Array(count), new Float64Array(scores.length)];
  makeLoss(request, outputs).evaluate(scores, targets, count, outputs, losses, slopes);

  // torch divides by the sum of class weights in cross_entropy, and by the number of rows under pos_weight.
  const positive = /posweight(\d+(?:_\d+)?)/.exec(golden.name)?.[1].replace('_', '.');
  const classWeights = golden.class_weights ?? (positive === undefined ? undefined : [1, Number(positive)]);
  const weights = Float64Array.from(targets, (target) => classWeights?.[target] ?? 1);
  const total = golden.class_weights ? weights.reduce((sum, weight) => sum + weight, 0) : count;
  let value = 0;
  for (let i = 0; i < count; i++) value += (losses[i] * weights[i]) / total;
  near('value', value, golden.value, closedForm);
  const gradient = slopes.map((slope, i) => (slope * weights[Math.floor(i / outputs)]) / total);
  nearAll('gradient', gradient, (golden.grad_wrt_first_input as number[][]).flat(), closedForm);
}

export interface MlpGolden {
  nets: {
    dataset: string;
    sizes: number[];
    activation: ActivationName;
    initial_params: Numbers[];
    initial_loss: number;
    initial_grads: Numbers[];
    logits_first5: number[][];
    training: MlpTraining[];
  }[];
}

interface MlpTraining {
  source: string;
  optimizer: string;
  options: { lr: number; momentum?: number; weight_decay?: number };
  full_batch_loss_30_steps: number[];
  full_batch_params_after_30: Numbers[];
  minibatch_params_after: Numbers[];
  [losses: `minibatch${number}_row_order_${number}_epochs_losses`]: number[];
}

const trajectory = 1e-11;

/**
 * torch's nets of dense layers: scores, gradients, and trajectories of training over all rows and over batches in order.
 *
 * @param rowsOf a dataset's features and the index of each row's class, as the golden file says; undefined without it
 */
export function mlpCases(
  golden: MlpGolden,
  rowsOf: (dataset: string) => { features: AnyMatrix; targets: Float64Array } | undefined,
): GoldenCase[] {
  return golden.nets.flatMap((net): GoldenCase[] => {
    const title = `mlp ${net.sizes.join('-')} ${net.activation} on ${net.dataset}`;
    const rows = rowsOf(net.dataset);
    if (!rows) return [{ name: title, skip: `dataset ${net.dataset} is not there` }];
    const { rowCount } = rows.features;
    const examples: Examples = { ...rows, blockOffsets: Int32Array.of(0, rowCount) };
    const model = createModel({
      kind: 'mlp',
      inputs: net.sizes[0],
      classCount: net.sizes[net.sizes.length - 1],
      loss: 'cross-entropy',
      hidden: net.sizes.slice(1, -1),
      activation: net.activation,
    });
    const initial = flat(net.initial_params);
    const start = (): void => {
      assert.equal(model.parameterCount, initial.length);
      const gradient = new Float64Array(initial.length);
      near('loss', model.objective(examples).evaluate(initial, gradient, 0), net.initial_loss, trajectory);
      nearAll('gradient', gradient, flat(net.initial_grads), trajectory);
      const scores = model.scores(initial, examples.features);
      nearAll('scores', scores.subarray(0, net.logits_first5.flat().length), net.logits_first5.flat(), trajectory);
    };
    return [
      { name: `${title}, start`, run: start },
      ...net.training.map((training): GoldenCase => {
        const name = `${title}, ${training.source}`;
        const rule = ruleOf(training);
        if (!rule) return { name, skip: `hone has no optimizer ${training.optimizer}` };
        return {
          name,
          run() {
            const all = follow(model.objective(examples), rule, initial, training.full_batch_loss_30_steps);
            nearAll('parameters', all, flat(training.full_batch_params_after_30), trajectory);
            const [key, losses] = batchLosses(training);
            const batchSize = Number(/\d+/.exec(key)?.[0]);
            const objective = model.objective(examples, { batchSize, shuffle: false });
            nearAll(
              'parameters',
              follow(objective, rule, initial, losses),
              flat(training.minibatch_params_after),
              trajectory,
            );
          },
        };
      }),
    ];
  });
}

function batchLosses(training: MlpTraining): [string, number[]] {
  const found = Object.entries(training).find(([key]) => key.startsWith('minibatch') && key.endsWith('losses'));
  assert.ok(found, 'expected the losses of mini-batches');
  return found as [string, number[]];
}

/** Takes as many steps as there are losses, and holds each step's loss to them; answers the parameters. */
function follow(
  objective: ReturnType<ReturnType<typeof createModel>['objective']>,
  rule: Rule,
  initial: Float64Array,
  losses: number[],
): Float64Array {
  const seen: number[] = [];
  const { parameters } = minimise(objective, {
    rule,
    initial,
    stop: { steps: losses.length },
    progressEvery: 1,
    onProgress: ({ loss }) => seen.push(loss),
  });
  nearAll('losses', seen, losses, trajectory);
  return parameters;
}

function ruleOf({ optimizer, options }: MlpTraining): Rule | undefined {
  const { lr: learningRate, momentum, weight_decay: weightDecay = 0 } = options;
  if (optimizer === 'SGD') return sgd({ learningRate, momentum, weightDecay });
  if (optimizer === 'Adam') return adam({ learningRate, weightDecay });
  if (optimizer === 'AdamW') return chain(scaleByAdam(), addDecay(weightDecay), scale(-learningRate));
  return undefined;
}

const flat = (arrays: Numbers[]): Float64Array => Float64Array.from((arrays as number[][][]).flat(2));
