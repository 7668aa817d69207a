import { expect, test } from 'vitest';
import { footprint } from '../../lib/footprint/footprint.ts';
import { defaultRates, parseRates } from '../../lib/footprint/rates.ts';

const hour = { seconds: 3600, memoryMb: 1769, architecture: 'x86_64', region: 'us-east-1' } as const;

test('an hour of one virtual processor costs, uses and emits what the rates say', () => {
  const { gbSeconds, costUsd, energyKwh, carbonGrams } = footprint(hour, defaultRates);
  // 3,600 s × 1,769/1,024 GiB; × 0.0000166667 USD; (2.12 W + 1,769/1,024 × 0.392 W) × 1.135; × 379.07 g/kWh.
  expect(gbSeconds).toBeCloseTo(6219.140625, 9);
  expect(costUsd).toBeCloseTo(0.1036525510546875, 15);
  expect(energyKwh).toBeCloseTo(0.0031748166796875, 15);
  expect(carbonGrams).toBeCloseTo(1.2034777587691405, 12);
});

test('requests and the network are added', () => {
  const calls = footprint({ ...hour, seconds: 0, requests: 5_000_000, networkBytes: 2e9 }, defaultRates);
  expect(calls).toEqual({ gbSeconds: 0, costUsd: 1, energyKwh: 0.002, carbonGrams: 0.002 * 379.07 });
});

test('Arm costs four fifths, and a region whose grid is unknown has no carbon', () => {
  const arm = footprint({ ...hour, architecture: 'arm64', region: 'mars-north-1' }, defaultRates);
  expect(arm.costUsd / footprint(hour, defaultRates).costUsd).toBeCloseTo(0.8, 4);
  expect(arm).not.toHaveProperty('carbonGrams');
});

test('rates are replaced one by one, and regions added', () => {
  const rates = parseRates({ dated: '2027-01-31', gbSecondUsd: { arm64: 0.00001 }, gridGramsPerKwh: { here: 1 } }, 'r');
  expect(rates.gbSecondUsd).toEqual({ x86_64: defaultRates.gbSecondUsd.x86_64, arm64: 0.00001 });
  expect(rates.gridGramsPerKwh).toEqual({ ...defaultRates.gridGramsPerKwh, here: 1 });
  expect(rates.dated).toBe('2027-01-31');
});

test.each([
  [[], 'rates.json: expected an object, found []'],
  [{ vcpuWatt: 1 }, 'rates.json, vcpuWatt: expected the name of a rate, found "vcpuWatt"'],
  [{ vcpuWatts: -1 }, 'rates.json, vcpuWatts: expected a number of at least 0, found -1'],
  [{ gbSecondUsd: { mips: 1 } }, 'rates.json, gbSecondUsd, mips: expected the name of a rate, found "mips"'],
  [{ gridGramsPerKwh: { a: 'b' } }, 'rates.json, gridGramsPerKwh, a: expected a number of at least 0, found "b"'],
  [{ dated: 'today' }, 'rates.json, dated: expected a day such as 2026-11-23, found "today"'],
  [{ sources: 'me' }, 'rates.json, sources: expected texts, found "me"'],
])('rates that are none are refused by name: %j', (value, message) => {
  expect(() => parseRates(value, 'rates.json')).toThrow(message);
});
