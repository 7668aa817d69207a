import { checkInteger } from '../../core/checks.ts';
import { InputError } from '../../core/errors.ts';
import type { Schedule } from './schedule.ts';

/** All schedules at once: the product of their factors. */
export function chained(...schedules: readonly Schedule[]): Schedule {
  return (step) => {
    let factor = 1;
    for (let i = 0; i < schedules.length; i++) factor *= schedules[i](step);
    return factor;
  };
}

/**
 * One schedule after the other, each counting from 0 when its turn comes.
 *
 * @param at the steps at which the second, the third, … begin, ascending; one fewer than schedules
 * @throws InputError when the two do not fit together
 * @example sequential([linear({ steps: 10, from: 0.01 }), cosine({ steps: 90 })], [10])
 */
export function sequential(schedules: readonly Schedule[], at: readonly number[]): Schedule {
  if (schedules.length === 0 || at.length !== schedules.length - 1)
    throw new InputError(
      `sequential schedule, at: expected one start fewer than schedules, found ${at.length} for ${schedules.length}`,
    );
  for (const [i, start] of at.entries()) checkInteger(`at[${i}]`, start, i === 0 ? 0 : at[i - 1]);
  return (step) => {
    let turn = 0;
    while (turn < at.length && step >= at[turn]) turn++;
    return schedules[turn](turn === 0 ? step : step - at[turn - 1]);
  };
}
