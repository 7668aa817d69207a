// Breaks things on purpose, says what it tried, and ends with `N passed, N failed`. The same seed tries the same.
//
//   npm run chaos -- [--seed N] [--short] [--only simulation|races|kills|faults] [--histories N]
//   npm run chaos -- --trace SEED     prints all that happens in one history of the simulation
import { parseArgs } from 'node:util';
import { sufferFaults } from './faults/faulty-store.ts';
import { killEverywhere } from './kills/kill-everywhere.ts';
import { runRaces } from './races.ts';
import { tellHistories } from './simulation/histories.ts';
import { tellHistory } from './simulation/history.ts';
import type { Extent, Summary } from './summary.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    histories: { type: 'string' },
    trace: { type: 'string' },
  },
});

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`chaos: expected --${name} to be a whole number, found ${JSON.stringify(text)}`);
  process.exit(2);
}

if (values.trace === undefined) process.exitCode = await tryAll();
else await showHistory(wholeNumber('trace', values.trace));

async function tryAll(): Promise<number> {
  const extent: Extent = { seed: wholeNumber('seed', values.seed), short: values.short };
  const histories = values.histories === undefined ? undefined : wholeNumber('histories', values.histories);
  const harnesses: Record<string, () => Promise<Summary>> = {
    simulation: () => tellHistories(extent, { histories }),
    races: () => runRaces(extent),
    kills: () => killEverywhere(extent),
    faults: () => sufferFaults(extent),
  };
  const { only } = values;
  if (only !== undefined && !Object.hasOwn(harnesses, only)) {
    console.error(`chaos: expected --only ${Object.keys(harnesses).join(', ')}, found ${JSON.stringify(only)}`);
    return 2;
  }
  let [passed, failed] = [0, 0];
  console.log(`seed ${extent.seed}`);
  for (const [name, harness] of Object.entries(harnesses)) {
    if (only !== undefined && only !== name) continue;
    const startMs = performance.now();
    const summary = await harness();
    const seconds = Math.round((performance.now() - startMs) / 1000);
    console.log(`${name}: ${summary.tried}, in ${seconds} s: ${summary.passed} passed, ${summary.failed} failed`);
    for (const failure of summary.failures) console.log(`  ${failure}`);
    passed += summary.passed;
    failed += summary.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function showHistory(seed: number): Promise<void> {
  const { lines, breaches } = await tellHistory(seed, { keepTrace: true });
  for (const line of lines) console.log(line);
  for (const { promise, found } of breaches) console.log(`BROKEN ${promise}: ${found}`);
}
