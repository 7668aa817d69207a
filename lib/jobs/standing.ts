import type { Rates } from '../footprint/rates.ts';
import type { Report } from '../report/report.ts';
import { readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';
import { readRates } from './footprint.ts';
import { type RunResult, readResult, runKey } from './runs.ts';

/** What a run has come to before it is registered, if it was before, and the rates that its cost is told at. */
export interface Standing {
  result: RunResult | undefined;
  /** What was decided of champion, kept as runs/<run>/decision.json. */
  verdict: Report['verdict'] | undefined;
  rates: Rates;
}

/** @throws InputError when the store's rates are none */
export async function readStanding({ store }: Context, run: string): Promise<Standing> {
  const [result, verdict, rates] = await Promise.all([
    readResult(store, run),
    readIfThere<Report['verdict']>(store, runKey(run, 'decision.json')),
    readRates(store),
  ]);
  return { result, verdict, rates };
}
