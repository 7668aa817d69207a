import { checkPositive } from '../../core/checks.ts';
import { pow } from '../../core/elementary.ts';
import type { Schedule } from './schedule.ts';

/**
 * gamma^(t / every): falls by the same share at each step, by gamma in `every` steps.
 *
 * @param gamma above 0
 * @param every steps, above 0
 * @throws InputError when an option leaves its range
 */
export function exponential({ gamma, every = 1 }: { gamma: number; every?: number }): Schedule {
  checkPositive('gamma', gamma);
  checkPositive('every', every);
  return (step) => pow(gamma, step / every);
}
