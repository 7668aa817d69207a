import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Group } from '../../scripts/conformance/group.ts';
import { detection } from '../../scripts/conformance/groups/detection.ts';
import { statistics } from '../../scripts/conformance/groups/statistics.ts';
import { text } from '../../scripts/conformance/groups/text.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '../shared/golden');

const files: [name: string, group: Group][] = [
  ['statistics.json', statistics],
  ['detection_coco.json', detection],
  ['detection_voc.json', detection],
  ['text_metrics.json', text],
];

describe.each(files)('%s', (name, group) => {
  const golden = JSON.parse(readFileSync(join(root, 'test/golden', name), 'utf8'));
  const check = (value: unknown, path = name) => [...group.check(value, { path })];

  test('every case of it passes, none is skipped', () => {
    const outcomes = check(golden);
    expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(0);
  });

  const complete = join(shared, name);
  test.skipIf(!existsSync(complete))('so does every case of the complete file, where ../shared is', () => {
    const outcomes = check(JSON.parse(readFileSync(complete, 'utf8')));
    expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([]);
  });

  test('a value that is a millionth off is refused, whichever it is', () => {
    const before = check(golden).length;
    const paths = numberPaths(golden);
    for (let i = 7; i < paths.length; i += Math.ceil(paths.length / 40)) {
      const path = paths[i];
      const changed = structuredClone(golden);
      const last = path.at(-1) as string;
      const holder = path.slice(0, -1).reduce((value, key) => value[key], changed);
      if (!path.some((key) => /^(expected|per_class|per_category|corpus|multi_reference)$/.test(key)) || isCoarse(path))
        continue;
      holder[last] = holder[last] * (1 + 1e-6) + (Math.abs(holder[last]) < 1e-60 ? 1e-3 : 0);
      expect([path.join('.'), check(changed).filter(({ result }) => result === 'failed').length]).toEqual([
        path.join('.'),
        1,
      ]);
      expect(check(changed)).toHaveLength(before);
    }
  });
});

/** What the reference itself reckoned in single precision, or cut off at 1e-7. */
function isCoarse(path: string[]): boolean {
  return path.some((key) => key === 'shapiro' || key === 'cramervonmises_2samp_asymp' || key === 'pearsonr');
}

/** The keys that lead to each number in a file. */
function numberPaths(value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, next]) => numberPaths(next, [...path, key]));
}
