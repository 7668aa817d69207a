import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type AdadeltaScaling, scaleByAdadelta } from './scale-by-adadelta.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';

export interface AdadeltaOptions extends AdadeltaScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * Adadelta: θ ← θ − α·(√(Δ + ε) / √(v + ε))·g. See `scaleByAdadelta`.
 *
 * The paper has no learning rate, which is 1.
 *
 * @param learningRate α, above 0
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Zeiler 2012, arXiv:1212.5701, Algorithm 1
 */
export function adadelta({ learningRate = 1, weightDecay = 0, schedule, ...scaling }: AdadeltaOptions = {}): Rule {
  return chain(...penalise(weightDecay), scaleByAdadelta(scaling), scaleByLearningRate({ learningRate, schedule }));
}
