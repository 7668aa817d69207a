import type { Products } from '../kernels/linear-pass.ts';
import { manyRows } from '../models/hessian.ts';
import type { Model } from '../models/model.ts';
import type { OptimizerRequest, Request, StopRequest } from '../pipeline/resolve.ts';

/** An optimizer with all its settings, and why it is that one. */
export interface Choice {
  optimizer: OptimizerRequest;
  stop: StopRequest;
  /** A sentence; not there where the request named it. */
  because?: string;
  /** Rows of a sample at whose minimum the training begins, if it does. */
  sampleRows?: number;
}

/** Multiplications that a step may take that no deadline can interrupt: some seconds. */
const stepLimit = 5e9;
/** Most parameters whose Hessian is formed. */
const newtonParameters = 500;

const inBatchesBy: Partial<Record<OptimizerRequest['name'], Partial<OptimizerRequest>>> = {
  adam: { learningRate: 0.01, batchSize: 256, seed: 0 },
  sgd: { learningRate: 0.1, batchSize: 256, seed: 0 },
};

const toTheMinimum: StopRequest = { epochs: 1000, gradientNorm: 1e-8, tolerance: 1e-12 };
/** Where rows are many: the loss is then within some 1e-9 of its minimum, and float32 products can tell. */
const nearTheMinimum: StopRequest = { epochs: 1000, gradientNorm: 1e-7, tolerance: 1e-9 };
const inBatches: StopRequest = { epochs: 200, tolerance: 1e-7, patience: 10 };

/**
 * The optimizer of a request, or, where that names none, the one that fits the model and the size of its data:
 *
 * - with l1, FISTA, whose proximal steps make exact zeros; where the loss has kinks or is not convex, SGD with such steps
 * - least squares without l1, up to 5e9 multiplications (2 · rows · parameters²): its closed form
 * - other convex losses with second derivatives, below 32,768 rows, up to 500 parameters and 5e9 multiplications a step
 *   (½ · rows · parameters²): Newton's method
 * - larger ones, and those that have only a gradient: L-BFGS, which on many rows stops as near to the minimum as their
 *   spread lets anyone tell, and begins at the minimum on a sample of them
 * - what has kinks or is not convex: Adam, in batches
 */
export function chooseOptimizer(
  { optimizer, stop, model: { l1 } }: Pick<Request, 'optimizer' | 'stop' | 'model'>,
  model: Pick<Model, 'kind' | 'loss' | 'isConvex' | 'parameterCount'>,
  rowCount: number,
): Choice {
  if (optimizer.name !== 'auto') return { optimizer, stop: stop === 'auto' ? inBatches : stop };

  const { parameterCount } = model;
  const size = `${parameterCount} parameters, ${rowCount} rows`;
  const squares = rowCount * parameterCount * parameterCount;
  const pick = (name: OptimizerRequest['name'], because: string, usual = toTheMinimum): Choice => ({
    optimizer: { name, ...(inBatchesBy[name] ?? {}) },
    stop: stop === 'auto' ? usual : stop,
    because: `None was named: ${because}.`,
  });
  if (l1 > 0) {
    if (model.isConvex && !kinked.has(model.loss))
      return pick('fista', 'FISTA, as l1 needs proximal steps', { ...toTheMinimum, epochs: 10_000 });
    return pick('sgd', 'SGD with proximal steps for l1, as the objective is not smooth and convex', inBatches);
  }
  if (!model.isConvex)
    return pick('adam', `Adam in batches, as the objective of ${model.kind} is not convex`, inBatches);
  if (kinked.has(model.loss)) return pick('adam', `Adam in batches, as the loss ${model.loss} has a kink`, inBatches);
  if (model.loss === 'squared' && 2 * squares <= stepLimit)
    return pick('closedForm', `the closed form of least squares, as the problem is small (${size})`);
  if (rowCount >= manyRows) {
    const many = `L-BFGS, as the problem is convex and has many rows (${size})`;
    const sampleRows = stop === 'auto' ? sampleFor(rowCount, parameterCount) : 0;
    if (sampleRows === 0) return pick('lbfgs', many, nearTheMinimum);
    const choice = pick('lbfgs', `${many}, first on a sample of ${sampleRows}`, nearTheMinimum);
    return { ...choice, optimizer: { ...choice.optimizer, memory: sampleMemory }, sampleRows };
  }
  if (twiceSmooth.has(model.loss) && parameterCount <= newtonParameters && squares / 2 <= stepLimit)
    return pick('newton', `Newton's method, as the problem is convex and small (${size})`);
  return pick('lbfgs', `L-BFGS, as the problem is convex (${size})`);
}

/**
 * What features are multiplied in: float32, which is two to three times as fast, where rows are so many that its rounding
 * drowns in their spread, and where nothing finer is asked for than it can tell.
 */
export function productsFor(
  { optimizer: { name, batchSize }, stop }: Pick<Choice, 'optimizer' | 'stop'>,
  rowCount: number,
): Products {
  if (rowCount < manyRows) return 'float64';
  if (typeof batchSize === 'number') return 'float32';
  const { gradientNorm = 1, tolerance = 1 } = stop;
  const isFine = name === 'newton' || gradientNorm < 1e-7 || tolerance < 1e-9;
  return isFine ? 'float64' : 'float32';
}

/** Pairs that L-BFGS remembers of a sample, whose steps cost little. */
const sampleMemory = 20;

/** How many rows to begin on: a few parts in a hundred of all, and so many that they tell all parameters; 0 for none. */
function sampleFor(rowCount: number, parameterCount: number): number {
  const rows = Math.floor(Math.min(2 ** 15, rowCount / 8, 2 ** 22 / parameterCount));
  return rows < 16 * parameterCount ? 0 : rows - (rows % 64);
}

/** Losses whose slope jumps. */
const kinked = new Set(['absolute', 'quantile', 'hinge']);
/** Losses with second derivatives everywhere. */
const twiceSmooth = new Set(['squared', 'logistic', 'cross-entropy', 'poisson', 'gamma', 'tweedie', 'log-cosh']);
