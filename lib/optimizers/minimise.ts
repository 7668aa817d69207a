import { checkFinite, checkInteger } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Objective } from '../core/objective.ts';
import type { Vector } from '../core/vector.ts';
import { euclideanNorm } from './euclidean-norm.ts';
import type { Rule } from './rule.ts';
import type { Point, SearchRule } from './search-rule.ts';
import type { Checkpoint, Progress, Solution, Status, StopCriteria } from './solution.ts';
import { checkStop } from './stop.ts';

/** The rule that minimises, where it starts, and when it stops. */
export interface MinimiseOptions<State> {
  rule: Rule<State> | SearchRule<State>;
  /** Where to begin, shape [length]; kept as it is. Not used when resuming. */
  initial: Vector;
  /** At least one criterion. */
  stop: StopCriteria;
  /** Go on from here; a copy is made. */
  resume?: Checkpoint<State>;
  /**
   * Early stopping: the loss at some parameters on rows that the objective does not see, asked at the end of each epoch.
   * The parameters where it is lowest are those returned, and `patience` counts it rather than the training loss.
   */
  validate?: (parameters: Vector) => number;
  /** Called every `progressEvery` steps, and for the last step unless paused. */
  onProgress?: (progress: Progress) => void;
  progressEvery?: number;
  /** Asked before each step; true pauses the run with status `deadline`. */
  shouldPause?: () => boolean;
}

/**
 * Makes an objective small, one step of a rule at a time, until a criterion holds.
 *
 * Not converging is no error: the solution carries its status. A loss, gradient or parameter that is not finite ends
 * the run as `diverged`, with the last parameters at which all were finite; so does a loss that only rose until patience
 * ran out, with the last parameters. The criteria of an epoch (tolerance, patience) look at its mean loss; a full-batch
 * epoch is one evaluation, so there `loss` and `gradientNorm` are those of the parameters returned. Convergence is checked
 * first, then the limits, then a pause.
 *
 * A rule that searches (L-BFGS, Newton, a closed form) looks at the objective more than once a step; a step and an epoch
 * are the same there. When it finds no lower loss, to the limit of rounding, the run has converged. A pause waits for
 * the end of the step.
 *
 * A run resumed from its checkpoint, or from a structured clone of it, takes the same steps to the bit as one that
 * never stopped. A diverged run's checkpoint is there to be looked at, not to go on from.
 *
 * @throws InputError when no criterion is given, a criterion leaves its range or needs a full batch, as a rule that
 *   searches does, the lengths of `initial` or `resume` do not fit the objective, or `initial` is not finite
 */
