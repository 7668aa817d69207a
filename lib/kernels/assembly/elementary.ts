/**
 * exp, expm1, log, log1p and tanh of whole vectors of float64, in place: the functions that the other kernels are built
 * of, for tests to hold them to lib/core/elementary, and for predictions.
 *
 * Memory: `count` numbers of 8 bytes from `at`, which need not be aligned. The paired forms run two numbers at once; an
 * odd last one goes alone.
 */
import * as exponential from './shared/exponential';
import { tanh as tanhOf } from './shared/hyperbolic';
import * as logarithm from './shared/logarithm';

export function exp(at: usize, count: i32): void {
  const end = at + (<usize>count << 3);
  for (; at + 16 <= end; at += 16) v128.store(at, exponential.expOfPair(v128.load(at)));
  if (at < end) store<f64>(at, exponential.exp(load<f64>(at)));
}

export function log1p(at: usize, count: i32): void {
  const end = at + (<usize>count << 3);
  for (; at + 16 <= end; at += 16) v128.store(at, logarithm.log1pOfPair(v128.load(at)));
  if (at < end) store<f64>(at, logarithm.log1p(load<f64>(at)));
}

export function expm1(at: usize, count: i32): void {
  const end = at + (<usize>count << 3);
  for (; at < end; at += 8) store<f64>(at, exponential.expm1(load<f64>(at)));
}

export function log(at: usize, count: i32): void {
  const end = at + (<usize>count << 3);
  for (; at < end; at += 8) store<f64>(at, logarithm.log(load<f64>(at)));
}

export function tanh(at: usize, count: i32): void {
  const end = at + (<usize>count << 3);
  for (; at < end; at += 8) store<f64>(at, tanhOf(load<f64>(at)));
}
