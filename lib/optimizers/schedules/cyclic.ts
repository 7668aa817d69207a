import { checkInteger, checkPositive, checkWithin } from '../../core/checks.ts';
import { pow } from '../../core/elementary.ts';
import type { Schedule } from './schedule.ts';

export interface CyclicOptions {
  /** Steps up, at least 1. */
  up: number;
  /** Steps down; as many as up when left out. */
  down?: number;
  /** Factor between two cycles, in [0, 1]; the peak is 1. */
  floor?: number;
  /** What each cycle's height is multiplied by after each cycle, above 0. */
  cycleGamma?: number;
  /** What the height is multiplied by at each step, above 0. */
  stepGamma?: number;
}

/**
 * Triangles from `floor` to 1 and back, without end. The learning rate that it multiplies is the peak.
 *
 * @throws InputError when an option leaves its range
 * @see Smith 2017, arXiv:1506.01186: his "triangular2" has cycleGamma ½, his "exp_range" a stepGamma
 */
export function cyclic({ up, down = up, floor = 0, cycleGamma = 1, stepGamma = 1 }: CyclicOptions): Schedule {
  checkInteger('up', up, 1);
  checkInteger('down', down, 1);
  checkWithin('floor', floor, 0, 1);
  checkPositive('cycleGamma', cycleGamma);
  checkPositive('stepGamma', stepGamma);
  const length = up + down;
  return (step) => {
    const place = step % length;
    const height = place <= up ? place / up : (length - place) / down;
    const shrunk = height * pow(cycleGamma, Math.floor(step / length)) * pow(stepGamma, step);
    return floor + (1 - floor) * shrunk;
  };
}
