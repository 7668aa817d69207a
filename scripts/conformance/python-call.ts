/** A call as Python writes it, with values of numbers, strings, booleans, None, lists and further calls. */
export interface Call {
  name: string;
  positional: Value[];
  named: Record<string, Value>;
}

export type Value = number | string | boolean | null | Value[] | Call;

export const isCall = (value: unknown): value is Call =>
  typeof value === 'object' && value !== null && 'named' in value;

/**
 * Reads a call such as `StepLR(step_size=30, gamma=0.1)`; undefined when the text is anything else.
 */
export function parseCall(text: string): Call | undefined {
  const tokens = text.match(/[A-Za-z_][\w.]*|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|"[^"]*"|'[^']*'|\S/g) ?? [];
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;

  function value(): Value | undefined {
    const token = tokens[at++];
    if (token === undefined) return undefined;
    if (token === '[' || token === '(') return list(token === '[' ? ']' : ')');
    if (/^["']/.test(token)) return token.slice(1, -1);
    if (/^[-+.\d]/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) return undefined;
    if (tokens[at] === '(') return call(token);
    return { True: true, False: false, None: null }[token];
  }

  function list(end: string): Value[] | undefined {
    const values: Value[] = [];
    while (!take(end)) {
      const next = value();
      if (next === undefined) return undefined;
      values.push(next);
      if (!take(',') && tokens[at] !== end) return undefined;
    }
    return values;
  }

  function call(name: string): Call | undefined {
    const result: Call = { name, positional: [], named: {} };
    at++;
    while (!take(')')) {
      const key = tokens[at + 1] === '=' ? tokens[at] : undefined;
      if (key !== undefined) at += 2;
      const next = value();
      if (next === undefined) return undefined;
      if (key === undefined) result.positional.push(next);
      else result.named[key] = next;
      if (!take(',') && tokens[at] !== ')') return undefined;
    }
    return result;
  }

  const result = value();
  return isCall(result) && at === tokens.length ? result : undefined;
}
