import { checkInteger, checkNotNegative } from '../../core/checks.ts';
import type { Schedule } from './schedule.ts';

/**
 * `factor` for so many steps, then 1; without `steps`, for ever.
 *
 * @param factor at least 0
 * @throws InputError when an option leaves its range
 */
export function constant({ factor = 1, steps }: { factor?: number; steps?: number } = {}): Schedule {
  checkNotNegative('factor', factor);
  if (steps !== undefined) checkInteger('steps', steps);
  return (step) => (steps === undefined || step < steps ? factor : 1);
}
