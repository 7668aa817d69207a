import type { Measured } from './report.ts';

/**
 * A metric's value as a report holds it: NaN and infinity become null with a reason.
 *
 * @param why what to know about the value; the reason when it is not finite
 */
export function measured(value: number, why?: string): Measured {
  if (Number.isFinite(value)) return why === undefined ? { value } : { value, why };
  return { value: null, why: why ?? (Number.isNaN(value) ? 'undefined on these rows' : 'beyond the range of numbers') };
}
