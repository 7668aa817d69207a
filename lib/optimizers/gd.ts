import type { Rule } from './rule.ts';
import { scaleByLearningRate } from './scale-by-learning-rate.ts';
import type { Schedule } from './schedules/schedule.ts';

export interface GdOptions {
  learningRate: number;
  schedule?: Schedule;
}

/**
 * Gradient descent: θ ← θ − α·g.
 *
 * @param learningRate α, above 0
 * @throws InputError when it is not
 * @see Cauchy 1847, Comptes Rendus 25
 */
export function gd(options: GdOptions): Rule {
  return scaleByLearningRate(options);
}
