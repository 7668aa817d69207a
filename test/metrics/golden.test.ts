import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { differences as compare } from '../../scripts/conformance/group.ts';
import {
  answer,
  type Expectation,
  type GoldenCase,
  metricTolerance,
} from '../../scripts/conformance/groups/metrics.ts';

const goldenFiles = readdirSync(new URL('../golden/metrics/', import.meta.url)).map((name) =>
  name.replace('.json', ''),
);
const readGolden = (url: URL): GoldenCase[] => JSON.parse(readFileSync(url, 'utf8')).cases;
const differences = (golden: GoldenCase, found: unknown, expected: unknown, where: string) =>
  compare(found, expected, metricTolerance(where, golden), where);

const kept = new URL('../golden/metrics/', import.meta.url);
const full = new URL('../../../shared/golden/metrics/', import.meta.url);

/** Where hone says more than the reference: that a number stands by convention, or how a shape was read. */
const saysMore =
  /^(r2|explained_variance|d2_.*|matthews_corrcoef|mape|(n?dcg|map|mrr|recall|hit_rate)@.*|(gain|lift)_.*|specificity.*|ks)$/;

function checkCase(golden: GoldenCase, isKnown: (name: string) => boolean): number {
  let count = 0;
  for (const [name, expected] of Object.entries(golden.expected) as [string, Expectation][]) {
    const reasons: string[] = [];
    const found = answer(name, golden, (why) => reasons.push(why));
    if (found === undefined && !isKnown(name)) continue;
    count++;
    // An error of the reference is an undefined value here, with the reason.
    const value = Array.isArray(expected) ? expected : expected.error ? 'NaN' : expected.value;
    expect(differences(golden, found, value, name)).toEqual([]);
    const warned = Boolean(expected.error ?? expected.warnings);
    if (warned || !saysMore.test(name)) expect([name, reasons.length > 0]).toEqual([name, warned]);
  }
  return count;
}

describe.each(goldenFiles)('%s', (file) => {
  const cases = readGolden(new URL(`${file}.json`, kept));

  test.each(cases.map((golden) => [golden.name, golden] as const))(
    'on "%s", metrics equal those of scikit-learn to 1e-12 and warn where it warns',
    (_, golden) => {
      expect(checkCase(golden, () => true)).toBe(Object.keys(golden.expected).length);
    },
  );

  test('a reference that differs in its tenth digit is refused', () => {
    let count = 0;
    for (const golden of cases) {
      for (const [name, expected] of Object.entries(golden.expected) as [string, Expectation][]) {
        // Of values near 1e12 a deviance has no digits: the reference's are rounding.
        if (golden.name === 'huge offset' && /deviance|tweedie/.test(name)) continue;
        const found = answer(name, golden, () => {});
        for (const changed of withOneNumberChanged(Array.isArray(expected) ? expected : expected.value)) {
          expect([name, differences(golden, found, changed, name).length]).toEqual([name, 1]);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(10);
  });

  // What make-metrics.py writes is kept whole.
  if (file.startsWith('more_')) return;
  const absent = existsSync(full) ? '' : ' (skipped: the full files are not on this machine)';
  test.skipIf(absent)(`metrics equal those of the full file, all of them${absent}`, () => {
    const counts = readGolden(new URL(`${file}.json`, full)).map((golden) => checkCase(golden, () => true));
    expect(counts).toHaveLength(cases.length);
    expect(Math.min(...counts)).toBeGreaterThan(8);
  });
});

/** Copies of a value in each of which one number has another tenth digit; up to eight numbers of it. */
function withOneNumberChanged(value: unknown): unknown[] {
  const changed: unknown[] = [];
  const count = JSON.stringify(value)?.match(/-?\d[\d.e-]*/g)?.length ?? 0;
  for (let n = 0; n < count; n += Math.ceil(count / 8)) {
    let i = 0;
    const revive = (_: string, item: unknown) => (typeof item === 'number' && i++ === n ? changeDigit(item) : item);
    changed.push(JSON.parse(JSON.stringify(value), revive));
  }
  return changed;
}

function changeDigit(value: number): number {
  if (value === 0) return 1e-10;
  const [mantissa, exponent] = value.toExponential(16).split('e');
  const at = mantissa.indexOf('.') + 9;
  const digit = (Number(mantissa[at]) + 1) % 10;
  return Number(`${mantissa.slice(0, at)}${digit}${mantissa.slice(at + 1)}e${exponent}`);
}
