import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Outcome, ReadingGroup } from './group.ts';
import { groups } from './groups.ts';

/** What came of one group. */
export interface GroupSummary {
  group: string;
  passed: number;
  failures: { file: string; name: string; why: string }[];
  /** How many cases of a name were skipped, and why. */
  skipped: { name: string; reason: string; count: number }[];
}

/**
 * Holds the library to every golden file below a folder, group by group.
 *
 * A file that cannot be read, or a case that makes the library throw, is a failure. A file that no group knows is skipped.
 */
export async function runConformance(
  folder: string,
  { datasets }: { datasets?: string } = {},
): Promise<GroupSummary[]> {
  const files = globSync('**/*.json', { cwd: folder })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const summaries = new Map<string, GroupSummary>();
  for (const path of files) {
    const group = groups.find(({ matches }) => matches(path)) ?? unknown;
    const summary = summaries.get(group.name) ?? { group: group.name, passed: 0, failures: [], skipped: [] };
    summaries.set(group.name, summary);
    for await (const outcome of outcomes(group, folder, path, datasets)) count(summary, path, outcome);
  }
  const place = (name: string) => groups.findIndex((group) => group.name === name) + 1 || groups.length + 1;
  return [...summaries.values()].sort((a, b) => place(a.group) - place(b.group));
}

const unknown: Group = {
  name: 'other files',
  matches: () => true,
  *check(_, { path }) {
    yield { result: 'skipped', name: path, reason: 'not of a layout that the runner knows' };
  },
};

async function* outcomes(
  group: Group | ReadingGroup,
  folder: string,
  path: string,
  datasets?: string,
): AsyncIterable<Outcome> {
  try {
    const golden: unknown = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    const at = { path, datasets };
    yield* 'read' in group ? group.read(golden, at) : group.check(golden, at);
  } catch (error) {
    yield { result: 'failed', name: 'the whole file', why: error instanceof Error ? error.message : String(error) };
  }
}

function count(summary: GroupSummary, file: string, outcome: Outcome): void {
  if (outcome.result === 'passed') {
    summary.passed++;
  } else if (outcome.result === 'failed') {
    summary.failures.push({ file, name: outcome.name, why: outcome.why });
  } else {
    const { name, reason } = outcome;
    const known = summary.skipped.find((entry) => entry.name === name && entry.reason === reason);
    if (known) known.count++;
    else summary.skipped.push({ name, reason, count: 1 });
  }
}
