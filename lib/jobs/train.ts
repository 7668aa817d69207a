import type { Matrix } from '../core/matrix.ts';
import type { Model } from '../models/model.ts';
import type { Progress, Solution } from '../optimizers/solution.ts';
import { hasVersion } from '../registry/versions.ts';
import { hasCandidate, keepCandidate } from './candidate.ts';
import { checkPipelineMetrics } from './check-metrics.ts';
import { readCheckpoint } from './checkpoints.ts';
import { type Choice, chooseOptimizer } from './choose-optimizer.ts';
import type { Context } from './context.ts';
import { crossValidate } from './cross-validate.ts';
import { decisionFor } from './decision.ts';
import { featuresInPlace } from './features-in-place.ts';
import { divergence, type FitOptions, fit } from './fit.ts';
import { begun } from './in-hand.ts';
import { trainableModel } from './model-for.ts';
import { type Prepared, prepare } from './prepare.ts';
import { appendProgress } from './progress.ts';
import { type RunRequest, type RunStep, readRun } from './runs.ts';
import { separationWarnings } from './separation.ts';
import { startingParameters } from './warm-start.ts';

export interface TrainOutcome {
  run: string;
  /** False when time ran short: a checkpoint was kept, and the next call goes on from it. */
  done: boolean;
  /** Whether the version was there before, trained by another run. */
  found: boolean;
}

/**
 * Trains a run's model until it converges, its steps are used up, or the deadline nears; before that, what the request
 * asks to be searched, and to be cross-validated.
 *
 * Leaves the candidate in the run: runs/<run>/model.safetensors and manifest.json. However often it is interrupted,
 * the candidate has the same bits.
 *
 * @param onSolved called once the model is trained, before it is written
 * @throws InputError when the data is not what the request takes it for
 * @throws NumericError when training diverges
 */
export async function train(
  context: Context,
  { run, kept }: RunStep,
  onSolved: () => void = () => {},
): Promise<TrainOutcome> {
  const { store } = context;
  if (await hasCandidate(store, run)) return { run, done: true, found: false };
  const asked = kept ?? (await readRun(store, run));
  // A workflow that a dataset began gets here first; who asks for a training is told before.
  checkPipelineMetrics(asked.request);
  // Asked for while the data is read.
  const resumeFrom = begun(readCheckpoint(store, run));
  const { version } = await prepare(context, asked);
  context.interruption?.listen();
  if (await hasVersion(store, asked.request.name, version)) return { run, done: true, found: true };

  const paused = { run, done: false, found: false };
  if (asked.request.search) {
    const { search } = await import('./search.ts');
    if ((await search(context, asked)) === 'paused') return paused;
  }
  // From here on with what the search found.
  const prepared = await prepare(context, asked);
  const { encoding, target, request } = prepared;
  if ((await crossValidate(context, { ...asked, request }, prepared)) === 'paused') return paused;
  const model = trainableModel(context, request, { inputs: encoding.columns.length, target });
  const choice = chooseOptimizer(request, model, prepared.training.length);
  const inPlace = featuresInPlace(context, request, prepared, choice);
  const features = inPlace?.features;
  const { solution, written } = await solve(context, { ...asked, request }, prepared, {
    model,
    choice,
    features,
    resumeFrom,
  });
  if (solution.status === 'deadline' || solution.status === 'diverged') await written;
  if (solution.status === 'deadline') return paused;
  if (solution.status === 'diverged') throw divergence(choice, solution);
  onSolved();
  const warnings = separationWarnings(prepared, request, model, { ...solution, features });
  const predictor = {
    manifest: { encoding, target, request, model: { inputs: model.inputs, kind: model.kind } },
    parameters: solution.parameters,
  };
  const decision = decisionFor(request, predictor, prepared);
  const trained = { model, prepared, solution, choice, decision, warnings };
  await keepCandidate(context, { ...asked, request }, trained, written);
  inPlace?.finish();
  return { run, done: true, found: false };
}

/**
 * Takes up the run's training where it stands, and leaves its curve, its times and, when it paused, a checkpoint.
 *
 * @returns the solution, and when the curve and the times are `written`
 */
async function solve(
  context: Context,
  { run, request }: RunRequest,
  prepared: Prepared,
  {
    model,
    choice,
    features,
    resumeFrom,
  }: Pick<FitOptions, 'resumeFrom'> & { model: Model; choice: Choice; features: Matrix | undefined },
): Promise<{ solution: Solution; written: Promise<void> }> {
  const curve = curveKeeper();
  const startMs = context.now();
  const { solution, rule, resumedAt } = await fit(context, {
    place: run,
    request,
    fitted: prepared,
    model,
    choice,
    features,
    resumeFrom,
    initial: await startingParameters(context, request, prepared, model),
    onResumed: (step) => context.onProgress?.({ kind: 'resumed', step }),
    onStep(progress, stepLimit) {
      curve.note(progress);
      if (progress.step % 100 === 0) context.onProgress?.({ kind: 'step', ...progress, stepLimit });
    },
  });
  const milliseconds = context.now() - startMs;
  // A search takes few steps, one of them to the minimum: where it ended belongs to its curve.
  if ('search' in rule && solution.status !== 'deadline') curve.end(solution);
  const progress = {
    curve: curve.points(),
    milliseconds: { read: prepared.readMilliseconds, train: milliseconds },
  };
  const written = begun(appendProgress(context, run, resumedAt, progress));
  const { status, reason, steps } = solution;
  if (status !== 'deadline') context.onProgress?.({ kind: 'trained', solution: status, reason, steps, milliseconds });
  return { solution, written };
}

/**
 * Gathers the points of a training curve that are worth keeping.
 *
 * Of each decade of steps about ninety, and of epochs: the curve is as fine where it is steep as where it is long. And
 * the last one.
 */
function curveKeeper(): { note(progress: Progress): void; end(solution: Solution): void; points(): Progress[] } {
  const kept: Progress[] = [];
  let last: Progress | undefined;
  const isKept = (count: number) => count <= 100 || count % Number(`1e${String(count).length - 2}`) === 0;
  return {
    note(progress) {
      last = { ...progress };
      const { step, epoch, epochLoss } = progress;
      if (isKept(step) || (epochLoss !== undefined && isKept(epoch))) kept.push(last);
    },
    end({ steps, loss, gradientNorm }) {
      last = { step: steps + 1, epoch: steps, loss, gradientNorm };
    },
    points: () => (last === undefined || kept.at(-1) === last ? kept : [...kept, last]),
  };
}
