import { checkInteger, checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { StopCriteria } from './solution.ts';

const checks: Record<keyof StopCriteria, (name: string, value: number) => void> = {
  steps: (name, value) => checkInteger(name, value),
  epochs: (name, value) => checkInteger(name, value),
  gradientNorm: checkNotNegative,
  tolerance: checkNotNegative,
  patience: (name, value) => checkInteger(name, value, 1),
};

/**
 * Holds stop criteria to their ranges.
 *
 * @throws InputError when there is none, one leaves its range, or `gradientNorm` comes without a full batch, whose
 *   gradient alone goes to zero
 */
export function checkStop(stop: StopCriteria, { fullBatch }: { fullBatch: boolean }): void {
  const names = Object.keys(checks) as (keyof StopCriteria)[];
  const given = names.filter((name) => stop[name] !== undefined);
  if (given.length === 0) throw new InputError(`stop: expected at least one of ${names.join(', ')}, found none`);

  for (const name of given) checks[name](`stop.${name}`, stop[name] as number);
  if (stop.gradientNorm !== undefined && !fullBatch)
    throw new InputError('stop.gradientNorm: expected a full batch (no batchSize), found a mini-batch objective');
}
