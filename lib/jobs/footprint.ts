import { footprint, type Machine } from '../footprint/footprint.ts';
import { defaultRates, parseRates, type Rates } from '../footprint/rates.ts';
import { readIfThere } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { Context } from './context.ts';

/** Where a store keeps rates of its own, which stand in for the defaults that they name. */
export const ratesKey = 'settings/rates.json';

/** What cost is told for when the work was done elsewhere than in a function. */
const usualMachine: Machine = { memoryMb: 1769, architecture: 'arm64', region: 'us-east-1' };

/**
 * What some work took, cost and emitted: measures by name, units at the ends of names, and a sentence on their basis.
 *
 * @param milliseconds of the parts of the work, by name
 */
export function footprintOf(
  { machine }: Pick<Context, 'machine'>,
  milliseconds: Record<string, number>,
  rates: Rates,
): { measures: Record<string, number>; basis: string } {
  const parts = Object.entries(milliseconds);
  const seconds = parts.reduce((sum, [, ms]) => sum + ms, 0) / 1000;
  return {
    measures: {
      seconds,
      ...Object.fromEntries(parts.map(([name, ms]) => [`${name}Seconds`, ms / 1000])),
      ...footprint({ seconds, ...(machine ?? usualMachine) }, rates),
    },
    basis: basisOf(machine, rates),
  };
}

/**
 * The rates that cost, energy and carbon are told at: the store's own where it has some.
 *
 * @throws InputError when the store's rates are none
 */
export async function readRates(store: Store): Promise<Rates> {
  const given = await readIfThere<unknown>(store, ratesKey);
  return given === undefined ? defaultRates : parseRates(given, `${store.location}${ratesKey}`);
}

/** What an evaluation took since `startMs`, for its report. */
export async function evaluationFootprint(
  context: Context,
  startMs: number,
): Promise<{ footprint: Record<string, number>; footprintBasis: string }> {
  const milliseconds = { evaluate: context.now() - startMs };
  const { measures, basis } = footprintOf(context, milliseconds, await readRates(context.store));
  // The only part equals the whole.
  const { evaluateSeconds: _, ...footprint } = measures;
  return { footprint, footprintBasis: basis };
}

function basisOf(machine: Machine | undefined, { dated, gridGramsPerKwh }: Rates): string {
  const { memoryMb, architecture, region } = machine ?? usualMachine;
  const where = machine
    ? `a function of ${memoryMb} MB (${architecture}) in ${region}`
    : `what the same seconds would take in a function of ${memoryMb} MB (${architecture}) in ${region}`;
  const grid = Object.hasOwn(gridGramsPerKwh, region) ? '' : `; the grid of ${region} is not among the rates`;
  return `Cost, energy and carbon are estimates for ${where}, at rates of ${dated}${grid}.`;
}
