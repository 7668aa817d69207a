import { checkInteger } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { isStreamed } from '../core/streamed-matrix.ts';
import type { Vector } from '../core/vector.ts';
import type { Loss } from '../losses/loss.ts';
import type { Ranges } from '../losses/penalties.ts';
import { type Activation, type ActivationName, activationNamed } from './activations.ts';
import { copyRow } from './copy-row.ts';
import { addDenseGradient, type DenseLayer, denseBackward, denseForward } from './dense-layer.ts';
import { type Dropout, dropout } from './dropout.ts';
import { checkExamples } from './examples.ts';
import { drawWeights, type Initialisation } from './initialisation.ts';
import { passByKernel } from './kernel-pass.ts';
import { checkFit } from './linear-family.ts';
import { meanLoss } from './mean-loss.ts';
import type { Features, Model, Slice } from './model.ts';
import { rowObjective } from './row-objective.ts';
import { type ExamplesAtHand, eachLoaded, rowsAtHand } from './rows-at-hand.ts';

/** The layers, loss and initialisation of a multilayer perceptron. */
export interface MlpOptions {
  loss: Loss;
  /** Features of a row. */
  inputs: number;
  /** Scores of a row. */
  outputs: number;
  /** Units of each hidden layer, from the inputs on; none leaves a linear model. */
  hidden?: readonly number[];
  activation?: ActivationName;
  /** Probability with which a hidden unit is left out of a training step, in [0, 1). */
  dropout?: number;
  /** How weights are drawn; He's uniform for relu and gelu, Xavier's for tanh and sigmoid, when left out. */
  initialisation?: Initialisation;
  /** Seeds the weights that training starts from. */
  seed?: number;
}

/** Streams of the seed that layers' weights are drawn from. */
const firstStream = 2 ** 41;

/** Most parameters: 2 GiB of float64. With more, no process has room for what a training holds besides. */
const mostParameters = 2 ** 28;

/**
 * A multilayer perceptron: dense layers with an activation between them, and any loss of the scores of the last.
 *
 * Parameters are, layer after layer, the weights, shape [outputs, inputs], row-major, then the biases, shape [outputs],
 * named as torch names those of Linear: `layers.0.weight`, `layers.0.bias`, …. Features are float32; parameters, units and
 * all sums are float64. Biases start at 0.
 *
 * @throws InputError when an option is out of range
 * @see Rumelhart, Hinton & Williams 1986, Nature 323, for the gradient
 */
export function mlp(options: MlpOptions): Model {
  const { loss, inputs, outputs, hidden = [64, 32], activation = 'relu', dropout: rate = 0, seed = 0 } = options;
  const { initialisation = usualInitialisation(activation) } = options;
  hidden.forEach((width, i) => {
    checkInteger(`hidden[${i}]`, width, 1);
  });
  if (!(rate >= 0 && rate < 1)) throw new InputError(`dropout: expected a number in [0, 1), found ${rate}`);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  const layers = stack([inputs, ...hidden, outputs]);
  const last = layers[layers.length - 1];
  const parameterCount = last.biasesAt + last.outputs;
  const unit = activationNamed(activation);
  if (!(parameterCount <= mostParameters)) {
    throw new InputError(`hidden: expected at most ${mostParameters} parameters, found ${parameterCount}`, {
      advice: 'Make the layers narrower',
    });
  }
  // Draws no weights, only checks the name: a model is also made for each prediction, which must be fast.
  drawWeights(initialisation, new Float64Array(0), { fanIn: 1, fanOut: 1 }, seededRandom(seed, firstStream));

  const penalised = (penaliseIntercept = false): Ranges =>
    penaliseIntercept ? [[0, parameterCount]] : layers.map(({ weightsAt, biasesAt }) => [weightsAt, biasesAt]);
  const scores = (parameters: Vector, features: Features) => {
    checkFit(parameters, parameterCount, features, inputs);
    return allScores(network(layers, unit), parameters, features);
  };
  return {
    kind: 'mlp',
    loss: loss.name,
    link: loss.link,
    isConvex: loss.convex && layers.length === 1,
    inputs,
    outputs,
    layout: layers.flatMap(({ inputs: width, outputs: count, weightsAt, biasesAt }, i): Slice[] => [
      { name: `layers.${i}.weight`, offset: weightsAt, shape: [count, width] },
      { name: `layers.${i}.bias`, offset: biasesAt, shape: [count] },
    ]),
    parameterCount,
    initial: () => initialWeights(layers, parameterCount, initialisation, seed),
    penalised,
    objective(examples, objectiveOptions = {}) {
      checkExamples(examples, { inputs, outputs, loss });
      const net = network(layers, unit);
      const mask = rate > 0 ? dropout(rate, objectiveOptions.seed ?? 0) : undefined;
      const atHand = rowsAtHand(examples, objectiveOptions);
      const pass = {
        loss,
        examples: atHand.examples,
        net,
        mask,
        rows: new Int32Array(tileRows),
        targets: new Float64Array(tileRows),
      };
      const shape = rate === 0 && activation !== 'gelu' ? { hidden, activation } : undefined;
      return rowObjective(
        {
          examples,
          atHand,
          length: parameterCount,
          penalised,
          addRows: (parameters, order, from, end, sums, offset, step) =>
            addRows(pass, { parameters, order, from, end, step }, sums, offset),
          ...(shape && passByKernel({ loss, inputs, outputs, examples: atHand.examples }, objectiveOptions, shape)),
        },
        objectiveOptions,
      );
    },
    meanLoss: (examples) => meanLoss({ inputs, outputs, loss }, examples, scores),
    scores,
  };
}

