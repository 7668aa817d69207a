import { InputError } from '../core/errors.ts';

/** What a second of a function costs, uses and emits, with the day on which the figures were looked up. */
export interface Rates {
  /** Day of the figures, ISO 8601. */
  dated: string;
  /** Where the figures come from. */
  sources: string[];
  /** US dollars for a second of a function with 1 GiB, by architecture. */
  gbSecondUsd: Record<Architecture, number>;
  /** US dollars for a million calls of a function. */
  millionRequestsUsd: number;
  /** Watts that one virtual processor draws at half load. */
  vcpuWatts: number;
  /** Kilowatt-hours that 1 GiB of memory uses in an hour. */
  memoryGbHourKwh: number;
  /** Power that a data centre uses over what its machines do. */
  powerUsageEffectiveness: number;
  /** Kilowatt-hours to move 1 GB over the network. */
  networkGbKwh: number;
  /** Memory in MB for which a function is given one virtual processor. */
  vcpuMb: number;
  /** Grams of CO₂-equivalent for a kilowatt-hour from the grid, by region. */
  gridGramsPerKwh: Record<string, number>;
}

export type Architecture = 'x86_64' | 'arm64';

/** The rates that hold where nobody gives others. */
export const defaultRates: Rates = {
  dated: '2026-11-23',
  sources: ['AWS Lambda pricing', 'Cloud Carbon Footprint methodology (AWS coefficients and grid factors)'],
  gbSecondUsd: { x86_64: 0.0000166667, arm64: 0.0000133334 },
  millionRequestsUsd: 0.2,
  vcpuWatts: 2.12,
  memoryGbHourKwh: 0.000392,
  powerUsageEffectiveness: 1.135,
  networkGbKwh: 0.001,
  vcpuMb: 1769,
  gridGramsPerKwh: {
    'us-east-1': 379.07,
    'us-west-2': 322.17,
    'eu-west-1': 278.6,
    'eu-north-1': 8.8,
    'ap-south-1': 708.2,
  },
};

/**
 * Rates out of a user's JSON: whatever it names stands in for the default.
 *
 * @param where what the value was read from; begins the error's message
 * @throws InputError naming the first field that is unknown or no such rate
 */
export function parseRates(value: unknown, where: string): Rates {
  return merge(defaultRates, value, where) as unknown as Rates;
}

/** Tables take any name and numbers alone; other objects take the names of the default. */
function merge(standard: object, given: unknown, where: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InputError(`${where}: expected an object, found ${JSON.stringify(given)}`);
  const merged: Record<string, unknown> = { ...standard };
  for (const [name, value] of Object.entries(given)) {
    const path = `${where}, ${name}`;
    const usual = Object.hasOwn(standard, name) ? (standard as Record<string, unknown>)[name] : undefined;
    if (name === 'gridGramsPerKwh') merged[name] = { ...(usual as object), ...numbers(value, path) };
    else if (usual === undefined) throw new InputError(`${path}: expected the name of a rate, found "${name}"`);
    else if (typeof usual === 'number') merged[name] = rate(value, path);
    else if (typeof usual === 'string') merged[name] = day(value, path);
    else if (Array.isArray(usual)) merged[name] = texts(value, path);
    else merged[name] = merge(usual as object, value, path);
  }
  return merged;
}

function numbers(value: unknown, where: string): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${where}: expected an object, found ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, rate(entry, `${where}, ${name}`)]));
}

function rate(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new InputError(`${where}: expected a number of at least 0, found ${JSON.stringify(value)}`);
}

function day(value: unknown, where: string): string {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  throw new InputError(`${where}: expected a day such as 2026-11-23, found ${JSON.stringify(value)}`);
}

function texts(value: unknown, where: string): string[] {
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw new InputError(`${where}: expected texts, found ${JSON.stringify(value)}`);
}
