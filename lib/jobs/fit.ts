import { NumericError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import type { Objective } from '../core/objective.ts';
import type { Vector } from '../core/vector.ts';
import { numbersBeside, releaseArray, releaseMatrix } from '../kernels/instantiate.ts';
import type { Examples, Model } from '../models/model.ts';
import { sampleExamples } from '../models/sample-examples.ts';
import { type MinimiseOptions, minimise } from '../optimizers/minimise.ts';
import type { Rule } from '../optimizers/rule.ts';
import type { SearchRule } from '../optimizers/search-rule.ts';
import type { Checkpoint, Progress, Solution } from '../optimizers/solution.ts';
import { startOnSample } from '../optimizers/start-on-sample.ts';
import type { Request, StopRequest } from '../pipeline/resolve.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoints.ts';
import { type Choice, productsFor } from './choose-optimizer.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { type Fitted, toTrainingExamples, trainingParts } from './prepare.ts';
import { ruleFor } from './rule-for.ts';

export interface FitOptions {
  /** Where its checkpoints lie below runs/. */
  place: string;
  request: Request;
  /** The rows to train on, and the preparation that was fitted on them. */
  fitted: Fitted;
  model: Model;
  choice: Choice;
  initial: Vector;
  /** The checkpoint that it goes on from, if somebody has asked for it already. */
  resumeFrom?: Promise<Checkpoint | undefined>;
  /** The rows' features, if they are encoded already; the caller releases them. */
  features?: Matrix;
  /** Hears from which step a checkpoint goes on. */
  onResumed?(step: number): void;
  /** Hears of every step. */
  onStep?(progress: Progress, stepLimit: number | undefined): void;
}

export interface Fit {
  solution: Solution;
  rule: Rule | SearchRule;
  /** The step that a checkpoint had got to; 0 without one. */
  resumedAt: number;
}

/**
 * Trains a model on some rows until it converges, its steps are used up, or the context's deadline nears: then a
 * checkpoint is kept, from which the next call goes on, to the same bits.
 */
export async function fit(context: Context, options: FitOptions): Promise<Fit> {
  const { place, request, fitted, model, choice, initial, resumeFrom, features, onResumed, onStep } = options;
  const { optimizer, stop } = choice;
  const { training, validation } = trainingParts(fitted, request, stop);
  // If the features lie in a kernel's memory, targets are written there at once: kernels would copy them.
  const room = features && numbersBeside(features.data, training.length);
  const examples = toTrainingExamples(fitted, request, training, features, room);
  const objective = objectiveOf(request, choice, model, examples);
  const { validation: _share, ...criteria } = stop;
  const { stepsPerEpoch } = objective;
  const stepLimit = stepsAllowed(criteria, stepsPerEpoch);
  const rule = ruleFor(optimizer, request.model, model, { stepsPerEpoch, steps: stepLimit });
  const resume = await (resumeFrom ?? readCheckpoint(context.store, place));
  if (resume) onResumed?.(resume.step);
  const solution = await minimiseInSlices(context, objective, {
    rule,
    initial,
    stop: criteria,
    validate: validation && model.meanLoss(toTrainingExamples(fitted, request, validation)),
    resume: resume ?? sampledStart(objective, { ...options, examples, rule }),
    progressEvery: 1,
    onProgress: (progress) => onStep?.(progress, stepLimit),
  });
  if (solution.status === 'deadline') await writeCheckpoint(context.store, place, solution.checkpoint);
  releaseArray(examples.targets);
  // They take as much memory as all the rows: whatever comes next can use it.
  if (!features) releaseMatrix(examples.features);
  return { solution, rule, resumedAt: resume?.step ?? 0 };
}

/** What a training that diverged is told as. */
export function divergence({ optimizer: { name, learningRate } }: Choice, { reason }: Solution): NumericError {
  const slower =
    learningRate === undefined
      ? 'Scale the features with prepare.scale: standard, or add model.l2'
      : `Lower optimizer.learningRate (it was ${learningRate}, try ${learningRate / 10}), or scale the features with prepare.scale: standard`;
  return new NumericError(`optimizer ${name}: expected the loss to fall, found otherwise: ${reason}`, {
    advice: slower,
  });
}

function objectiveOf(
  { model: { l1, l2, penaliseIntercept } }: Pick<Request, 'model'>,
  choice: Choice,
  model: Model,
  examples: Examples,
  products = productsFor(choice, examples.features.rowCount),
): Objective {
  const { batchSize, seed } = choice.optimizer;
  return model.objective(examples, {
    l1,
    l2,
    penaliseIntercept,
    batchSize: batchSize === 'full' ? undefined : batchSize,
    seed,
    products,
  });
}

/** The minimum on a sample, where the choice of the optimizer asks for one and nothing better to begin with is known. */
function sampledStart(
  objective: Objective,
  {
    request,
    model,
    choice,
    initial,
    examples,
    rule,
  }: Pick<FitOptions, 'request' | 'model' | 'choice' | 'initial'> & { examples: Examples; rule: Rule | SearchRule },
): Checkpoint | undefined {
  if (choice.sampleRows === undefined || request.model.warmStart !== null || !('search' in rule)) return undefined;
  const sample = sampleExamples(examples, choice.sampleRows);
  if (!sample) return undefined;
  const ofSample = objectiveOf(
    request,
    choice,
    model,
    sample.examples,
    productsFor(choice, examples.features.rowCount),
  );
  const start = startOnSample(objective, ofSample, { rule, initial });
  sample.release();
  return start;
}

/** Milliseconds of training between looks at the clock and turns for the rest of the process. */
const sliceMs = 100;

/**
 * Minimises a slice at a time; a solution with status `deadline` is one that the context's deadline paused.
 *
 * Each call takes one step at the least, so that calling again and again comes to an end.
 */
async function minimiseInSlices<State>(
  context: Context,
  objective: Objective,
  options: MinimiseOptions<State>,
): Promise<Solution<State>> {
  let { resume } = options;
  let [hasStepped, isLate] = [false, false];
  for (;;) {
    const sliceEndMs = context.now() + sliceMs;
    const shouldPause = () => {
      if (!hasStepped) {
        hasStepped = true;
        return false;
      }
      isLate = context.remainingMs() < deadlineReserveMs;
      return isLate || context.now() >= sliceEndMs;
    };
    const solution = minimise(objective, { ...options, resume, shouldPause });
    if (solution.status !== 'deadline' || isLate) return solution;
    resume = solution.checkpoint;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** The most steps that a training may take; undefined when only convergence ends it. */
function stepsAllowed(stop: StopRequest, stepsPerEpoch: number): number | undefined {
  const limits = [stop.steps, stop.epochs === undefined ? undefined : stop.epochs * stepsPerEpoch];
  const known = limits.filter((limit) => limit !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
