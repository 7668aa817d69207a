import type { NumberColumn } from './table.ts';

/** From this magnitude on a float32 can't tell whole numbers apart. */
const wholeLimit = 2 ** 24;
/** Below this magnitude a float32 has fewer digits. */
export const leastNormal = 2 ** -126;
/** A float32 has 24 binary digits: of values that have this many in common, too few are left to tell them apart. */
const commonShare = 2 ** -10;

/**
 * Whether the values of a column lose nothing that matters when they are rounded to float32: each keeps 24 binary
 * digits, whole numbers stay what they are, and the values do not differ in their last digits only.
 *
 * @param min least of the rounded values; max likewise
 * @param isWhole whether all of them are whole
 * @param hasTiny whether one, before it was rounded, was not 0 and smaller than the least normal float32
 */
export function fitsSingle({
  min,
  max,
  isWhole,
  hasTiny,
}: {
  min: number;
  max: number;
  isWhole: boolean;
  hasTiny: boolean;
}): boolean {
  if (!(min <= max)) return !hasTiny;
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  if (hasTiny || magnitude >= wholeLimit) return false;
  return isWhole || min === max || max - min >= magnitude * commonShare;
}

/** The number of fewest digits that is rounded to this float32: 0.1 for 0.10000000149011612. */
export function shortestSingle(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
}

/** Rounds a column's values to float32, in place, where they lose nothing that matters; else they stay as they are. */
export function roundToSingle(column: NumberColumn): void {
  const { values } = column;
  let [min, max, isWhole, hasTiny] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true, false];
  for (const value of values) {
    const rounded = Math.fround(value);
    if (rounded < min) min = rounded;
    if (rounded > max) max = rounded;
    if (isWhole && rounded !== Math.floor(rounded) && !Number.isNaN(rounded)) isWhole = false;
    if (value !== 0 && Math.abs(value) < leastNormal) hasTiny = true;
  }
  if (!fitsSingle({ min, max, isWhole, hasTiny })) return;
  for (let row = 0; row < values.length; row++) values[row] = Math.fround(values[row]);
  column.single = true;
}
