import type { Architecture, Rates } from './rates.ts';

/** The function that does the work, as far as cost and energy depend on it. */
export interface Machine {
  /** Memory of the function in MB, which decides how many virtual processors it has. */
  memoryMb: number;
  architecture: Architecture;
  /** Such as `us-east-1`. */
  region: string;
}

/** What a function took. */
export interface Usage extends Machine {
  seconds: number;
  /** Calls of functions. */
  requests?: number;
  /** Bytes moved over the network. */
  networkBytes?: number;
}

/** What that costs, uses and emits. */
export interface Footprint {
  gbSeconds: number;
  costUsd: number;
  energyKwh: number;
  /** Grams of CO₂-equivalent; undefined where the grid of the region is not among the rates. */
  carbonGrams?: number;
}

/**
 * Cost, energy and carbon of a function's seconds.
 *
 * Energy is that of the virtual processors at half load, of the memory and of the network, times the data centre's
 * overhead (Cloud Carbon Footprint, methodology, "Energy estimate").
 */
export function footprint(
  { seconds, memoryMb, architecture, region, requests = 0, networkBytes = 0 }: Usage,
  rates: Rates,
): Footprint {
  const gb = memoryMb / 1024;
  const hours = seconds / 3600;
  const vcpus = memoryMb / rates.vcpuMb;
  const machineKwh = hours * ((vcpus * rates.vcpuWatts) / 1000 + gb * rates.memoryGbHourKwh);
  const energyKwh = machineKwh * rates.powerUsageEffectiveness + (networkBytes / 1e9) * rates.networkGbKwh;
  const grid = Object.hasOwn(rates.gridGramsPerKwh, region) ? rates.gridGramsPerKwh[region] : undefined;
  return {
    gbSeconds: seconds * gb,
    costUsd: seconds * gb * rates.gbSecondUsd[architecture] + (requests / 1e6) * rates.millionRequestsUsd,
    energyKwh,
    ...(grid !== undefined && { carbonGrams: energyKwh * grid }),
  };
}
