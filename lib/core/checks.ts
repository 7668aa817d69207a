import { InputError } from './errors.ts';

type Numbers = ArrayLike<number>;

/** @throws InputError when the two lengths differ */
export function checkSameLength(nameA: string, a: { length: number }, nameB: string, b: { length: number }): void {
  if (a.length === b.length) return;
  throw new InputError(`${nameB}: expected as many values as ${nameA} (${a.length}), found ${b.length}`);
}

/** @throws InputError when a value, or the number itself, lies outside [low, high] or is NaN */
export function checkWithin(name: string, values: number | Numbers, low: number, high: number): void {
  if (typeof values !== 'number' && liesWithin(values, low, high)) return;
  checkEach(name, values, (value) => value >= low && value <= high, `a number in [${low}, ${high}]`);
}

/** @throws InputError when a value, or the number itself, is NaN or infinite */
export function checkFinite(name: string, values: number | Numbers): void {
  if (typeof values !== 'number' && liesWithin(values, -Number.MAX_VALUE, Number.MAX_VALUE)) return;
  checkEach(name, values, Number.isFinite, 'a finite number');
}

/** @throws InputError when a value, or the number itself, is not finite or not above 0 */
export function checkPositive(name: string, values: number | Numbers): void {
  checkEach(name, values, (value) => value > 0 && Number.isFinite(value), 'a finite number above 0');
}

/** @throws InputError when a value, or the number itself, is not finite or below 0 */
export function checkNotNegative(name: string, values: number | Numbers): void {
  checkEach(name, values, (value) => value >= 0 && Number.isFinite(value), 'a finite number from 0');
}

/** @throws InputError when `value` is not a whole number in [low, high] */
export function checkInteger(name: string, value: number, low = 0, high = Number.MAX_SAFE_INTEGER): void {
  checkEach(name, value, (v) => Number.isInteger(v) && v >= low && v <= high, `a whole number in [${low}, ${high}]`);
}

/** A decay is the weight of the past in a running average. @throws InputError when it lies outside [0, 1) */
export function checkDecay(name: string, value: number): void {
  checkEach(name, value, (v) => v >= 0 && v < 1, 'a number in [0, 1)');
}

/** Whether all values lie in [low, high]. One plain loop, since a call for each of millions of values takes long. */
function liesWithin(values: Numbers, low: number, high: number): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i] >= low && values[i] <= high)) return false;
  return true;
}

function checkEach(name: string, values: number | Numbers, holds: (value: number) => boolean, expected: string): void {
  if (typeof values === 'number') {
    if (!holds(values)) throw new InputError(`${name}: expected ${expected}, found ${values}`);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    if (!holds(values[i])) throw new InputError(`${name}[${i}]: expected ${expected}, found ${values[i]}`);
  }
}
