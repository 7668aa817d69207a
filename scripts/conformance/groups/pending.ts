// Files of the layout whose feature hone does not have yet, or whose group is still to be written: counted, never run.
import type { Group } from '../group.ts';

export const pending: Group[] = [
  group('dp', /^dp_.*\.json$/, 'hone has no differential privacy yet'),
  group('fedavg', /^fedavg\.json$/, 'hone has no federated training yet'),
  group('explain', /^explain\.json$/, 'hone has no explanations yet'),
];

function group(name: string, files: RegExp, reason: string): Group {
  return {
    name,
    matches: (path) => files.test(path),
    *check(golden) {
      for (let i = 0; i < caseCount(golden); i++) yield { result: 'skipped', name, reason };
    },
  };
}

/** The entries of a file's longest list, or of the file itself where it holds none. */
function caseCount(golden: unknown): number {
  if (Array.isArray(golden)) return Math.max(1, golden.length);
  if (typeof golden !== 'object' || golden === null) return 1;
  const lists = Object.values(golden).filter((value) => Array.isArray(value));
  return Math.max(1, ...(lists.length > 0 ? lists.map(({ length }) => length) : [Object.keys(golden).length]));
}
