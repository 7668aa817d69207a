// Times the training kernels alone, on data of the shape of HIGGS: `node bench/training.ts [rows]`. The pieces are exported
// for whoever sets them beside others.
import { createModel } from '../lib/models/create-model.ts';
import type { Examples, ObjectiveOptions } from '../lib/models/model.ts';
import { adam } from '../lib/optimizers/adam.ts';
import { lbfgs } from '../lib/optimizers/lbfgs.ts';
import { minimise } from '../lib/optimizers/minimise.ts';
import { newton } from '../lib/optimizers/newton.ts';
import { type BenchExamples, binaryExamples, useThreads } from './examples.ts';

/** Something to be timed: what it takes beforehand is not. */
interface Piece {
  name: string;
  /** Answers what it came to, for those who compare results as well as times. */
  run(): number | string;
}

const l2 = (examples: BenchExamples) => 1 / examples.features.rowCount;

/** One gradient of the logistic loss over all rows, at other parameters each time: an objective remembers its last answer. */
export function gradientPass(examples: BenchExamples, options: ObjectiveOptions = {}): Piece {
  const model = createModel({ kind: 'logistic', inputs: examples.features.columnCount });
  const objective = model.objective(examples, options);
  const gradient = model.initial();
  const parameters = model.initial().map((_, i) => 0.1 / (i + 1));
  return {
    name: `gradient pass ${JSON.stringify(options)}`,
    run() {
      parameters[0] += 1e-6;
      return objective.evaluate(parameters, gradient, 0);
    },
  };
}

/** L-BFGS, stopped as a job stops it on many rows; `lossReached` is the loss where it stopped, with products in float64. */
export function lbfgsFit(
  examples: BenchExamples,
  options: ObjectiveOptions,
  tolerance: number,
): Piece & { lossReached(): number } {
  const model = createModel({ kind: 'logistic', inputs: examples.features.columnCount });
  const all = { l2: l2(examples), ...options };
  const reached = model.initial();
  return {
    name: `L-BFGS ${JSON.stringify(options)} to ${tolerance}`,
    run() {
      let passes = 0;
      const objective = model.objective(examples, all);
      const counted = {
        ...objective,
        evaluate: (parameters: Float64Array, gradient: Float64Array, step: number) => {
          passes++;
          return objective.evaluate(parameters, gradient, step);
        },
      };
      const stop = { epochs: 1000, tolerance, gradientNorm: 1e-7 };
      const { parameters, steps, reason } = minimise(counted, { rule: lbfgs(), initial: model.initial(), stop });
      reached.set(parameters);
      return `${steps} steps, ${passes} passes, ${reason}`;
    },
    lossReached: () =>
      model.objective(examples, { l2: l2(examples) }).evaluate(reached, new Float64Array(reached.length), 0),
  };
}

export function newtonFit(examples: BenchExamples, gradientNorm: number): Piece {
  const model = createModel({ kind: 'logistic', inputs: examples.features.columnCount });
  return {
    name: `Newton to ${gradientNorm}`,
    run() {
      const objective = model.objective(examples, { l2: l2(examples) });
      const stop = { epochs: 100, gradientNorm };
      const solution = minimise(objective, { rule: newton(), initial: model.initial(), stop });
      return `${solution.steps} steps, loss ${solution.loss}, gradient ${solution.gradientNorm.toExponential(1)}`;
    },
  };
}

/** One epoch of Adam in shuffled batches of 256; the objective is made beforehand, and not timed. */
export function adamEpoch(
  examples: Examples,
  options: ObjectiveOptions = {},
  model = createModel({ kind: 'logistic', inputs: examples.features.columnCount }),
): Piece {
  const objective = model.objective(examples, { batchSize: 256, seed: 1, ...options });
  return {
    name: `Adam epoch ${JSON.stringify(options)}`,
    run() {
      const rule = adam({ learningRate: 0.003 });
      return minimise(objective, { rule, initial: model.initial(), stop: { epochs: 1 } }).loss;
    },
  };
}

/** Interleaved: each piece once, then each again; milliseconds of the best and the median run. */
function timeAll(pieces: Piece[], rounds: number): void {
  const times = pieces.map((): number[] => []);
  const answers = pieces.map(() => '' as number | string);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, piece] of pieces.entries()) {
      const start = performance.now();
      answers[i] = piece.run();
      if (round > 0) times[i].push(performance.now() - start);
    }
  }
  for (const [i, { name }] of pieces.entries()) {
    const sorted = times[i].toSorted((a, b) => a - b);
    console.log(
      `${name.padEnd(44)} best ${sorted[0].toFixed(2).padStart(8)} ms, median ${sorted[sorted.length >> 1].toFixed(2).padStart(8)} ms  ${answers[i]}`,
    );
  }
}

if (import.meta.main) {
  const rowCount = Number(process.argv[2] ?? 1_000_000);
  const examples = binaryExamples(rowCount, 28);
  for (const threads of [1, 2]) {
    const close = useThreads(examples.home, threads);
    console.log(`${rowCount} rows, ${threads} thread${threads > 1 ? 's' : ''}`);
    timeAll([gradientPass(examples), gradientPass(examples, { products: 'float32' })], 15);
    timeAll([lbfgsFit(examples, { products: 'float32' }, 1e-9), newtonFit(examples, 1e-10)], 3);
    if (threads === 1) timeAll([adamEpoch(examples), adamEpoch(examples, { products: 'float32' })], 3);
    close();
  }
}
