import { NumericError } from '../core/errors.ts';
import type { Objective } from '../core/objective.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import type { Examples, Model } from '../models/model.ts';
import { type MinimiseOptions, minimise } from '../optimizers/minimise.ts';
import type { Progress, Solution } from '../optimizers/solution.ts';
import type { Request, StopRequest } from '../pipeline/resolve.ts';
import { hasVersion } from '../registry/versions.ts';
import { hasCandidate, keepCandidate } from './candidate.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoints.ts';
import { type Choice, chooseOptimizer, productsFor } from './choose-optimizer.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { metricNames } from './evaluate-rows.ts';
import { modelFor } from './model-for.ts';
import { type Prepared, prepare, toTrainingExamples, trainingParts } from './prepare.ts';
import { appendProgress } from './progress.ts';
import { ruleFor } from './rule-for.ts';
import { type RunRequest, type RunStep, readRun } from './runs.ts';
import { startingParameters } from './warm-start.ts';

export interface TrainOutcome {
  run: string;
  /** False when time ran short: a checkpoint was kept, and the next call goes on from it. */
  done: boolean;
  /** Whether the version was there before, trained by another run. */
  found: boolean;
}

/**
 * Trains a run's model until it converges, its steps are used up, or the deadline nears.
 *
 * Leaves the candidate in the run: runs/<run>/model.safetensors and manifest.json. However often it is interrupted,
 * the candidate has the same bits.
 *
 * @throws InputError when the data is not what the request takes it for
 * @throws NumericError when training diverges
 */
export async function train(context: Context, { run }: RunStep): Promise<TrainOutcome> {
  const { store } = context;
  if (await hasCandidate(store, run)) return { run, done: true, found: false };
  const request = await readRun(store, run);
  // A metric that does not exist is better found before the training than after it.
  for (const name of metricNames(request.request)) metricNamed(name, request.request.task);
  const prepared = await prepare(context, request);
  if (await hasVersion(store, request.request.name, prepared.version)) return { run, done: true, found: true };

  const { encoding, target } = prepared;
  const model = modelFor(request.request.model, { inputs: encoding.columns.length, target });
  const choice = chooseOptimizer(request.request, model, prepared.training.length);
  const solution = await solve(context, request, prepared, model, choice);
  if (solution.status === 'deadline') return { run, done: false, found: false };
  if (solution.status === 'diverged') throw divergence(choice, solution);
  await keepCandidate(store, request, { model, prepared, solution, choice });
  return { run, done: true, found: false };
}

/** Takes up the run's training where it stands, and leaves its curve, its times and, when it paused, a checkpoint. */
async function solve(
  context: Context,
  { run, request }: RunRequest,
  prepared: Prepared,
  model: Model,
  { optimizer, stop }: Choice,
): Promise<Solution> {
  const { training, validation } = trainingParts(prepared, request, stop);
  const objective = objectiveOf(request, { optimizer, stop }, model, toTrainingExamples(prepared, request, training));
  const { validation: _share, ...criteria } = stop;
  const { stepsPerEpoch } = objective;
  const stepLimit = stepsAllowed(criteria, stepsPerEpoch);
  const rule = ruleFor(optimizer, request.model, model, { stepsPerEpoch, steps: stepLimit });
  const curve = curveKeeper();

  const startMs = context.now();
  const resume = await readCheckpoint(context.store, run);
  if (resume) context.onProgress?.({ kind: 'resumed', step: resume.step });
  const solution = await minimiseInSlices(context, objective, {
    rule,
    initial: await startingParameters(context, request, prepared, model),
    stop: criteria,
    validate: validation && model.meanLoss(toTrainingExamples(prepared, request, validation)),
    resume,
    progressEvery: 1,
    onProgress(progress) {
      curve.note(progress);
      if (progress.step % 100 === 0) context.onProgress?.({ kind: 'step', ...progress, stepLimit });
    },
  });
  const milliseconds = context.now() - startMs;
  // A search takes few steps, one of them to the minimum: where it ended belongs to its curve.
  if ('search' in rule && solution.status !== 'deadline') curve.end(solution);
  await appendProgress(context.store, run, resume?.step ?? 0, {
    curve: curve.points(),
    milliseconds: { read: prepared.readMilliseconds, train: milliseconds },
  });
  const { status, reason, steps } = solution;
  if (status === 'deadline') await writeCheckpoint(context.store, run, solution.checkpoint);
  else context.onProgress?.({ kind: 'trained', solution: status, reason, steps, milliseconds });
  return solution;
}

function objectiveOf(
  { model: { l1, l2, penaliseIntercept } }: Pick<Request, 'model'>,
  choice: Pick<Choice, 'optimizer' | 'stop'>,
  model: Model,
  examples: Examples,
): Objective {
  const { batchSize, seed } = choice.optimizer;
  return model.objective(examples, {
    l1,
    l2,
    penaliseIntercept,
    batchSize: batchSize === 'full' ? undefined : batchSize,
    seed,
    products: productsFor(choice, examples.features.rowCount),
  });
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

/**
 * Gathers the points of a training curve that are worth keeping.
 *
 * Of each decade of steps about ninety: the curve is as fine where it is steep as where it is long. And the last one.
 */
function curveKeeper(): { note(progress: Progress): void; end(solution: Solution): void; points(): Progress[] } {
  const kept: Progress[] = [];
  let last: Progress | undefined;
  const isKept = (step: number) => step <= 100 || step % Number(`1e${String(step).length - 2}`) === 0;
  return {
    note(progress) {
      last = { ...progress };
      if (isKept(progress.step)) kept.push(last);
    },
    end({ steps, loss, gradientNorm }) {
      last = { step: steps + 1, epoch: steps, loss, gradientNorm };
    },
    points: () => (last === undefined || kept.at(-1) === last ? kept : [...kept, last]),
  };
}

/** The most steps that a training may take; undefined when only convergence ends it. */
function stepsAllowed(stop: StopRequest, stepsPerEpoch: number): number | undefined {
  const limits = [stop.steps, stop.epochs === undefined ? undefined : stop.epochs * stepsPerEpoch];
  const known = limits.filter((limit) => limit !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function divergence({ optimizer: { name, learningRate } }: Choice, { steps, loss }: Solution): NumericError {
  const slower =
    learningRate === undefined
      ? 'Scale the features with prepare.scale: standard, or add model.l2'
      : `Lower optimizer.learningRate (it was ${learningRate}, try ${learningRate / 10}), or scale the features with prepare.scale: standard`;
  return new NumericError(`optimizer ${name}: expected the loss to stay finite, found ${loss} after step ${steps}`, {
    advice: slower,
  });
}
