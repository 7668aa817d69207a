import { checkInteger, checkNotNegative, checkWithin } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Rule } from './rule.ts';

export interface PlateauState {
  /** What steps are multiplied by now. */
  scale: number;
  /** Lowest mean loss of an epoch so far. */
  best: number;
  /** Epochs in a row that did not improve on it. */
  stale: number;
  /** Epochs that are still not counted, after a reduction. */
  resting: number;
  /** Losses of the current epoch, and how many they are. */
  sum: number;
  count: number;
}

export interface PlateauOptions {
  factor?: number;
  patience?: number;
  threshold?: number;
  cooldown?: number;
  floor?: number;
  stepsPerEpoch?: number;
}

/**
 * Multiplies the gradient by a scale that begins at 1 and shrinks when the loss stops falling.
 *
 * It looks at the mean loss of each epoch: when more than `patience` epochs in a row are not below the best by more than
 * `threshold` of its size, the scale of the steps that follow is multiplied by `factor`, and the next
 * `cooldown` epochs do not count. Stands anywhere in a chain.
 *
 * @param factor in (0, 1)
 * @param patience epochs, at least 0
 * @param threshold share of the best loss's size, at least 0
 * @param cooldown epochs, at least 0
 * @param floor lowest scale, in [0, 1]
 * @param stepsPerEpoch steps whose losses are averaged, at least 1; those of the objective
 * @throws InputError when an option leaves its range, or, in a step, when the caller gives no loss
 */
export function reduceOnPlateau({
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  cooldown = 0,
  floor = 0,
  stepsPerEpoch = 1,
}: PlateauOptions = {}): Rule<PlateauState> {
  if (!(factor > 0 && factor < 1)) throw new InputError(`factor: expected a number in (0, 1), found ${factor}`);
  checkInteger('patience', patience);
  checkNotNegative('threshold', threshold);
  checkInteger('cooldown', cooldown);
  checkWithin('floor', floor, 0, 1);
  checkInteger('stepsPerEpoch', stepsPerEpoch, 1);

  return {
    init: () => ({ scale: 1, best: Infinity, stale: 0, resting: 0, sum: 0, count: 0 }),
    update(gradient, state, _, loss) {
      if (loss === undefined) throw new InputError('reduceOnPlateau: expected the loss of each step, found none');
      for (let i = 0; i < gradient.length; i++) gradient[i] *= state.scale;
      state.sum += loss;
      if (++state.count === stepsPerEpoch) {
        judge(state, state.sum / stepsPerEpoch);
        state.sum = 0;
        state.count = 0;
      }
    },
  };

  function judge(state: PlateauState, mean: number): void {
    const improved = state.best === Infinity || mean < state.best - threshold * Math.abs(state.best);
    if (improved) state.best = mean;
    state.stale = improved ? 0 : state.stale + 1;
    if (state.resting > 0) {
      state.resting--;
      state.stale = 0;
    }
    if (state.stale <= patience) return;
    state.scale = Math.max(floor, state.scale * factor);
    state.resting = cooldown;
    state.stale = 0;
  }
}
