import { parseNumberText } from './number.ts';

/** One text for all spellings of a number or boolean: `1.0` and `1`, `True` and `true`. */
export function spelling(text: string): string {
  const number = parseNumberText(text);
  return Number.isNaN(number) ? text.toLowerCase() : String(number);
}
