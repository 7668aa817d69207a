import { checkInteger, checkPositive, checkWithin } from '../../core/checks.ts';
import { pow } from '../../core/elementary.ts';
import type { Schedule } from './schedule.ts';

/**
 * floor + (1 − floor)·(1 − t/T)^power, and `floor` from step T on.
 *
 * @param steps T, at least 1
 * @param power above 0
 * @param floor in [0, 1]
 * @throws InputError when an option leaves its range
 */
export function polynomial({
  steps,
  power = 1,
  floor = 0,
}: {
  steps: number;
  power?: number;
  floor?: number;
}): Schedule {
  checkInteger('steps', steps, 1);
  checkPositive('power', power);
  checkWithin('floor', floor, 0, 1);
  return (step) => (step >= steps ? floor : floor + (1 - floor) * pow((steps - step) / steps, power));
}