const usualInitialisation = (activation: ActivationName): Initialisation =>
  activation === 'relu' || activation === 'gelu' ? 'he-uniform' : 'xavier-uniform';

/** Layers between these widths, one after the other in the flat parameters. */
function stack(widths: readonly number[]): DenseLayer[] {
  let next = 0;
  return widths.slice(1).map((outputs, i) => {
    const weightsAt = next;
    const biasesAt = weightsAt + outputs * widths[i];
    next = biasesAt + outputs;
    return { inputs: widths[i], outputs, weightsAt, biasesAt };
  });
}

function initialWeights(
  layers: readonly DenseLayer[],
  parameterCount: number,
  name: Initialisation,
  seed: number,
): Vector {
  const parameters = new Float64Array(parameterCount);
  layers.forEach(({ inputs, outputs, weightsAt, biasesAt }, i) => {
    const weights = parameters.subarray(weightsAt, biasesAt);
    drawWeights(name, weights, { fanIn: inputs, fanOut: outputs }, seededRandom(seed, firstStream + i));
  });
  return parameters;
}

/** Rows that go through the layers together. */
const tileRows = 32;

/** Room for a tile of rows in every layer. */
interface Network {
  layers: readonly DenseLayer[];
  unit: Activation;
  /** What goes into each layer, shape [tileRows, inputs]. */
  inputs: Float64Array[];
  /** Each layer's sums, shape [tileRows, outputs]; of the last, the scores. */
  sums: Float64Array[];
  /** The hidden layers' units before dropout. */
  units: Float64Array[];
  /** Factors of dropout, as the units. */
  factors: Float64Array[];
  /** d loss / d sum of each layer. */
  slopes: Float64Array[];
  losses: Float64Array;
}

function network(layers: readonly DenseLayer[], unit: Activation): Network {
  const room = (width: number) => new Float64Array(tileRows * width);
  return {
    layers,
    unit,
    inputs: layers.map(({ inputs }) => room(inputs)),
    sums: layers.map(({ outputs }) => room(outputs)),
    units: layers.slice(1).map(({ inputs }) => room(inputs)),
    factors: layers.slice(1).map(({ inputs }) => room(inputs)),
    slopes: layers.map(({ outputs }) => room(outputs)),
    losses: room(1),
  };
}

