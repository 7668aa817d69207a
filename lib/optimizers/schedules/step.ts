import { checkInteger, checkPositive } from '../../core/checks.ts';
import { pow } from '../../core/elementary.ts';
import { InputError } from '../../core/errors.ts';
import type { Schedule } from './schedule.ts';

export interface StepScheduleOptions {
  /** Steps between two drops, at least 1. */
  every?: number;
  /** The steps at which it drops, ascending; instead of `every`. */
  at?: readonly number[];
  /** What each drop multiplies by, above 0. */
  gamma?: number;
}

/**
 * A staircase: gamma^k, k the drops so far, each after `every` steps, or at the steps named.
 *
 * @throws InputError when an option leaves its range, or when both or neither of `every` and `at` are given
 * @example step({ every: 30, gamma: 0.1 })
 */
export function step({ every, at, gamma = 0.1 }: StepScheduleOptions): Schedule {
  checkPositive('gamma', gamma);
  if ((every === undefined) === (at === undefined))
    throw new InputError(`step schedule: expected every or at, found ${every === undefined ? 'neither' : 'both'}`);
  if (every !== undefined) {
    checkInteger('every', every, 1);
    return (now) => pow(gamma, Math.floor(now / every));
  }
  const drops = [...(at as readonly number[])];
  for (const [i, drop] of drops.entries()) checkInteger(`at[${i}]`, drop, i === 0 ? 0 : drops[i - 1]);
  return (now) => {
    let count = 0;
    while (count < drops.length && now >= drops[count]) count++;
    return pow(gamma, count);
  };
}
