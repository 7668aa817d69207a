import { InputError } from '../../core/errors.ts';
import type { PlateauOptions } from '../reduce-on-plateau.ts';
import { chained, sequential } from './combine.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { cosineRestarts } from './cosine-restarts.ts';
import { cyclic } from './cyclic.ts';
import { exponential } from './exponential.ts';
import { inverse } from './inverse.ts';
import { linear } from './linear.ts';
import { oneCycle } from './one-cycle.ts';
import { polynomial } from './polynomial.ts';
import type { Schedule } from './schedule.ts';
import { step } from './step.ts';

/** A schedule by name. Lengths are in epochs; where `epochs` may be left out, it is as long as the run may be. */
export type PlainScheduleRequest =
  | { kind: 'constant'; factor?: number; epochs?: number }
  | { kind: 'step'; every?: number; at?: readonly number[]; gamma?: number }
  | { kind: 'exponential'; gamma: number; every?: number }
  | { kind: 'cosine'; epochs?: number; floor?: number }
  | { kind: 'cosineRestarts'; epochs: number; growth?: number; floor?: number }
  | {
      kind: 'oneCycle';
      epochs?: number;
      warmUp?: number;
      from?: number;
      to?: number;
      shape?: 'cosine' | 'linear';
      threePhases?: boolean;
    }
  | { kind: 'linear'; epochs: number; from?: number; to?: number }
  | { kind: 'polynomial'; epochs?: number; power?: number; floor?: number }
  | { kind: 'inverse'; decay: number; power?: number }
  | { kind: 'cyclic'; up: number; down?: number; floor?: number; cycleGamma?: number };

type PlateauRequest = { kind: 'plateau' } & Omit<PlateauOptions, 'stepsPerEpoch'>;

/** A schedule of the learning rate, as a pipeline asks for it. */
export type ScheduleRequest =
  | PlainScheduleRequest
  | PlateauRequest
  | { kind: 'chained'; of: readonly (PlainScheduleRequest | PlateauRequest)[] }
  | { kind: 'sequential'; of: readonly PlainScheduleRequest[]; at: readonly number[] };

/** How long a run is. */
export interface RunLength {
  stepsPerEpoch: number;
  /** Most steps that it may take; undefined where nothing limits it. */
  steps?: number;
}

/**
 * Makes what a request for a schedule asks for: a function of the step, a rule's options for plateaus, or both.
 *
 * @throws InputError when an option leaves its range, or a length is wanted that neither the request nor the run has
 */
export function makeSchedule(
  request: ScheduleRequest,
  run: RunLength,
): { schedule?: Schedule; plateaus: PlateauOptions[] } {
  if (request.kind === 'plateau') {
    const { kind: _, ...options } = request;
    return { plateaus: [{ ...options, stepsPerEpoch: run.stepsPerEpoch }] };
  }
  if (request.kind === 'chained') {
    const parts = request.of.map((part) => makeSchedule(part, run));
    const schedules = parts.flatMap(({ schedule }) => (schedule ? [schedule] : []));
    return {
      ...(schedules.length > 0 ? { schedule: chained(...schedules) } : {}),
      plateaus: parts.flatMap(({ plateaus }) => plateaus),
    };
  }
  if (request.kind !== 'sequential') return { schedule: plainSchedule(request, run), plateaus: [] };

  const at = request.at.map((epoch) => epoch * run.stepsPerEpoch);
  const parts = request.of.map((part, i) => {
    const end = at[i] ?? run.steps;
    // What has no length of its own lasts until the next one begins.
    const steps = end === undefined ? undefined : Math.max(1, end - (at[i - 1] ?? 0));
    return plainSchedule(part, { ...run, steps });
  });
  return { schedule: sequential(parts, at), plateaus: [] };
}

function plainSchedule(request: PlainScheduleRequest, { stepsPerEpoch, steps: limit }: RunLength): Schedule {
  const inSteps = (epochs: number) => Math.round(epochs * stepsPerEpoch);
  const length = (epochs: number | undefined): number => {
    if (epochs !== undefined) return inSteps(epochs);
    if (limit !== undefined) return limit;
    throw new InputError(`schedule ${request.kind}: expected epochs, as nothing limits the run, found none`);
  };
  switch (request.kind) {
    case 'constant': {
      const { factor, epochs } = request;
      return constant({ factor, steps: epochs === undefined ? undefined : inSteps(epochs) });
    }
    case 'step': {
      const { every, at, gamma } = request;
      return step({ every: every === undefined ? undefined : inSteps(every), at: at?.map(inSteps), gamma });
    }
    case 'exponential':
      return exponential({ gamma: request.gamma, every: (request.every ?? 1) * stepsPerEpoch });
    case 'cosine':
      return cosine({ steps: length(request.epochs), floor: request.floor });
    case 'cosineRestarts':
      return cosineRestarts({ steps: inSteps(request.epochs), growth: request.growth, floor: request.floor });
    case 'oneCycle': {
      const { kind: _, epochs, ...options } = request;
      return oneCycle({ ...options, steps: length(epochs) });
    }
    case 'linear':
      return linear({ steps: inSteps(request.epochs), from: request.from, to: request.to });
    case 'polynomial':
      return polynomial({ steps: length(request.epochs), power: request.power, floor: request.floor });
    case 'inverse':
      return inverse({ decay: request.decay / stepsPerEpoch, power: request.power });
    case 'cyclic': {
      const { up, down, floor, cycleGamma } = request;
      return cyclic({ up: inSteps(up), down: down === undefined ? undefined : inSteps(down), floor, cycleGamma });
    }
  }
}
