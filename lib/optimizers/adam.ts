import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type AdamScaling, scaleByAdam } from './scale-by-adam.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';

export interface AdamOptions extends AdamScaling, LearningRateOptions {
  weightDecay?: number;
}

/**
 * Adam: θ ← θ − α·m̂ / (√v̂ + ε). See `scaleByAdam` for the moments.
 *
 * `weightDecay` is added to the gradient, before the moments, as in torch.optim.Adam (AdamW decouples it).
 *
 * @param learningRate α, above 0: about the most that one step moves a parameter
 * @throws InputError when an option leaves its range
 * @see Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1
 */
export function adam({ learningRate = 0.001, weightDecay = 0, schedule, ...scaling }: AdamOptions = {}): Rule {
  return chain(...penalise(weightDecay), scaleByAdam(scaling), scaleByLearningRate({ learningRate, schedule }));
}
