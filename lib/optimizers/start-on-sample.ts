import type { Objective } from '../core/objective.ts';
import type { Vector } from '../core/vector.ts';
import { minimise } from './minimise.ts';
import type { SearchRule } from './search-rule.ts';
import type { Checkpoint } from './solution.ts';

/** Finer than a sample can tell, so that what the rule learns of the curvature is of the minimum. */
const stop = { epochs: 100, gradientNorm: 1e-6, tolerance: 1e-9 };

/**
 * Where to begin to minimise an objective: at the minimum of another one that is like it and costs a fraction, such as the
 * same loss on a sample of the rows, with what the rule has learned there of the curvature.
 *
 * From there, each step shortens the way to the minimum to about √(parameters / sample rows) of what it was: a few looks
 * at all rows do where it takes a dozen from zero.
 *
 * @returns undefined where the sample misleads: less than half of what its loss fell by is true of the objective, as where
 *   a plane divides the classes of the sample and not those of all rows; or no minimum was found
 * @see Byrd, Chin, Neveitt & Nocedal 2011, SIAM J. Optim. 21(3), for curvature from a sample
 */
export function startOnSample<State>(
  objective: Objective,
  sample: Objective,
  { rule, initial }: { rule: SearchRule<State>; initial: Vector },
): Checkpoint<State> | undefined {
  const gradient = new Float64Array(objective.length);
  const before = sample.evaluate(initial, gradient, 0);
  const { status, loss, checkpoint } = minimise(sample, { rule, initial, stop });
  if (status !== 'converged') return undefined;
  const { parameters, ruleState } = checkpoint;
  if (!(objective.evaluate(parameters, gradient, 0) <= (before + loss) / 2)) return undefined;
  rule.carryOver?.(ruleState);
  return {
    step: 0,
    parameters,
    ruleState,
    epochLoss: 0,
    previousLoss: Number.NaN,
    bestLoss: Number.POSITIVE_INFINITY,
    epochsWithoutImprovement: 0,
  };
}
