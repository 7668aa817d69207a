import { checkInteger, checkWithin } from '../../core/checks.ts';
import { cos } from '../../core/elementary.ts';
import type { Schedule } from './schedule.ts';

/**
 * Half a cosine from 1 down to `floor` in `steps` steps: floor + (1 − floor)·(1 + cos(πt/T))/2.
 *
 * It stays at the floor from then on; with `periodic`, it goes up again the way it came, as torch's CosineAnnealingLR
 * does when it is run on.
 *
 * @param steps T, at least 1
 * @param floor in [0, 1]
 * @throws InputError when an option leaves its range
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5
 */
export function cosine({
  steps,
  floor = 0,
  periodic = false,
}: {
  steps: number;
  floor?: number;
  periodic?: boolean;
}): Schedule {
  checkInteger('steps', steps, 1);
  checkWithin('floor', floor, 0, 1);
  return (step) => {
    if (step >= steps && !periodic) return floor;
    return floor + (1 - floor) * halfCosine((step % (2 * steps)) / steps);
  };
}

/** (1 + cos πx)/2, from 1 at 0 to 0 at 1; as a square, which does not cancel near the end. */
export function halfCosine(x: number): number {
  const root = cos((Math.PI / 2) * x);
  // The float nearest to π/2 is not π/2: the end would be 4e-33 instead of 0.
  return x === 1 ? 0 : root * root;
}
