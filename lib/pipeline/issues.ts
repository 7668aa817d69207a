import type * as z from 'zod/mini';
import { didYouMean } from '../core/nearest-name.ts';
import { knownKeys } from './known-keys.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong at one place of a document. */
export interface Problem {
  path: PropertyKey[];
  /** `expected …, found …` */
  sentence: string;
}

/** Most problems that are named; a document may have as many as it has values. */
const problemLimit = 50;

/** What was checked: a value, and the schema that it does not follow. */
export interface Checked {
  schema: z.core.$ZodType;
  root: unknown;
}

/** Puts zod's issues into lines of words, each problem once, the first fifty of them. */
export function describeIssues(issues: readonly Issue[], checked: Checked, line: (problem: Problem) => string): string {
  const lines = new Set<string>();
  for (const issue of issues) {
    for (const problem of describeIssue(issue, checked)) {
      if (lines.size === problemLimit) return [...lines, 'and more of the kind.'].join('\n');
      lines.add(line(problem));
    }
  }
  return [...lines].join('\n');
}

/** Puts one of zod's issues into words: what was expected at which path, and what `root` holds there. */
function describeIssue(issue: Issue, checked: Checked, base: readonly PropertyKey[] = []): Problem[] {
  const { root } = checked;
  const path = [...base, ...issue.path];
  const value = valueAt(root, path);
  const expected = (text: string, question = ''): Problem[] => [
    { path, sentence: `expected ${text}, found ${describeValue(value)}${question}` },
  ];
  switch (issue.code) {
    case 'invalid_type':
      return expected(article(issue.expected));
    case 'invalid_value':
      return expected(oneOf(issue.values), meant(value, issue.values));
    case 'too_small':
      if (issue.origin === 'array') return [{ path, sentence: sizes(issue.minimum, 'at least', value) }];
      return expected(`${amount(issue.origin)} ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`);
    case 'too_big':
      if (issue.origin === 'array') return [{ path, sentence: sizes(issue.maximum, 'at most', value) }];
      return expected(`${amount(issue.origin)} ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`);
    case 'unrecognized_keys': {
      const known = knownKeys(checked, path);
      // A hostile document may have a hundred thousand; one more than are named shows that there are more.
      return issue.keys.slice(0, problemLimit + 1).map((key) => ({
        path: [...path, key],
        sentence: `expected no such key, found it${insteadOf(key, known)}`,
      }));
    }
    case 'invalid_union':
      // A schema that words it better than its branches can.
      if (!unworded.test(issue.message)) return [{ path, sentence: issue.message }];
      return describeUnion(issue, checked, path) ?? expected(unionExpectation(issue), meant(value, valuesOf(issue)));
    case 'invalid_format':
    case 'custom':
      return expected(issue.message);
    default:
      return expected(`something else (${issue.message})`);
  }
}

// Of a union's branches, the one whose keys fit best is the one that was meant, and among those the one with the fewest
// complaints, provided that it complains of something inside the value. When two are as near, naming one would mislead.
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  checked: Checked,
  path: readonly PropertyKey[],
): Problem[] | undefined {
  const isInside = ({ code, path: at }: Issue) => at.length > 0 || code === 'unrecognized_keys';
  const value = valueAt(checked.root, path);
  const keyMisfits = (problems: readonly Issue[]): number =>
    problems.filter(({ code, path: at }) => {
      return at.length === 0 ? code === 'unrecognized_keys' : at.length === 1 && valueAt(value, at) === undefined;
    }).length;
  const branches = issue.errors
    .filter((problems) => problems.every(isInside))
    .map((problems) => ({ problems, misfits: keyMisfits(problems) }))
    .sort((a, b) => a.misfits - b.misfits || a.problems.length - b.problems.length);
  const [best, next] = branches;
  if (!best) return undefined;
  if (best.misfits === next?.misfits && best.problems.length === next.problems.length) return undefined;
  return best.problems.flatMap((inner) => describeIssue(inner, checked, path));
}

function unionExpectation(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.discriminator) return oneOf(optionsOf(issue));
  const parts = issue.errors.map((problems) => {
    const [first] = problems;
    if (first.code === 'invalid_type' && first.path.length === 0) return article(first.expected);
    if (first.code === 'invalid_value' && first.path.length === 0) return oneOf(first.values);
    const keys = problems.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.map(String).join('.')}"`);
    return keys.length > 0 ? `an object with ${keys.join(' and ')}` : 'an object';
  });
  return [...new Set(parts)].join(', or ');
}

/** The values of the key that tells the branches of a union apart; none where there is no such key. */
const optionsOf = (issue: z.core.$ZodIssueInvalidUnion): unknown[] =>
  (issue as unknown as { options?: unknown[] }).options ?? [];

/** All values that some branch of a union takes as they stand. */
const valuesOf = (issue: z.core.$ZodIssueInvalidUnion): unknown[] => [
  ...optionsOf(issue),
  ...issue.errors.flatMap(([first]) => (first.code === 'invalid_value' && first.path.length === 0 ? first.values : [])),
];

/** Most keys that are listed. */
const listLimit = 20;

/** A key that is like one that is not known; else all that are, if they are few. */
function insteadOf(key: string, known: readonly string[]): string {
  const question = didYouMean(key, known);
  if (question !== '' || known.length === 0 || known.length > listLimit) return question;
  return `; known here: ${known.join(', ')}`;
}

/** Which of some values a text was probably meant to be. */
function meant(value: unknown, values: readonly unknown[]): string {
  if (typeof value !== 'string' || value.length > shownLength) return '';
  return didYouMean(
    value,
    values.filter((each) => typeof each === 'string'),
  );
}

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;

const articles = new Map([
  ['object', 'an object'],
  ['array', 'a list'],
  ['record', 'an object'],
  ['int', 'a whole number'],
]);
const article = (type: string): string => articles.get(type) ?? `a ${type}`;

const amount = (origin: string): string => (origin === 'string' ? 'a length' : 'a number');

/** How zod's message begins for a union that has none of its own; with a locale loaded, more words follow. */
const unworded = /^Invalid /;

/** What a list holds is the user's data, and its first values say nothing of its length. */
function sizes(limit: number | bigint, bound: string, found: unknown): string {
  const length = Array.isArray(found) ? found.length : 0;
  return `expected a list of ${bound} ${limit}, found ${length === 0 ? 'an empty one' : `one of ${length}`}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(beginning(value, { left: shownLength })) ?? String(value);
  return text.length > shownLength ? `${text.slice(0, shownLength - 3)}…` : text;
}

/** Characters of a value that an error shows. */
const shownLength = 60;

/**
 * As much of a value as `shownLength` characters can show: to write out all of a deep one takes seconds, or overflows the
 * stack.
 */
function beginning(value: unknown, parts: { left: number }): unknown {
  if (parts.left-- <= 0) return null;
  if (typeof value === 'string') return value.slice(0, shownLength + 1);
  if (Array.isArray(value)) return value.slice(0, shownLength).map((item) => beginning(item, parts));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const key in value) {
    if (parts.left <= 0) break;
    entries.push([key.slice(0, shownLength + 1), beginning((value as Record<string, unknown>)[key], parts)]);
  }
  return Object.fromEntries(entries);
}
