// mlp.json: torch's nets of dense layers. Scores, gradients, and trajectories over all rows and over batches in order.
import assert from 'node:assert/strict';
import type { ActivationName } from '../../../lib/models/activations.ts';
import { createModel } from '../../../lib/models/create-model.ts';
import type { Examples } from '../../../lib/models/model.ts';
import { adam } from '../../../lib/optimizers/adam.ts';
import { adamw } from '../../../lib/optimizers/adamw.ts';
import { minimise } from '../../../lib/optimizers/minimise.ts';
import type { Rule } from '../../../lib/optimizers/rule.ts';
import { sgd } from '../../../lib/optimizers/sgd.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { Group } from '../group.ts';
import { modelDataset, withoutDataset, zScored } from '../model-datasets.ts';
import { type Numbers, near, nearAll } from '../near.ts';

interface MlpGolden {
  nets: {
    dataset: string;
    inputs?: string;
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

export const mlp: Group = {
  name: 'mlp',
  matches: (path) => path === 'mlp.json',
  check: (golden, { datasets }) => outcomesOf(mlpCases(golden as MlpGolden, datasets)),
};

/** Of each net its start, and each training. */
function mlpCases(golden: MlpGolden, datasets: string | undefined): GoldenCase[] {
  return golden.nets.flatMap((net): GoldenCase[] => {
    const title = `mlp ${net.sizes.join('-')} ${net.activation} on ${net.dataset}`;
    const data = datasets === undefined ? undefined : modelDataset(net.dataset, datasets);
    if (!data) return [{ name: title, skip: withoutDataset(net.dataset, datasets) }];
    const { rows, targets } = net.inputs?.startsWith('z-scored') ? zScored(data) : data;
    const examples: Examples = {
      features: { rowCount: rows.length, columnCount: rows[0].length, data: Float64Array.from(rows.flat()) },
      targets: Float64Array.from(targets),
      blockOffsets: Int32Array.of(0, rows.length),
    };
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
  if (optimizer === 'AdamW') return adamw({ learningRate, weightDecay });
  return undefined;
}

const flat = (arrays: Numbers[]): Float64Array => Float64Array.from((arrays as number[][][]).flat(2));
