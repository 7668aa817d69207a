import { InputError } from '../../core/errors.ts';

/** Most steps that a pattern may unfold to: `(a{9}){9}` makes 81 of them. */
const stepLimit = 2000;

type Step =
  | { kind: 'one'; holds: (character: string) => boolean; next: number }
  | { kind: 'either'; next: number; other: number }
  | { kind: 'at'; place: '^' | '$' | 'b' | 'B'; next: number }
  | { kind: 'end' };

/** Makes the steps of a part that goes on to `next`; answers the first of them. */
type Part = (next: number) => number;

export interface Pattern {
  /** Whether the pattern matches: somewhere in the text, unless it is anchored. Takes time in proportion to its length. */
  test(text: string): boolean;
}

/**
 * A regular expression of JavaScript's syntax (with the flag `u`) that no text can make slow.
 *
 * All ways to match are followed at once, so that `(a+)+$` takes no longer than `a+$`, where the language's own matcher
 * may take years. What cannot be followed so is refused: references back, and looking ahead or behind.
 *
 * @throws InputError when the pattern is not valid, unfolds to more than 2,000 steps, or has one of those
 * @see Thompson 1968, Communications of the ACM 11(6), 419-422
 * @example compilePattern('^\\d{4}-\\d\\d$').test('2024-05') // true
 */
export function compilePattern(pattern: string, { ignoreCase = false } = {}): Pattern {
  const flags = ignoreCase ? 'iu' : 'u';
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    throw new InputError(`pattern: expected a regular expression, found "${pattern}": ${(error as Error).message}`);
  }
  const steps: Step[] = [{ kind: 'end' }];
  const add = (step: Step) => {
    if (steps.length >= stepLimit) throw new InputError(`pattern: expected at most ${stepLimit} steps, found more`);
    return steps.push(step) - 1;
  };
  const start = parse(pattern, flags, add)(0);
  return { test: (text) => matches(steps, start, Array.from(text)) };
}

/** 1 when the text matches, else 0. */
export const patternScore = (text: string, pattern: Pattern): number => (pattern.test(text) ? 1 : 0);

function matches(steps: readonly Step[], start: number, text: readonly string[]): boolean {
  let current = new Set<number>();
  for (let at = 0; at <= text.length; at++) {
    follow(steps, start, at, text, current);
    if (current.has(0)) return true;
    const next = new Set<number>();
    for (const place of current) {
      const step = steps[place];
      if (step.kind === 'one' && at < text.length && step.holds(text[at])) follow(steps, step.next, at + 1, text, next);
    }
    current = next;
  }
  return false;
}

/** Adds to `reached` each step that can be reached from `from` without a character. */
function follow(steps: readonly Step[], from: number, at: number, text: readonly string[], reached: Set<number>): void {
  const waiting = [from];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    const step = steps[place];
    if (step.kind === 'either') waiting.push(step.next, step.other);
    else if (step.kind === 'at' && isAt(step.place, at, text)) waiting.push(step.next);
  }
}

function isAt(place: '^' | '$' | 'b' | 'B', at: number, text: readonly string[]): boolean {
  if (place === '^') return at === 0;
  if (place === '$') return at === text.length;
  const isWord = (character: string | undefined) => character !== undefined && /^\w$/.test(character);
  return (isWord(text[at - 1]) !== isWord(text[at])) === (place === 'b');
}

/** Reads a pattern that the language's own parser has accepted. */
function parse(pattern: string, flags: string, add: (step: Step) => number): Part {
  const tokens =
    pattern.match(
      /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|k<[^>]*>|.)|\[(?:\\.|[^\]\\])*\]|\(\?(?:<[^=!>][^>]*>|<?[:=!])|\{\d+(?:,\d*)?\}|./gsu,
    ) ?? [];
  let at = 0;

  function either(): Part {
    const first = sequence();
    if (tokens[at] !== '|') return first;
    at++;
    const rest = either();
    return (next) => {
      const [a, b] = [first(next), rest(next)];
      return add({ kind: 'either', next: a, other: b });
    };
  }

  function sequence(): Part {
    const parts: Part[] = [];
    while (at < tokens.length && tokens[at] !== '|' && tokens[at] !== ')') parts.push(repeated(atom()));
    return (next) => parts.reduceRight((then, part) => part(then), next);
  }

  function repeated(part: Part): Part {
    const token = tokens[at];
    const [, least, most] = /^\{(\d+)(?:,(\d*))?\}$/.exec(token ?? '') ?? [];
    const [low, high] = least
      ? [Number(least), token.includes(',') ? (most === '' ? Number.POSITIVE_INFINITY : Number(most)) : Number(least)]
      : ({ '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] }[token ?? ''] ?? [
          1, 1,
        ]);
    if (least === undefined && !['*', '+', '?'].includes(token ?? '')) return part;
    at++;
    // Whether as few or as many as possible are taken makes no difference to whether there is a match.
    if (tokens[at] === '?') at++;
    return (next) => times(part, low, high, next, add);
  }

  function atom(): Part {
    const token = tokens[at++];
    if (token === '^' || token === '$') return (next) => add({ kind: 'at', place: token, next });
    if (token === '\\b' || token === '\\B') return (next) => add({ kind: 'at', place: token[1] as 'b', next });
    if (token === '(' || token === '(?:' || /^\(\?<[^=!]/.test(token)) {
      const inner = either();
      at++;
      return inner;
    }
    if (token.startsWith('(?')) throw refused('looking ahead or behind', token);
    if (/^\\(?:[1-9]|k)/.test(token)) throw refused('a reference back', token);
    const character = new RegExp(`^(?:${token})$`, flags);
    return (next) => add({ kind: 'one', holds: (one) => character.test(one), next });
  }

  return either();
}

/** A part `low` to `high` times over. */
function times(part: Part, low: number, high: number, next: number, add: (step: Step) => number): number {
  let first = next;
  if (high === Number.POSITIVE_INFINITY) {
    const loop: Step = { kind: 'either', next, other: next };
    first = add(loop);
    loop.next = part(first);
  } else {
    for (let i = low; i < high; i++) {
      // Each further one is there or nothing is.
      const once = part(first);
      first = add({ kind: 'either', next: once, other: next });
    }
  }
  for (let i = 0; i < low; i++) first = part(first);
  return first;
}

function refused(what: string, token: string): InputError {
  return new InputError(`pattern: expected one that can be matched in linear time, found ${what}: "${token}"`);
}
