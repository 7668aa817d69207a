import { addDecay } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type AdamScaling, scaleByAdam } from './scale-by-adam.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';

export interface AdamWOptions extends AdamScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: θ ← θ − α·(m̂ / (√v̂ + ε) + λ·θ).
 *
 * The decay does not pass through the moments, so that it shrinks every parameter by the same share. It is multiplied
 * by the learning rate and its schedule, as torch does; the paper multiplies it by the schedule alone.
 *
 * @param learningRate α, above 0
 * @param weightDecay λ, at least 0
 * @throws InputError when an option leaves its range
 * @see Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2
 */
export function adamw({ learningRate = 0.001, weightDecay = 0.01, schedule, ...scaling }: AdamWOptions = {}): Rule {
  return chain(scaleByAdam(scaling), addDecay(weightDecay), scaleByLearningRate({ learningRate, schedule }));
}
