import { InputError } from '../core/errors.ts';

/** JSON whose objects are maps: they keep the order of their names, and no name means anything to the language. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** What files nest in earnest stays far below; deeper ones would exhaust the stack. */
const depthLimit = 100;

/**
 * Parses JSON that names nothing twice.
 *
 * JSON.parse silently keeps the last of two equal names, where other readers keep the first. And in Node 24.21, after
 * it has once parsed `{"\\":1}`, it answers the name `\` for `{"\"":1}`; a test here saw it.
 *
 * @throws InputError saying where and what, when the text is no JSON, repeats a name, or nests over 100 deep
 * @see RFC 8259
 */
export function parseStrictJson(source: string): Json {
  let at = 0;

  function fail(expected: string): never {
    const found = at < source.length ? JSON.stringify(source[at]) : 'the end';
    throw new InputError(`character ${at}: expected ${expected}, found ${found}`);
  }

  /** Steps over white space, then over `mark` where it stands next. */
  function accepts(mark: string): boolean {
    while (at < source.length && ' \t\r\n'.includes(source[at])) at++;
    if (!source.startsWith(mark, at)) return false;
    at += mark.length;
    return true;
  }

  function value(depth: number): Json {
    if (depth > depthLimit) fail(`values nested at most ${depthLimit} deep`);
    if (accepts('{')) return object(depth);
    if (accepts('[')) return array(depth);
    if (accepts('"')) return string();
    for (const [word, meaning] of [['true', true] as const, ['false', false] as const, ['null', null] as const]) {
      if (accepts(word)) return meaning;
    }
    return number();
  }

  function object(depth: number): JsonObject {
    const members: JsonObject = new Map();
    if (accepts('}')) return members;
    do {
      if (!accepts('"')) fail('a name in quotes');
      const name = string();
      if (members.has(name)) throw new InputError(`expected each name once, found ${JSON.stringify(name)} twice`);
      if (!accepts(':')) fail('":"');
      members.set(name, value(depth + 1));
    } while (accepts(','));
    if (!accepts('}')) fail('"," or "}"');
    return members;
  }

  function array(depth: number): Json[] {
    const items: Json[] = [];
    if (accepts(']')) return items;
    do items.push(value(depth + 1));
    while (accepts(','));
    if (!accepts(']')) fail('"," or "]"');
    return items;
  }

  function string(): string {
    const start = at - 1;
    while (at < source.length && source[at] !== '"') at += source[at] === '\\' ? 2 : 1;
    if (at >= source.length) fail('a closing quote');
    at++;
    let text: string;
    try {
      text = JSON.parse(source.slice(start, at));
    } catch (cause) {
      throw new InputError(`character ${start}: expected a text without raw control characters or odd escapes`, {
        cause,
      });
    }
    // Half of a surrogate pair has no UTF-8: other readers refuse it, too.
    if (!text.isWellFormed()) {
      throw new InputError(`character ${start}: expected valid Unicode, found ${JSON.stringify(text)}`);
    }
    return text;
  }

  function number(): number {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = at;
    const literal = pattern.exec(source)?.[0];
    if (literal === undefined) fail('a value');
    at += literal.length;
    return Number(literal);
  }

  const result = value(0);
  if (accepts('') && at < source.length) fail('nothing more');
  return result;
}
