/**
 * The losses of the linear family with one score a row: what lib/losses computes for a stretch of rows, to the same bits.
 *
 * Scores, targets, losses, slopes and curvatures are vectors of float64. Those losses that take an exponential run two
 * rows at a time; the others choose by `select` rather than by a branch, since which side a row lies on can't be foreseen.
 */
import { exp, expm1, expOfPair, pairOfOnes, pairOfSignBits } from './exponential';
import { tanh } from './hyperbolic';
import { log1p, log1pOfPair } from './logarithm';
import { loadPair, storePair } from './pairs';

/** Numbers of the losses: lib/kernels/linear-pass.ts has the same. */
export namespace Loss {
  export const squared: i32 = 0;
  export const absolute: i32 = 1;
  export const huber: i32 = 2;
  export const quantile: i32 = 3;
  export const logCosh: i32 = 4;
  export const poisson: i32 = 5;
  export const gamma: i32 = 6;
  export const tweedie: i32 = 7;
  export const logistic: i32 = 8;
  export const hinge: i32 = 9;
  export const squaredHinge: i32 = 10;
  /** Of several scores: cross-entropy.ts. */
  export const crossEntropy: i32 = 11;
}

/**
 * Writes each row's loss and its slope d loss / d score.
 *
 * @param shape huber: delta; quantile: the quantile; tweedie: the power; logistic: the label smoothing
 * @param smoothing quantile and hinge
 */
export function evaluateLoss(
  loss: i32,
  shape: f64,
  smoothing: f64,
  scores: usize,
  targets: usize,
  count: i32,
  losses: usize,
  slopes: usize,
): void {
  switch (loss) {
    case Loss.squared:
      return squared(scores, targets, count, losses, slopes);
    case Loss.absolute:
      return absolute(scores, targets, count, losses, slopes);
    case Loss.huber:
      return huber(shape, scores, targets, count, losses, slopes);
    case Loss.quantile:
      return quantile(shape, smoothing, scores, targets, count, losses, slopes);
    case Loss.logCosh:
      return logCosh(scores, targets, count, losses, slopes);
    case Loss.poisson:
      return poisson(scores, targets, count, losses, slopes);
    case Loss.gamma:
      return gamma(scores, targets, count, losses, slopes);
    case Loss.tweedie:
      return tweedie(shape, scores, targets, count, losses, slopes);
    case Loss.hinge:
      return hinge(smoothing, scores, targets, count, losses, slopes);
    case Loss.squaredHinge:
      return squaredHinge(scores, targets, count, losses, slopes);
    default:
      logistic(scores, targets, count, losses, slopes);
      if (shape > 0) smoothLabels(shape / 2, scores, targets, count, losses, slopes);
  }
}

/** Writes each row's second derivative, of those losses that have one everywhere. */
export function evaluateCurvature(
  loss: i32,
  shape: f64,
  scores: usize,
  targets: usize,
  count: i32,
  curvatures: usize,
): void {
  if (loss == Loss.logistic) return curveLogistic(scores, count, curvatures);
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    store<f64>(curvatures + offset, curvatureOf(loss, shape, load<f64>(scores + offset), load<f64>(targets + offset)));
  }
}

// @ts-ignore: decorator
@inline
function curvatureOf(loss: i32, power: f64, score: f64, target: f64): f64 {
  if (loss == Loss.squared) return 2;
  if (loss == Loss.poisson) return exp(score);
  if (loss == Loss.gamma) return target * exp(-score);
  if (loss == Loss.logCosh) {
    const small = exp(-2 * abs(score - target));
    return (4 * small) / ((1 + small) * (1 + small));
  }
  const falling = target == 0 ? 0 : target * exp((1 - power) * score);
  return (2 - power) * exp((2 - power) * score) + (power - 1) * falling;
}

function curveLogistic(scores: usize, count: i32, curvatures: usize): void {
  const one = pairOfOnes();
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const small = expOfPair(v128.or(loadPair(scores + offset, count - i), pairOfSignBits()));
    const whole = f64x2.add(one, small);
    storePair(curvatures + offset, f64x2.div(small, f64x2.mul(whole, whole)), count - i);
  }
}

function squared(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const residual = f64x2.sub(loadPair(scores + offset, count - i), loadPair(targets + offset, count - i));
    storePair(losses + offset, f64x2.mul(residual, residual), count - i);
    storePair(slopes + offset, f64x2.mul(f64x2.splat(2), residual), count - i);
  }
}

/** Math.sign: NaN and both zeros are their own. */
// @ts-ignore: decorator
@inline
function signOf(x: f64): f64 {
  return select<f64>(1, select<f64>(-1, x, x < 0), x > 0);
}

function absolute(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const residual = load<f64>(scores + offset) - load<f64>(targets + offset);
    store<f64>(losses + offset, abs(residual));
    store<f64>(slopes + offset, signOf(residual));
  }
}

function huber(delta: f64, scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const residual = load<f64>(scores + offset) - load<f64>(targets + offset);
    const size = abs(residual);
    const isNear = size <= delta;
    store<f64>(losses + offset, select<f64>((residual * residual) / 2, delta * (size - delta / 2), isNear));
    store<f64>(slopes + offset, select<f64>(residual, delta * signOf(residual), isNear));
  }
}

