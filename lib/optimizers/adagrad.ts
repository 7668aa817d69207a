import { checkNotNegative } from '../core/checks.ts';
import { penalise } from './add-decay.ts';
import { chain } from './chain.ts';
import type { Rule } from './rule.ts';
import { type AdagradScaling, scaleByAdagrad } from './scale-by-adagrad.ts';
import { type LearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts';
import { scaleBySchedule } from './scale-by-schedule.ts';
import { inverse } from './schedules/inverse.ts';

export interface AdagradOptions extends AdagradScaling, LearningRateOptions {
  learningRateDecay?: number;
  weightDecay?: number;
}

/**
 * Adagrad: θ ← θ − α/(1 + η·t) · g / (√(Σ g²) + ε). See `scaleByAdagrad`.
 *
 * @param learningRate α, above 0
 * @param learningRateDecay η, at least 0: torch's `lr_decay`; t counts from 0
 * @param weightDecay added to the gradient, at least 0
 * @throws InputError when an option leaves its range
 * @see Duchi, Hazan & Singer 2011, JMLR 12, with diagonal matrices
 */
export function adagrad({
  learningRate = 0.01,
  learningRateDecay = 0,
  weightDecay = 0,
  schedule,
  ...scaling
}: AdagradOptions = {}): Rule {
  checkNotNegative('learningRateDecay', learningRateDecay);
  return chain(
    ...penalise(weightDecay),
    scaleByAdagrad(scaling),
    ...(learningRateDecay === 0 ? [] : [scaleBySchedule(inverse({ decay: learningRateDecay }))]),
    scaleByLearningRate({ learningRate, schedule }),
  );
}
