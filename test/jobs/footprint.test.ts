import { expect, test } from 'vitest';
import { defaultRates } from '../../lib/footprint/rates.ts';
import { footprintOf, ratesKey, readRates } from '../../lib/jobs/footprint.ts';
import { putText } from '../../lib/store/text.ts';
import { testContext } from '../support/jobs.ts';

test('a run on this machine is told what the same seconds would cost in a function', () => {
  const { measures, basis } = footprintOf(testContext(), { read: 1500, train: 500 }, defaultRates);
  expect(measures).toMatchObject({ seconds: 2, readSeconds: 1.5, trainSeconds: 0.5, gbSeconds: (2 * 1769) / 1024 });
  expect(measures.costUsd).toBeCloseTo(((2 * 1769) / 1024) * 0.0000133334, 15);
  expect(basis).toContain('what the same seconds would take in a function of 1769 MB (arm64) in us-east-1');
});

test("a function's memory, architecture and region count, and the store's own rates", async () => {
  const context = { ...testContext(), machine: { memoryMb: 2048, architecture: 'x86_64', region: 'here' } as const };
  await putText(
    context.store,
    ratesKey,
    '{ "dated": "2030-01-01", "gbSecondUsd": { "x86_64": 1 } }',
    'application/json',
  );
  const { measures, basis } = footprintOf(context, { read: 1000 }, await readRates(context.store));
  expect(measures).toMatchObject({ gbSeconds: 2, costUsd: 2 });
  expect(measures).not.toHaveProperty('carbonGrams');
  expect(basis).toBe(
    'Cost, energy and carbon are estimates for a function of 2048 MB (x86_64) in here, at rates of 2030-01-01; the grid of here is not among the rates.',
  );
});

test("a store's rates that are none are refused, naming the key", async () => {
  const context = testContext();
  await putText(context.store, ratesKey, '{ "vcpuWatts": "2" }', 'application/json');
  await expect(readRates(context.store)).rejects.toThrow(
    /settings\/rates\.json, vcpuWatts: expected a number of at least 0, found "2"/,
  );
});
