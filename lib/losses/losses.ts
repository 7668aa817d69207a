import { InputError } from '../core/errors.ts';
import { absolute } from './absolute.ts';
import { smoothCrossEntropy } from './cross-entropy.ts';
import { focal, softmaxFocal } from './focal.ts';
import { gamma } from './gamma.ts';
import { hinge, squaredHinge } from './hinge.ts';
import { huber } from './huber.ts';
import { logCosh } from './log-cosh.ts';
import { smoothLogistic } from './logistic.ts';
import type { Loss } from './loss.ts';
import { poisson } from './poisson.ts';
import { quantile } from './quantile.ts';
import { squared } from './squared.ts';
import { tweedie } from './tweedie.ts';

/** A loss by name, with the options of the function of that name. */
export interface LossRequest {
  name: LossName;
  /** huber */
  delta?: number;
  /** quantile */
  quantile?: number;
  /** quantile and hinge */
  smoothing?: number;
  /** tweedie */
  power?: number;
  /** logistic and cross-entropy */
  labelSmoothing?: number;
  /** focal */
  gamma?: number;
}

/** What a target says: a number of any sign, a number from 0, one of two classes, or one of several. */
export type TargetKind = 'number' | 'count' | 'binary' | 'multiclass';

export interface LossEntry {
  options: readonly Exclude<keyof LossRequest, 'name'>[];
  /** The targets that it is for. */
  targets: readonly TargetKind[];
  /** @param outputs scores of a row */
  make(options: Omit<LossRequest, 'name'>, outputs: number): Loss;
}

const numbers: TargetKind[] = ['number', 'count'];

/** Every loss, what it can be asked for, and what it is for. */
export const losses = {
  squared: { options: [], targets: numbers, make: () => squared },
  absolute: { options: [], targets: numbers, make: () => absolute },
  huber: { options: ['delta'], targets: numbers, make: huber },
  quantile: { options: ['quantile', 'smoothing'], targets: numbers, make: quantile },
  'log-cosh': { options: [], targets: numbers, make: () => logCosh },
  poisson: { options: [], targets: ['count'], make: () => poisson },
  gamma: { options: [], targets: ['count'], make: () => gamma },
  tweedie: { options: ['power'], targets: ['count'], make: tweedie },
  logistic: { options: ['labelSmoothing'], targets: ['binary'], make: smoothLogistic },
  hinge: { options: ['smoothing'], targets: ['binary'], make: hinge },
  'squared-hinge': { options: [], targets: ['binary'], make: () => squaredHinge },
  'cross-entropy': { options: ['labelSmoothing'], targets: ['multiclass'], make: smoothCrossEntropy },
  focal: {
    options: ['gamma'],
    targets: ['binary', 'multiclass'],
    make: (options, outputs) => (outputs === 1 ? focal(options) : softmaxFocal(options)),
  },
} as const satisfies Record<string, LossEntry>;

/** The name of a loss, as a pipeline gives it. */
export type LossName = keyof typeof losses;

/** The names that `makeLoss` knows. */
export const lossNames = Object.keys(losses) as readonly LossName[];

/** The loss that each kind of target gets where none is named. */
export const usualLoss = {
  number: 'squared',
  count: 'poisson',
  binary: 'logistic',
  multiclass: 'cross-entropy',
} as const satisfies Record<TargetKind, LossName>;

/**
 * Makes the loss that a request names. An option that is `undefined` counts as left out.
 *
 * @param outputs scores of a row
 * @throws InputError when the name or an option is not known, or a value leaves its range
 * @example makeLoss({ name: 'huber', delta: 1.35 })
 */
export function makeLoss({ name, ...options }: LossRequest, outputs = 1): Loss {
  if (!Object.hasOwn(losses, name))
    throw new InputError(`loss: expected one of ${lossNames.join(', ')}, found "${name}"`);
  const entry: LossEntry = losses[name];
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!(entry.options as readonly string[]).includes(key)) {
      const known = entry.options.length === 0 ? 'no options' : `options among ${entry.options.join(', ')}`;
      throw new InputError(`loss ${name}: expected ${known}, found "${key}"`);
    }
  }
  return entry.make(options, outputs);
}