function quantile(
  share: f64,
  smoothing: f64,
  scores: usize,
  targets: usize,
  count: i32,
  losses: usize,
  slopes: usize,
): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const residual = load<f64>(scores + offset) - load<f64>(targets + offset);
    const size = abs(residual);
    const isAbove = residual > 0;
    if (size < smoothing) {
      store<f64>(losses + offset, ((residual * residual) / smoothing + smoothing) / 4 + (0.5 - share) * residual);
      store<f64>(slopes + offset, residual / (2 * smoothing) + (0.5 - share));
    } else {
      store<f64>(losses + offset, select<f64>(1 - share, share, isAbove) * size);
      store<f64>(slopes + offset, select<f64>(1 - share, select<f64>(-share, residual, residual < 0), isAbove));
    }
  }
}

function logCosh(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const residual = load<f64>(scores + offset) - load<f64>(targets + offset);
    store<f64>(losses + offset, logOfCosh(abs(residual)));
    store<f64>(slopes + offset, tanh(residual));
  }
}

function logOfCosh(size: f64): f64 {
  if (size > 1) return size + log1p(exp(-2 * size)) - 0.6931471805599453;
  const rise = expm1(size);
  return log1p((exp(-size) * rise * rise) / 2);
}

function poisson(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const score = loadPair(scores + offset, count - i);
    const target = loadPair(targets + offset, count - i);
    const mean = expOfPair(score);
    storePair(losses + offset, f64x2.sub(mean, f64x2.mul(target, score)), count - i);
    storePair(slopes + offset, f64x2.sub(mean, target), count - i);
  }
}

function gamma(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const score = loadPair(scores + offset, count - i);
    const ratio = f64x2.mul(loadPair(targets + offset, count - i), expOfPair(f64x2.neg(score)));
    storePair(losses + offset, f64x2.add(score, ratio), count - i);
    storePair(slopes + offset, f64x2.sub(f64x2.splat(1), ratio), count - i);
  }
}

function tweedie(power: f64, scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const score = loadPair(scores + offset, count - i);
    const target = loadPair(targets + offset, count - i);
    const rising = expOfPair(f64x2.mul(f64x2.splat(2 - power), score));
    const product = f64x2.mul(target, expOfPair(f64x2.mul(f64x2.splat(1 - power), score)));
    // A target of 0 times an infinite power would be NaN.
    const falling = v128.andnot(product, f64x2.eq(target, f64x2.splat(0)));
    const loss = f64x2.add(f64x2.div(rising, f64x2.splat(2 - power)), f64x2.div(falling, f64x2.splat(power - 1)));
    storePair(losses + offset, loss, count - i);
    storePair(slopes + offset, f64x2.sub(rising, falling), count - i);
  }
}

function logistic(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  const one = pairOfOnes();
  const zero = f64x2.splat(0);
  const signBit = pairOfSignBits();
  // Three loops rather than one: the processor then has more of these long chains of operations under way at once.
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const score = loadPair(scores + offset, count - i);
    storePair(losses + offset, expOfPair(v128.or(score, signBit)), count - i);
  }
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const small = loadPair(losses + offset, count - i);
    // Where the target is not 1 the sign is turned around.
    const turned = v128.andnot(signBit, f64x2.eq(loadPair(targets + offset, count - i), one));
    const margin = v128.xor(loadPair(scores + offset, count - i), turned);
    const share = f64x2.div(v128.bitselect(small, one, f64x2.gt(margin, zero)), f64x2.add(one, small));
    storePair(slopes + offset, v128.xor(share, v128.xor(turned, signBit)), count - i);
  }
  for (let i = 0; i < count; i += 2) {
    const offset = <usize>i << 3;
    const turned = v128.andnot(signBit, f64x2.eq(loadPair(targets + offset, count - i), one));
    const lack = v128.xor(loadPair(scores + offset, count - i), v128.xor(turned, signBit));
    const small = log1pOfPair(loadPair(losses + offset, count - i));
    storePair(losses + offset, f64x2.add(f64x2.max(lack, zero), small), count - i);
  }
}

function smoothLabels(other: f64, scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const sign = select<f64>(1, -1, load<f64>(targets + offset) == 1);
    store<f64>(losses + offset, load<f64>(losses + offset) + other * sign * load<f64>(scores + offset));
    store<f64>(slopes + offset, load<f64>(slopes + offset) + other * sign);
  }
}

function hinge(smoothing: f64, scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const sign = select<f64>(1, -1, load<f64>(targets + offset) == 1);
    const lack = 1 - sign * load<f64>(scores + offset);
    if (abs(lack) < smoothing) {
      const reach = lack + smoothing;
      store<f64>(losses + offset, (reach * reach) / (4 * smoothing));
      store<f64>(slopes + offset, (-sign * reach) / (2 * smoothing));
    } else {
      store<f64>(losses + offset, max<f64>(0, lack));
      store<f64>(slopes + offset, select<f64>(-sign, 0, lack > 0));
    }
  }
}

function squaredHinge(scores: usize, targets: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const sign = select<f64>(1, -1, load<f64>(targets + offset) == 1);
    const lack = max<f64>(0, 1 - sign * load<f64>(scores + offset));
    store<f64>(losses + offset, lack * lack);
    store<f64>(slopes + offset, -2 * sign * lack);
  }
}
