import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';
import { type NadamScaling, scaleByNadam } from './scale-by-nadam.ts';

export interface NadamOptions extends NadamScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * NAdam: Adam whose momentum looks one step ahead, as Nesterov's does. See `scaleByNadam`.
 *
 * @param learningRate α, above 0
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Dozat 2016, Incorporating Nesterov Momentum into Adam, ICLR workshop
 */
export function nadam({ learningRate = 0.002, weightDecay = 0, schedule, ...scaling }: NadamOptions = {}): Rule {
  return chain(...penalise(weightDecay), scaleByNadam(scaling), scaleByLearningRate({ learningRate, schedule }));
}