function allScores(net: Network, parameters: Vector, features: Features): Float64Array {
  const { rowCount, columnCount } = features;
  const { outputs } = net.layers[net.layers.length - 1];
  const last = net.sums[net.layers.length - 1];
  const scores = new Float64Array(rowCount * outputs);
  if (isStreamed(features)) {
    eachLoaded(features, (data, firstRow, count) => {
      scores.set(allScores(net, parameters, { rowCount: count, columnCount, data }), firstRow * outputs);
    });
    return scores;
  }
  for (let first = 0; first < rowCount; first += tileRows) {
    const count = Math.min(tileRows, rowCount - first);
    for (let i = 0; i < count; i++) copyRow(features, first + i, net.inputs[0], i * columnCount);
    forward(net, parameters, count);
    for (let i = 0; i < count * outputs; i++) scores[first * outputs + i] = last[i];
  }
  return scores;
}

/** What a pass over rows needs, besides parameters. */
interface Pass {
  loss: Loss;
  examples: ExamplesAtHand;
  net: Network;
  mask: Dropout | undefined;
  rows: Int32Array;
  targets: Float64Array;
}

interface Request {
  parameters: Vector;
  order: Int32Array | undefined;
  from: number;
  end: number;
  step: number;
}

/** Adds the gradient and then the loss, weighted, of rows [from, end) to `sums`, from `offset`. See `RowPass`. */
function addRows(
  { loss, examples, net, mask, rows, targets }: Pass,
  { parameters, order, from, end, step }: Request,
  sums: Float64Array,
  offset: number,
): void {
  const { features, weights, rowNumbers } = examples;
  const { columnCount } = features;
  const last = net.layers.length - 1;
  const { outputs } = net.layers[last];
  const lossAt = offset + parameters.length;
  for (let first = from; first < end; first += tileRows) {
    const count = Math.min(tileRows, end - first);
    for (let i = 0; i < count; i++) {
      const row = order ? order[first + i] : first + i;
      rows[i] = row;
      targets[i] = examples.targets[row];
      copyRow(features, row, net.inputs[0], i * columnCount);
    }
    forward(
      net,
      parameters,
      count,
      mask && { mask, rows: rowNumbers ? rows.map((row) => rowNumbers[row]) : rows, step },
    );
    loss.evaluate(net.sums[last], targets, count, outputs, net.losses, net.slopes[last]);
    for (let i = 0; i < count; i++) {
      const weight = weights ? weights[rows[i]] : 1;
      sums[lossAt] += net.losses[i] * weight;
      if (weights) for (let k = i * outputs; k < (i + 1) * outputs; k++) net.slopes[last][k] *= weight;
    }
    backward(net, parameters, count, mask !== undefined, sums, offset);
  }
}

/** From the first layer's inputs to the scores. */
function forward(
  { layers, unit, inputs, sums, units, factors }: Network,
  parameters: Vector,
  count: number,
  dropping?: { mask: Dropout; rows: Int32Array; step: number },
): void {
  for (let i = 0; i < layers.length; i++) {
    denseForward(layers[i], parameters, inputs[i], sums[i], count);
    if (i + 1 === layers.length) break;
    const { outputs } = layers[i];
    const length = count * outputs;
    unit.apply(sums[i], units[i], length);
    if (dropping) {
      const { mask, rows, step } = dropping;
      for (let row = 0; row < count; row++)
        mask.mask(factors[i], row * outputs, outputs, { step, row: rows[row], layer: i });
      for (let k = 0; k < length; k++) inputs[i + 1][k] = units[i][k] * factors[i][k];
    } else {
      for (let k = 0; k < length; k++) inputs[i + 1][k] = units[i][k];
    }
  }
}

/** From the slopes of the scores to the gradient of every layer, added to `sums`. */
function backward(
  { layers, unit, inputs, sums: z, units, factors, slopes }: Network,
  parameters: Vector,
  count: number,
  isDropping: boolean,
  sums: Float64Array,
  offset: number,
): void {
  for (let i = layers.length - 1; i >= 0; i--) {
    addDenseGradient(layers[i], inputs[i], slopes[i], count, sums, offset);
    if (i === 0) return;
    const below = slopes[i - 1];
    denseBackward(layers[i], parameters, slopes[i], below, count);
    const length = count * layers[i].inputs;
    if (isDropping) for (let k = 0; k < length; k++) below[k] *= factors[i - 1][k];
    unit.multiplySlopes(z[i - 1], units[i - 1], below, length);
  }
}
