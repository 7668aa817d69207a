/**
 * Loads and stores float64 numbers two at a time, and the last one of an odd count alone. Nothing beyond the last is read or
 * written, since another share's numbers lie there.
 */

/** The number at `at` and the one after it; 0 in its place where only one is `left`. */
// @ts-ignore: decorator
@inline
export function loadPair(at: usize, left: i32): v128 {
  return left > 1 ? v128.load(at) : v128.load64_zero(at);
}

// @ts-ignore: decorator
@inline
export function storePair(at: usize, pair: v128, left: i32): void {
  if (left > 1) v128.store(at, pair);
  else v128.store64_lane(at, pair, 0);
}

/** Two float32 numbers, as float64. */
// @ts-ignore: decorator
@inline
export function widenPair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline
export function sumOfLanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
