import { exp } from '../elementary.ts';
import { binomialTerm } from './beta.ts';

const pi = Math.PI;
const pi2 = pi * pi;
const pi4 = pi2 * pi2;
const pi6 = pi4 * pi2;
const rootTwoPi = 2.5066282746310002;

/**
 * How likely √n times the greatest gap between a distribution and n draws of it lies above x, in the limit of many draws.
 *
 * @see Kolmogorov 1933; Feller 1948, Annals of Mathematical Statistics 19(2), both series
 */
export function kolmogorovTail(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x <= 0.04) return 1;
  if (x < 0.82) {
    let below = 0;
    for (let k = 1; k < 12; k += 2) below += exp((-k * k * pi2) / (8 * x * x));
    return 1 - (rootTwoPi / x) * below;
  }
  let tail = 0;
  for (let k = 6; k >= 1; k--) tail = exp(-2 * k * k * x * x) - tail;
  return 2 * tail;
}

/**
 * How likely the greatest gap between a distribution and n draws of it is at least d.
 *
 * Exact up to n = 140; above, by the asymptotic series of Pelz and Good where no exact form is quick, with an absolute
 * error below 1e-9. NaN unless n is a whole number from 1.
 *
 * @see Simard & L'Ecuyer 2011, Journal of Statistical Software 39(11), for which form serves where
 */
export function kolmogorovGapTail(d: number, n: number): number {
  if (!(Number.isInteger(n) && n >= 1) || Number.isNaN(d)) return Number.NaN;
  if (d >= 1) return 0;
  if (n * d <= 0.5) return 1;
  const spread = n * d * d;
  if (spread >= 370) return 0;
  // Both one-sided gaps that large at once are so unlikely that twice the one-sided share is exact to float64.
  if (d >= 0.5 || spread > (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSidedGapTail(d, n));
  const isQuick = n <= 140 || (n <= 100_000 && n * d * Math.sqrt(d) <= 1.4);
  return Math.max(0, 1 - (isQuick ? gapShare(d, n) : pelzGood(d, n)));
}

/**
 * How likely the distribution of n draws rises above the true one by at least d somewhere.
 *
 * @see Smirnov 1944; Birnbaum & Tingey 1951, Annals of Mathematical Statistics 22(4). Above 100,000 draws, the first
 *   correction to the limit by Maag & Dicaire 1971, Biometrika 58(3).
 */
export function oneSidedGapTail(d: number, n: number): number {
  if (d <= 0) return 1;
  if (d >= 1) return 0;
  if (n > 100_000) return exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let total = 0;
  for (let j = Math.floor(n * (1 - d)); j >= 0; j--) {
    const p = d + j / n;
    const q = (n - j - n * d) / n;
    if (q > 0) total += (binomialTerm(j, n - j, p, q) * d) / p;
  }
  return Math.min(1, total);
}

/** By powers of Durbin's matrix; see Marsaglia, Tsang & Wang 2003, Journal of Statistical Software 8(18). */
function gapShare(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const size = 2 * k - 1;
  const { values, exponent } = power(durbinMatrix(k - n * d, size), size, n);
  let share = values[(k - 1) * size + k - 1];
  // Times n! / n^n, factor by factor, with the powers of two kept apart.
  let scale = exponent;
  for (let i = 1; i <= n; i++) {
    share *= i / n;
    if (share < 2 ** -400) {
      share *= 2 ** 400;
      scale -= 400;
    }
  }
  for (; scale < 0; scale += 400) share *= 2 ** -400;
  for (; scale > 0; scale -= 400) share *= 2 ** 400;
  return share;
}

function durbinMatrix(h: number, size: number): Float64Array {
  const powers = new Float64Array(size + 1).fill(1);
  for (let i = 1; i <= size; i++) powers[i] = powers[i - 1] * h;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let value = i - j + 1 < 0 ? 0 : 1;
      if (j === 0) value -= powers[i + 1];
      if (i === size - 1) value -= powers[size - j];
      if (i === size - 1 && j === 0 && 2 * h > 1) {
        let extra = 1;
        for (let e = 0; e < size; e++) extra *= 2 * h - 1;
        value += extra;
      }
      for (let g = 2; g <= i - j + 1; g++) value /= g;
      matrix[i * size + j] = value;
    }
  }
  return matrix;
}

/** The matrix to the n, as values · 2^exponent. */
function power(matrix: Float64Array, size: number, n: number): { values: Float64Array; exponent: number } {
  if (n === 1) return { values: matrix, exponent: 0 };
  const half = power(matrix, size, Math.floor(n / 2));
  const square = product(half.values, half.values, size);
  const values = n % 2 === 0 ? square : product(square, matrix, size);
  let exponent = 2 * half.exponent;
  const middle = (size >> 1) * (size + 1);
  if (values[middle] > 2 ** 400) {
    for (let i = 0; i < values.length; i++) values[i] *= 2 ** -400;
    exponent += 400;
  }
  return { values, exponent };
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k];
      for (let j = 0; j < size; j++) result[i * size + j] += factor * b[k * size + j];
    }
  }
  return result;
}

/**
 * The limit and its first three corrections in 1/√n.
 *
 * @see Pelz & Good 1976, Journal of the Royal Statistical Society B 38(2), 152-156
 */
function pelzGood(d: number, n: number): number {
  const z = Math.sqrt(n) * d;
  if (z < 0.042) return 0;
  const [z2, z3, z4, z6] = [z ** 2, z * z * z, z ** 2 * z ** 2, z ** 2 * z ** 2 * z ** 2];
  const sums = [0, 0, 0, 0];
  const extra = [0, 0];
  for (let k = Math.ceil((16 * z) / pi); k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2;
    const weight = exp((-pi2 * m2) / (8 * z2));
    const k2 = ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + (pi4 * (1 - 2 * z2) * m2 * m2) / 16;
    const k3 =
      (pi6 * (5 - 30 * z2) * m2 * m2 * m2) / 64 +
      (pi4 * (212 * z4 - 60 * z2) * m2 * m2) / 16 +
      (pi2 * (135 * z4 - 96 * z6) * m2) / 4;
    sums[0] += weight;
    sums[1] += weight * ((pi2 * m2) / 4 - z2);
    sums[2] += weight * (6 * z6 + 2 * z4 + k2);
    sums[3] += weight * (k3 - 30 * z6 - 90 * z4 * z4);
    const even = k * k * exp((-pi2 * k * k) / (2 * z2));
    extra[0] += even;
    extra[1] += even * (3 * z2 - pi2 * k * k);
  }
  const root = Math.sqrt(n);
  return (
    rootTwoPi *
    (sums[0] / z +
      sums[1] / (6 * z4 * root) +
      (sums[2] / (72 * z4 * z3) - (pi2 * extra[0]) / (36 * z3)) / n +
      (sums[3] / (6480 * z4 * z6) + (pi2 * extra[1]) / (216 * z6)) / (n * root))
  );
}