export function minimise<State>(objective: Objective, options: MinimiseOptions<State>): Solution<State> {
  const { rule, stop, validate, onProgress, progressEvery = 100, shouldPause } = options;
  const { stepsPerEpoch } = objective;
  const fullBatch = stepsPerEpoch === 1;
  checkStop(stop, { fullBatch });
  checkInteger('progressEvery', progressEvery, 1);
  const search = searchOf(rule, objective);

  const at = startingPoint(objective, options);
  const { parameters, ruleState } = at;
  const stepLimit = Math.min(stop.steps ?? Infinity, (stop.epochs ?? Infinity) * stepsPerEpoch);
  const gradient: Vector = new Float64Array(objective.length);
  const before = parameters.slice();
  const point: Point = { parameters, gradient, loss: NaN };
  // Whether the last step left the loss and gradient of where it went.
  let isEvaluated = false;
  let watched: Checkpoint['best'];
  let [loss, norm] = [NaN, NaN];
  // Those of the last step taken, before it; and the last step that onProgress heard of.
  let [lastLoss, lastNorm, reported] = [NaN, NaN, at.step];

  const report = () => {
    reported = at.step;
    const epoch = Math.floor(at.step / stepsPerEpoch);
    const endsEpoch = !fullBatch && at.step % stepsPerEpoch === 0;
    const epochLoss = endsEpoch ? { epochLoss: at.epochLoss / stepsPerEpoch } : {};
    onProgress?.({ step: at.step, epoch, loss: lastLoss, ...epochLoss, gradientNorm: lastNorm });
  };

  const end = (status: Status, reason: string): Solution<State> => {
    if (at.step > reported && status !== 'deadline') report();
    const diverged = status === 'diverged';
    const isOver = !diverged && status !== 'deadline';
    const best = isOver && validate ? watch(at, validate(parameters), stepsPerEpoch) : undefined;
    return {
      status,
      reason,
      parameters: (best ?? at).parameters.slice(),
      ...(best && { best: { loss: best.loss, epoch: best.epoch } }),
      loss: fullBatch ? (diverged ? lastLoss : loss) : meanLoss(at, stepsPerEpoch, diverged),
      gradientNorm: fullBatch && !diverged ? norm : lastNorm,
      steps: at.step,
      epochs: Math.floor(at.step / stepsPerEpoch),
      checkpoint: at,
    };
  };
  const diverge = (what: string): Solution<State> => {
    parameters.set(before);
    return end('diverged', `${what} is not finite after ${at.step} ${at.step === 1 ? 'step' : 'steps'}`);
  };

  for (;;) {
    if (fullBatch) {
      loss = isEvaluated ? point.loss : objective.evaluate(parameters, gradient, at.step);
      isEvaluated = false;
      norm = objective.subgradientNorm?.(parameters, gradient) ?? euclideanNorm(gradient);
      if (!isFinitePair(loss, norm)) return diverge(`the loss (${loss}) or its gradient (norm ${norm})`);
    }

    // Nothing of the epoch's account is written down before the next step is certain: a run that stops or pauses here
    // and is resumed judges the same epoch again, and alike.
    const epochEnded = fullBatch || (at.step > 0 && at.step % stepsPerEpoch === 0);
    const epochMean = fullBatch ? loss : at.epochLoss / stepsPerEpoch;
    if (epochEnded) {
      watched = validate && watch(at, validate(parameters), stepsPerEpoch);
      const reason = convergence(stop, at, epochMean, norm, watched);
      const rise = reason && !watched ? riseSinceTheFirst(at, epochMean, stepsPerEpoch) : undefined;
      if (reason !== undefined) return rise ? end('diverged', rise) : end('converged', reason);
    }
    if (at.step >= stepLimit) return end('step-limit', limitReason(stop, at.step));
    if (shouldPause?.()) return end('deadline', `paused after ${at.step} steps`);
    if (epochEnded) closeEpoch(stop, at, epochMean, watched);

    if (!fullBatch) {
      loss = objective.evaluate(parameters, gradient, at.step);
      norm = euclideanNorm(gradient);
      if (!isFinitePair(loss, norm)) return diverge(`the batch's loss (${loss}) or its gradient (norm ${norm})`);
      at.epochLoss += loss;
    }
    lastLoss = loss;
    lastNorm = norm;
    before.set(parameters);
    if (search) {
      point.loss = loss;
      const outcome = search.step(point, ruleState);
      if (outcome === 'solved') return end('converged', 'the minimum was computed by its formula');
      if (outcome === 'stuck') return end('converged', 'no lower loss was found, to the limit of rounding');
      at.step++;
      isEvaluated = outcome === 'searched';
      if (!isEvaluated && !isFiniteVector(parameters)) return diverge('a parameter');
    } else {
      (rule as Rule<State>).update(gradient, ruleState, parameters, loss);
      at.step++;
      if (!addStep(parameters, gradient)) return diverge('a parameter');
    }
    if (at.step % progressEvery === 0) report();
  }
}

function startingPoint<State>(
  { length }: Objective,
  { rule, initial, resume }: MinimiseOptions<State>,
): Checkpoint<State> {
  if (resume) {
    if (resume.parameters.length !== length)
      throw new InputError(`checkpoint: expected ${length} parameters, found ${resume.parameters.length}`);
    checkInteger('checkpoint.step', resume.step);
    return structuredClone(resume);
  }
  if (initial.length !== length)
    throw new InputError(`initial: expected ${length} parameters, found ${initial.length}`);
  checkFinite('initial', initial);
  const parameters = initial.slice();
  return {
    step: 0,
    parameters,
    ruleState: rule.init(parameters),
    epochLoss: 0,
    previousLoss: NaN,
    bestLoss: Infinity,
    epochsWithoutImprovement: 0,
  };
}

/** What takes the steps of a rule that searches; undefined for one that rewrites gradients. */
function searchOf<State>(rule: Rule<State> | SearchRule<State>, objective: Objective) {
  if (!('search' in rule)) return undefined;
  if (objective.stepsPerEpoch !== 1)
    throw new InputError(
      `optimizer: expected a full batch for a rule that searches, found ${objective.stepsPerEpoch} batches`,
      { advice: 'Leave out batchSize, or name another optimizer' },
    );
  if (objective.subgradientNorm)
    throw new InputError('optimizer: expected a smooth objective for a rule that searches, found an L1 penalty', {
      advice: 'Use fista, or leave out l1',
    });
  return rule.search(objective);
}

