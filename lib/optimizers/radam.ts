import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';
import { type RadamScaling, scaleByRadam } from './scale-by-radam.ts';

export interface RadamOptions extends RadamScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * RAdam: Adam that waits to divide until its second moment can be trusted. See `scaleByRadam`.
 *
 * @param learningRate α, above 0
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Liu et al. 2020, arXiv:1908.03265, Algorithm 2
 */
export function radam({ learningRate = 0.001, weightDecay = 0, schedule, ...scaling }: RadamOptions = {}): Rule {
  return chain(...penalise(weightDecay), scaleByRadam(scaling), scaleByLearningRate({ learningRate, schedule }));
}
