import { checkInteger, checkNotNegative } from '../../core/checks.ts';
import type { Schedule } from './schedule.ts';

/**
 * A straight line from `from` to `to` in `steps` steps, then `to`: the usual warm-up.
 *
 * @param steps at least 1
 * @param from factor of the first step, at least 0; to, likewise, after `steps`
 * @throws InputError when an option leaves its range
 */
export function linear({ steps, from = 1 / 3, to = 1 }: { steps: number; from?: number; to?: number }): Schedule {
  checkInteger('steps', steps, 1);
  checkNotNegative('from', from);
  checkNotNegative('to', to);
  return (step) => (step >= steps ? to : from + (to - from) * (step / steps));
}
