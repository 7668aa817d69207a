import { checkNotNegative, checkPositive } from '../../core/checks.ts';
import { pow } from '../../core/elementary.ts';
import type { Schedule } from './schedule.ts';

/**
 * Inverse scaling: 1 / (1 + decay·t)^power.
 *
 * With power 1 or ½ it is the decay under which stochastic gradient descent provably converges.
 *
 * @param decay per step, at least 0
 * @param power above 0
 * @throws InputError when an option leaves its range
 * @see Robbins & Monro 1951, Ann. Math. Stat. 22(3), for the condition on such sequences
 */
export function inverse({ decay, power = 1 }: { decay: number; power?: number }): Schedule {
  checkNotNegative('decay', decay);
  checkPositive('power', power);
  return (step) => 1 / (power === 1 ? 1 + decay * step : pow(1 + decay * step, power));
}
