import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type AdamaxScaling, scaleByAdamax } from './scale-by-adamax.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';

export interface AdamaxOptions extends AdamaxScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * AdaMax: θ ← θ − α/(1 − β₁ᵗ)·m / u, u the decaying largest gradient. See `scaleByAdamax`.
 *
 * @param learningRate α, above 0
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2
 */
export function adamax({ learningRate = 0.002, weightDecay = 0, schedule, ...scaling }: AdamaxOptions = {}): Rule {
  return chain(...penalise(weightDecay), scaleByAdamax(scaling), scaleByLearningRate({ learningRate, schedule }));
}
