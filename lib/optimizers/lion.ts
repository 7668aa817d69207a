import { addDecay } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';
import { type LionScaling, scaleByLion } from './scale-by-lion.ts';

export interface LionOptions extends LionScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * Lion: θ ← θ − α·(sign(β₁·m + (1 − β₁)·g) + λ·θ). See `scaleByLion`.
 *
 * Every coordinate moves by the learning rate, so that needs to be 3 to 10 times smaller than Adam's.
 *
 * @param learningRate α, above 0
 * @param weightDecay λ, at least 0, decoupled as in AdamW
 * @throws InputError when an option leaves its range
 * @see Chen et al. 2023, arXiv:2302.06675, Algorithm 2
 */
export function lion({ learningRate = 1e-4, weightDecay = 0, schedule, ...scaling }: LionOptions = {}): Rule {
  return chain(scaleByLion(scaling), addDecay(weightDecay), scaleByLearningRate({ learningRate, schedule }));
}