function isFiniteVector(vector: Vector): boolean {
  let probe = 0;
  for (let i = 0; i < vector.length; i++) probe += vector[i] - vector[i];
  return probe === 0;
}

/** Adds the step; false when a parameter is no longer finite. */
function addStep(parameters: Vector, step: Vector): boolean {
  let staysFinite = true;
  for (let i = 0; i < parameters.length; i++) {
    const value = parameters[i] + step[i];
    parameters[i] = value;
    // The difference is 0 for a finite number and NaN for any other. Adding them up would make each wait for the last.
    if (value - value !== 0) staysFinite = false;
  }
  return staysFinite;
}

function isFinitePair(loss: number, norm: number): boolean {
  return Number.isFinite(loss) && Number.isFinite(norm);
}

/** Which criterion of convergence holds at the end of an epoch, as a sentence. */
function convergence(
  stop: StopCriteria,
  at: Checkpoint,
  loss: number,
  norm: number,
  watched: Checkpoint['best'],
): string | undefined {
  const { gradientNorm, tolerance, patience } = stop;
  if (gradientNorm !== undefined && norm <= gradientNorm)
    return `the gradient's norm, ${norm}, is at most ${gradientNorm}`;
  // With no epoch before, the change is NaN and this does not hold.
  if (tolerance !== undefined && Math.abs(loss - at.previousLoss) <= tolerance * Math.abs(loss))
    return `the loss changed by at most ${tolerance} of its size`;
  if (watched) {
    const isStale = patience !== undefined && watched.staleEpochs >= patience;
    return isStale ? `the loss on the watched rows did not improve for ${patience} epochs` : undefined;
  }
  if (patience !== undefined && staleEpochs(stop, at, loss) >= patience)
    return `the loss did not improve for ${patience} epochs`;
  return undefined;
}

/**
 * Why a run counts as diverged though its loss is finite: no epoch brought the loss below that of the first, and it has
 * more than doubled. Undefined otherwise.
 */
function riseSinceTheFirst(
  { bestLoss, epochsWithoutImprovement, step }: Checkpoint,
  loss: number,
  stepsPerEpoch: number,
): string | undefined {
  // The first epoch of a full batch is an evaluation of the initial parameters.
  const epochsSinceFirst = step / stepsPerEpoch - (stepsPerEpoch === 1 ? 0 : 1);
  if (epochsSinceFirst < 1 || epochsWithoutImprovement + 1 < epochsSinceFirst) return undefined;
  if (!(loss - bestLoss > Math.abs(bestLoss))) return undefined;
  return `the loss rose from ${bestLoss} to ${loss} and never fell below the first`;
}

/** Epochs in a row without improvement, the one that ends with this mean loss included. */
function staleEpochs({ tolerance = 0 }: StopCriteria, at: Checkpoint, loss: number): number {
  const improved = at.bestLoss === Infinity || loss < at.bestLoss - tolerance * Math.abs(at.bestLoss);
  return improved ? 0 : at.epochsWithoutImprovement + 1;
}

/** The best epoch so far, that of `loss` on the watched rows included. Rewrites nothing: the epoch may be judged again. */
function watch(at: Checkpoint, loss: number, stepsPerEpoch: number): NonNullable<Checkpoint['best']> {
  const { best, parameters, step } = at;
  // A loss that is not a number improves nothing; the first epoch is the best there is.
  if (best && !(loss < best.loss)) return { ...best, staleEpochs: best.staleEpochs + 1 };
  return { loss, epoch: Math.floor(step / stepsPerEpoch), staleEpochs: 0, parameters: parameters.slice() };
}

function closeEpoch(stop: StopCriteria, at: Checkpoint, loss: number, watched: Checkpoint['best']): void {
  if (watched) at.best = watched;
  at.epochsWithoutImprovement = staleEpochs(stop, at, loss);
  at.bestLoss = Math.min(at.bestLoss, loss);
  at.previousLoss = loss;
  at.epochLoss = 0;
}

/** Mean loss of the last whole epoch of a mini-batch run; in the first, of its steps so far. NaN without steps. */
function meanLoss(at: Checkpoint, stepsPerEpoch: number, diverged: boolean): number {
  if (Number.isNaN(at.previousLoss)) return at.epochLoss / at.step;
  // At an epoch's end its account is still open, unless the run diverged on the way into the next one.
  return at.step % stepsPerEpoch === 0 && !diverged ? at.epochLoss / stepsPerEpoch : at.previousLoss;
}

function limitReason({ steps }: StopCriteria, step: number): string {
  return steps !== undefined && step >= steps ? `all ${steps} steps were taken` : 'all epochs were used';
}
