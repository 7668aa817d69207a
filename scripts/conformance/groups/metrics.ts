// metrics/*.json: what scikit-learn answers on small vectors, by its own names. A case's vectors say what it is about:
// classes, scores, sets of labels, rankings or values; the parameters stand in the names.
import { InputError } from '../../../lib/core/errors.ts';
import { differences, type Group, outcome, type Tolerance } from '../group.ts';
import { classAnswers } from '../metric-answers/classes.ts';
import type { Answers, GoldenCase } from '../metric-answers/golden-case.ts';
import { labelSetAnswers } from '../metric-answers/label-sets.ts';
import { rankingAnswers } from '../metric-answers/rankings.ts';
import { scoreAnswers } from '../metric-answers/scores.ts';
import { valueAnswers } from '../metric-answers/values.ts';

export type { GoldenCase } from '../metric-answers/golden-case.ts';

/** What the reference answered, or the error that it raised, and whether it warned. */
export interface Expectation {
  value?: unknown;
  error?: string;
  warnings?: string[];
}

/** Most that a metric may differ from its golden value. */
export function metricTolerance(name: string, golden: GoldenCase): Tolerance {
  return { relative: 1e-12, zero: 1e-15, absolute: roundingOf(name, golden) };
}

export const metrics: Group = {
  name: 'metrics',
  matches: (path) => /^metrics\/[^/]+\.json$/.test(path),
  *check(golden) {
    for (const one of (golden as { cases: GoldenCase[] }).cases) {
      for (const [name, expected] of Object.entries(one.expected)) yield checkOne(name, expected, one);
    }
  },
};

function checkOne(name: string, expected: unknown, one: GoldenCase) {
  const title = `${one.name}: ${name}`;
  try {
    const found = answer(name, one, () => {});
    if (found === undefined) return { result: 'skipped', name, reason: 'hone has no such metric' } as const;
    return outcome(title, differences(found, goldenValue(expected), metricTolerance(name, one), name));
  } catch (error) {
    return outcome(title, [error instanceof Error ? error.message : String(error)]);
  }
}

/** The value itself: an error of the reference is an undefined value here. */
export function goldenValue(expected: unknown): unknown {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return expected;
  const { error, value } = expected as Expectation;
  if (error !== undefined) return 'NaN';
  return value === undefined ? expected : value;
}

/**
 * What hone answers for one name of a golden case; undefined when hone has no such metric.
 *
 * What both refuse is undefined for both: NaN, and hone's reason is told.
 */
export function answer(name: string, golden: GoldenCase, warn: (why: string) => void): unknown {
  const options = { weights: golden.sample_weight ?? undefined, warn };
  for (const [pattern, ask] of answersTo(golden)) {
    const match = pattern.exec(name);
    if (!match) continue;
    try {
      return ask(golden, options, match.groups ?? {});
    } catch (error) {
      const { error: refused } = golden.expected[name] as Expectation;
      if (!(error instanceof InputError) || refused === undefined) throw error;
      warn(error.message);
      return Number.NaN;
    }
  }
  return undefined;
}

/**
 * A deviance is a difference of terms of the size of the values to the power 2 − p, whose last digits the reference
 * rounds as it may: of values near 1e12 it answers −6e-10 where there is no negative deviance.
 */
function roundingOf(name: string, { y_true, y_pred }: GoldenCase): number {
  const power = { poisson_deviance: 1, gamma_deviance: 2 }[name] ?? Number(/^tweedie_(.+)$/.exec(name)?.[1]);
  if (Number.isNaN(power)) return 0;
  const sizes = [y_true, y_pred ?? []].flat(2).map((value) => Math.abs(value) ** (2 - power));
  const factor = power === 1 || power === 2 ? 1 : 1 / Math.abs((1 - power) * (2 - power));
  return 4 * Number.EPSILON * factor * Math.max(0, ...sizes.filter(Number.isFinite));
}

function answersTo({ relevance, y_true, y_prob, y_score, y_pred }: GoldenCase): Answers {
  if (relevance) return rankingAnswers;
  if (Array.isArray(y_true[0])) return y_pred ? labelSetAnswers : rankingAnswers;
  if (y_prob ?? y_score) return [...scoreAnswers, ...classAnswers];
  // One name in both tells values from classes: no class is a fraction, but a value may be whole.
  return [...classAnswers, ...valueAnswers];
}
