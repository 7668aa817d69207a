/**
 * Cells that stand for "no value", the same list as pandas reads by default.
 *
 * @see pandas 1.5.3, `read_csv`, parameter `na_values`
 */
export const missingTokens: readonly string[] = [
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'n/a',
  'nan',
  'null',
];

/**
 * The float64 nearest to the decimal literal in `bytes[start, end)`, as JavaScript's `Number` gives it.
 *
 * A literal is an optional sign, digits with at most one point among or beside them, and an optional exponent; spaces
 * and tabs may surround it. Hexadecimal, octal and binary forms, digit separators and the empty text are no numbers.
 *
 * @returns NaN when the text is no number; an infinity when it says so (`inf`, `Infinity`, in any case, signed or not)
 *   or when its value is too large for a float64
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && isBlank(bytes[start])) start++;
  while (start < end && isBlank(bytes[end - 1])) end--;

  let at = start;
  const negative = bytes[at] === minus;
  if (at < end && (negative || bytes[at] === plus)) at++;

  // Digits join the mantissa while it stays below 2 ** 53; `exact` tells whether all of them did.
  let mantissa = 0;
  let exponent = 0;
  let digitCount = 0;
  let exact = true;
  let pointSeen = false;
  for (; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) {
      digitCount++;
      if (mantissa <= largestExtensible) mantissa = mantissa * 10 + digit;
      else exact = false;
      if (pointSeen) exponent--;
    } else if (bytes[at] === point && !pointSeen) pointSeen = true;
    else break;
  }
  if (digitCount === 0) return infinityIn(bytes, start, end);

  if (at < end) {
    const written = exponentAt(bytes, at, end);
    if (Number.isNaN(written)) return Number.NaN;
    exponent += written;
  }
  if (!exact || exponent < -22 || exponent > 22) return Number(asciiText(bytes, start, end));

  // Both operands are exact float64 numbers, so the one rounding gives the nearest float64 (Clinger 1990, "How to read
  // floating point numbers accurately", section 3).
  const magnitude = exponent < 0 ? mantissa / powersOfTen[-exponent] : mantissa * powersOfTen[exponent];
  return negative ? -magnitude : magnitude;
}

/** `parseNumber` of a string. */
export function parseNumberText(text: string): number {
  const bytes = encoder.encode(text);
  return parseNumber(bytes, 0, bytes.length);
}

/** Whether `bytes[start, end)`, spaces and tabs around it aside, is one of `missingTokens`. */
export function isMissing(bytes: Uint8Array, start: number, end: number): boolean {
  while (start < end && isBlank(bytes[start])) start++;
  while (start < end && isBlank(bytes[end - 1])) end--;
  if (start === end) return true;
  return end - start <= longestToken && tokenStarts[bytes[start]] === 1 && tokens.has(asciiText(bytes, start, end));
}

/** `isMissing` of a string. */
export function isMissingText(text: string): boolean {
  const bytes = encoder.encode(text);
  return isMissing(bytes, 0, bytes.length);
}

const encoder = new TextEncoder();
const [zero, plus, minus, point] = [0x30, 0x2b, 0x2d, 0x2e];

/** The largest mantissa that one more digit keeps below 2 ** 53. */
const largestExtensible = 900_719_925_474_098;

// Each is exact in float64, up to 10 ** 22.
const powersOfTen = Float64Array.of(
  ...[1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11],
  ...[1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22],
);

const tokens = new Set(missingTokens);
const longestToken = Math.max(...missingTokens.map((token) => token.length));
const tokenStarts = new Uint8Array(256);
for (const token of missingTokens) if (token !== '') tokenStarts[token.charCodeAt(0)] = 1;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** The exponent written from `at` to `end`, cut to ±99,999; NaN when that is not `e`, a sign or none, and digits. */
function exponentAt(bytes: Uint8Array, at: number, end: number): number {
  if ((bytes[at] | 0x20) !== 0x65) return Number.NaN;
  at++;
  const negative = bytes[at] === minus;
  if (at < end && (negative || bytes[at] === plus)) at++;
  if (at >= end) return Number.NaN;

  let exponent = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    exponent = Math.min(exponent * 10 + digit, 99_999);
  }
  return negative ? -exponent : exponent;
}

function infinityIn(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3 || end - start > 9) return Number.NaN;
  const match = /^([+-]?)inf(?:inity)?$/i.exec(asciiText(bytes, start, end));
  if (!match) return Number.NaN;
  return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
