import type { Outcome } from './group.ts';

/** One thing that a golden file says: held to, by a check that throws, or skipped with a reason. */
export type GoldenCase = { name: string; run(): void } | { name: string; skip: string };

export function* outcomesOf(cases: Iterable<GoldenCase>): Iterable<Outcome> {
  for (const golden of cases) {
    if ('skip' in golden) yield { result: 'skipped', name: golden.name, reason: golden.skip };
    else yield outcomeOf(golden);
  }
}

function outcomeOf({ name, run }: { name: string; run(): void }): Outcome {
  try {
    run();
    return { result: 'passed', name };
  } catch (error) {
    return { result: 'failed', name, why: error instanceof Error ? error.message : String(error) };
  }
}
