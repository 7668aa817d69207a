import { checkPositive } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import { scale } from './scale.ts';
import { scaleBySchedule } from './scale-by-schedule.ts';
import type { Schedule } from './schedules/schedule.ts';

/** How far a step goes: the last link of every recipe. */
export interface LearningRateOptions {
  learningRate?: number;
  schedule?: Schedule;
}

/**
 * Turns a direction uphill into a step downhill: times −α, or −α·schedule(t).
 *
 * @param learningRate α, above 0
 * @param schedule what to multiply α by, at each step; left out, nothing
 * @throws InputError when the learning rate is not a finite number above 0
 */
export function scaleByLearningRate({ learningRate, schedule }: { learningRate: number; schedule?: Schedule }): Rule {
  checkPositive('learningRate', learningRate);
  return schedule ? scaleBySchedule(schedule, -learningRate) : scale(-learningRate);
}
