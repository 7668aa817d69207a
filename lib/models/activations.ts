import { erf, exp, tanh } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { sigmoid } from '../losses/logistic.ts';

/** What a hidden unit does to the weighted sum of its inputs. */
export interface Activation {
  readonly name: string;
  /** Writes the units' values a for their sums z, shape [length]. */
  apply(z: Float64Array, a: Float64Array, length: number): void;
  /** Multiplies `slopes`, d loss / d a, by da / dz, in place. */
  multiplySlopes(z: Float64Array, a: Float64Array, slopes: Float64Array, length: number): void;
}

/** max(0, z); its slope at 0 is 0, as in torch. @see Glorot, Bordes & Bengio 2011, AISTATS */
const relu: Activation = {
  name: 'relu',
  apply(z, a, length) {
    // Math.max keeps NaN, so that a run that went wrong is seen to have.
    for (let i = 0; i < length; i++) a[i] = Math.max(0, z[i]);
  },
  multiplySlopes(z, _, slopes, length) {
    for (let i = 0; i < length; i++) if (z[i] <= 0) slopes[i] = 0;
  },
};

/** Hyperbolic tangent, in (−1, 1). */
const hyperbolicTangent: Activation = {
  name: 'tanh',
  apply(z, a, length) {
    for (let i = 0; i < length; i++) a[i] = tanh(z[i]);
  },
  multiplySlopes(_, a, slopes, length) {
    for (let i = 0; i < length; i++) slopes[i] *= 1 - a[i] * a[i];
  },
};

/** 1 / (1 + e^−z), in (0, 1). */
const logisticSigmoid: Activation = {
  name: 'sigmoid',
  apply(z, a, length) {
    for (let i = 0; i < length; i++) a[i] = sigmoid(z[i]);
  },
  multiplySlopes(z, a, slopes, length) {
    // sigmoid(−z) is 1 − a without its cancellation.
    for (let i = 0; i < length; i++) slopes[i] *= a[i] * sigmoid(-z[i]);
  },
};

/**
 * z·Φ(z), with Φ the distribution function of the standard normal, through erf and not its approximation by tanh.
 *
 * @see Hendrycks & Gimpel 2016, arXiv:1606.08415
 */
const gelu: Activation = {
  name: 'gelu',
  apply(z, a, length) {
    for (let i = 0; i < length; i++) a[i] = z[i] * normalShare(z[i]);
  },
  multiplySlopes(z, _, slopes, length) {
    for (let i = 0; i < length; i++) slopes[i] *= normalShare(z[i]) + z[i] * normalDensity(z[i]);
  },
};

/** Φ(z): the share of a standard normal variable below z. */
const normalShare = (z: number): number => (1 + erf(z * Math.SQRT1_2)) / 2;

/** e^(−z²/2) / √(2π). */
const normalDensity = (z: number): number => exp((-z * z) / 2) * 0.3989422804014327;

/** Every activation, by name. */
export const activations = { relu, tanh: hyperbolicTangent, sigmoid: logisticSigmoid, gelu } as const;

export type ActivationName = keyof typeof activations;

/** @throws InputError when there is none of that name */
export function activationNamed(name: ActivationName): Activation {
  if (Object.hasOwn(activations, name)) return activations[name];
  throw new InputError(`activation: expected one of ${Object.keys(activations).join(', ')}, found "${name}"`);
}
