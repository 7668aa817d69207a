import { checkFinite } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import type { Schedule } from './schedules/schedule.ts';

export interface ScheduleState {
  /** Steps taken. */
  step: number;
}

/**
 * Multiplies the gradient by `factor` times what the schedule says for this step, counted from 0.
 *
 * @throws InputError when `factor` is not a finite number
 * @example chain(scaleByAdam(), scaleBySchedule(cosine({ steps: 1000 }), -0.01))
 */
export function scaleBySchedule(schedule: Schedule, factor = 1): Rule<ScheduleState> {
  checkFinite('factor', factor);
  return {
    init: () => ({ step: 0 }),
    update(gradient, state) {
      const scale = factor * schedule(state.step++);
      for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
    },
  };
}
