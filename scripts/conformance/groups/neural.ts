// nn_losses_activations.json: torch's activations and losses, their values and gradients.
import { type LossRequest, makeLoss } from '../../../lib/losses/losses.ts';
import { type ActivationName, activationNamed, activations } from '../../../lib/models/activations.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { Group } from '../group.ts';
import { type Numbers, near, nearAll } from '../near.ts';

interface NeuralGolden {
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

export const neural: Group = {
  name: 'nn_losses_activations',
  matches: (path) => path === 'nn_losses_activations.json',
  check: (golden) => outcomesOf(neuralCases(golden as NeuralGolden)),
};

/** Of the activations and losses. */
function neuralCases(golden: NeuralGolden): GoldenCase[] {
  const units = Object.entries(golden.activations).map(([name, expected]): GoldenCase => {
    const activation = name === 'gelu_erf' ? 'gelu' : name;
    const title = `activation ${name}`;
    if (!Object.hasOwn(activations, activation)) return { name: title, skip: 'hone has no such activation' };
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
  if (!request) return { name, skip: 'hone has no such loss' };
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
