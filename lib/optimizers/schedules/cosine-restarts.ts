import { checkInteger, checkWithin } from '../../core/checks.ts';
import { halfCosine } from './cosine.ts';
import type { Schedule } from './schedule.ts';

/**
 * Half cosines one after the other, each from 1 down to `floor`: stochastic gradient descent with warm restarts.
 *
 * @param steps steps of the first
 * @param growth how many times longer each is than the one before, a whole number from 1
 * @param floor in [0, 1]
 * @throws InputError when an option leaves its range
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983
 */
export function cosineRestarts({
  steps,
  growth = 1,
  floor = 0,
}: {
  steps: number;
  growth?: number;
  floor?: number;
}): Schedule {
  checkInteger('steps', steps, 1);
  checkInteger('growth', growth, 1);
  checkWithin('floor', floor, 0, 1);
  return (step) => {
    let length = steps;
    let since = growth === 1 ? step % steps : step;
    while (since >= length) {
      since -= length;
      length *= growth;
    }
    return floor + (1 - floor) * halfCosine(since / length);
  };
}
