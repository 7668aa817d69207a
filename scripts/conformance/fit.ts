import type { Objective } from '../../lib/core/objective.ts';
import type { LossRequest } from '../../lib/losses/losses.ts';
import { createModel, type ModelOptions } from '../../lib/models/create-model.ts';
import type { Examples, Model } from '../../lib/models/model.ts';
import { toPredictions } from '../../lib/models/predictions.ts';
import { closedForm } from '../../lib/optimizers/closed-form.ts';
import { fista } from '../../lib/optimizers/fista.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import type { SearchRule } from '../../lib/optimizers/search-rule.ts';
import type { ModelDataset } from './model-datasets.ts';

export interface FitOptions extends Pick<ModelOptions, 'kind' | 'classCount'> {
  loss?: LossRequest;
  l1?: number;
  l2?: number;
  penaliseIntercept?: boolean;
  /** By the formula rather than by steps: least squares, with or without a ridge. */
  closedForm?: boolean;
  initial?: Float64Array;
}

/** A fitted model, in terms of the rows as they were given. */
export interface Fit {
  coefficients: Float64Array;
  intercepts: Float64Array;
  /** Of the centred rows; where the next fit may start. */
  parameters: Float64Array;
  /** Mean loss plus penalty. */
  loss: number;
  predict(rows: number[][]): Float64Array;
  /** Of each class, shape [rows, classes]. */
  probabilities(rows: number[][]): Float64Array;
  labels(rows: number[][]): Int32Array;
}

/** Fits a model to rows in float64. They are centred for it, unless the intercept is penalised. */
export function fitModel(options: FitOptions, { rows, targets }: ModelDataset): Fit {
  const { kind, loss, classCount, l1, l2, penaliseIntercept = false, initial } = options;
  const width = rows[0].length;
  const means = rows[0].map((_, j) =>
    penaliseIntercept ? 0 : rows.reduce((sum, row) => sum + row[j], 0) / rows.length,
  );
  const features = (of: number[][]) => ({
    rowCount: of.length,
    columnCount: width,
    data: Float64Array.from(of.flatMap((row) => row.map((value, j) => value - means[j]))),
  });
  const examples: Examples = {
    features: features(rows),
    targets: Float64Array.from(targets),
    // Several blocks, so that the merged sums are what is tested.
    blockOffsets: Int32Array.of(0, Math.ceil(rows.length / 3), Math.ceil((2 * rows.length) / 3), rows.length),
  };
  const model = createModel({ kind, loss, classCount, inputs: width });
  const objective = model.objective(examples, { l1, l2, penaliseIntercept });
  const rule = ruleFor(options, model, objective);
  const gradient = new Float64Array(model.parameterCount);
  objective.evaluate(model.initial(), gradient, 0);
  const scale = Math.max(...gradient.map(Math.abs));
  const solution = minimise(objective, {
    rule,
    initial: initial ?? model.initial(),
    stop: { gradientNorm: 1e-11 * scale, steps: 60_000 },
  });
  return describe(model, solution.parameters, solution.loss, means, features);
}

/** Fits a loss with a kink by rounding it, ever less: from `width` down to a billionth of it. */
export function fitInStages(options: FitOptions & { loss: LossRequest }, data: ModelDataset, width: number): Fit {
  let fitted: Fit | undefined;
  for (let smoothing = width; smoothing > width * 1e-9; smoothing /= 10)
    fitted = fitModel({ ...options, loss: { ...options.loss, smoothing }, initial: fitted?.parameters }, data);
  return fitted as Fit;
}

/** The formula where there is one; proximal steps for l1, whose zeros are exact; L-BFGS for the rest. */
function ruleFor(
  { l1, closedForm: byFormula, penaliseIntercept }: FitOptions,
  model: Model,
  objective: Objective,
): Rule | SearchRule {
  if (byFormula && objective.solve) return closedForm();
  return l1 ? fista({ l1, ranges: model.penalised(penaliseIntercept) }) : lbfgs();
}

function describe(
  model: Model,
  parameters: Float64Array,
  loss: number,
  means: number[],
  features: (rows: number[][]) => Examples['features'],
): Fit {
  const { outputs, inputs } = model;
  const coefficients = parameters.slice(0, outputs * inputs);
  const intercepts = Float64Array.from({ length: outputs }, (_, k) =>
    means.reduce((sum, mean, j) => sum - coefficients[k * inputs + j] * mean, parameters[outputs * inputs + k]),
  );
  const predict = (rows: number[][]) => toPredictions(model, model.scores(parameters, features(rows)));
  const probabilities = (rows: number[][]) => {
    const predicted = predict(rows);
    return outputs > 1 ? predicted : Float64Array.from([...predicted].flatMap((p) => [1 - p, p]));
  };
  const labels = (rows: number[][]) => {
    const predicted = predict(rows);
    if (outputs === 1) return Int32Array.from(predicted, (value) => Number(value > (model.link === 'none' ? 0 : 0.5)));
    return Int32Array.from(rows, (_, row) => {
      const ofRow = [...predicted.subarray(row * outputs, (row + 1) * outputs)];
      return ofRow.indexOf(Math.max(...ofRow));
    });
  };
  return { coefficients, intercepts, parameters, loss, predict, probabilities, labels };
}
