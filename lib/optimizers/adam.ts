import { checkNotNegative, checkPositive } from '../core/checks.ts';
import { addDecay } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { scale } from './scale.ts';
import { type AdamScaling, scaleByAdam } from './scale-by-adam.ts';

export interface AdamOptions extends AdamScaling {
  learningRate?: number;
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
export function adam({ learningRate = 0.001, weightDecay = 0, ...scaling }: AdamOptions = {}): Rule {
  checkPositive('learningRate', learningRate);
  checkNotNegative('weightDecay', weightDecay);
  return chain(...(weightDecay === 0 ? [] : [addDecay(weightDecay)]), scaleByAdam(scaling), scale(-learningRate));
}
