import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';
import { type RmsScaling, scaleByRms } from './scale-by-rms.ts';
import { trace } from './trace.ts';

export interface RmspropOptions extends RmsScaling, LearningRateOptions {
  momentum?: number;
  weightDecay?: number;
}

/**
 * RMSprop: θ ← θ − α·g / (√v + ε), v a decaying mean of squared gradients; centred, and with momentum, on request.
 *
 * Momentum gathers the rescaled gradients, after the division, as torch does. See `scaleByRms`, `trace`.
 *
 * @param learningRate α, above 0
 * @param momentum μ, in [0, 1)
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Tieleman & Hinton 2012, Neural Networks for Machine Learning, lecture 6.5; Graves 2013, arXiv:1308.0850, for the
 *   centred form
 */
export function rmsprop({
  learningRate = 0.01,
  momentum = 0,
  weightDecay = 0,
  schedule,
  ...scaling
}: RmspropOptions = {}): Rule {
  // The link is made even where it is left out, so that its option is checked alike.
  const momentumLink = trace({ momentum });
  return chain(
    ...penalise(weightDecay),
    scaleByRms(scaling),
    ...(momentum === 0 ? [] : [momentumLink]),
    scaleByLearningRate({ learningRate, schedule }),
  );
}
