import { InputError } from '../core/errors.ts';

/** The longest key that S3 takes, in bytes of UTF-8, its prefix included. */
const keyLimitBytes = 1024;

/** The first segment of what the folder store keeps for itself; both backends refuse it, so that keys stay portable. */
export const bookkeeping = '.hone-store';

/**
 * Refuses what one of the backends could not hold, or what could lead out of it.
 *
 * A key is a `/`-separated path without an empty, `.` or `..` segment, without backslashes and control characters, of
 * at most 1,024 bytes. A case-insensitive file system takes `A` and `a` for one key; S3 does not.
 *
 * @param prefixBytes bytes that the backend puts before the key
 * @throws InputError
 */
export function checkKey(key: string, prefixBytes = 0): void {
  const fault = segmentsFault(key.split('/')) ?? textFault(key, keyLimitBytes - prefixBytes);
  if (fault) throw new InputError(`key ${quote(key)}: ${fault}`);
}

/** Whether `checkKey` would take it. */
export function isKey(key: string): boolean {
  return segmentsFault(key.split('/')) === undefined && textFault(key, keyLimitBytes) === undefined;
}

/**
 * Refuses a prefix that no key can begin with. Its last segment may be the beginning of one, or empty.
 *
 * @throws InputError
 */
export function checkPrefix(prefix: string): void {
  const segments = prefix.split('/').slice(0, -1);
  const fault = segmentsFault(segments) ?? textFault(prefix, keyLimitBytes);
  if (fault) throw new InputError(`prefix ${quote(prefix)}: ${fault}`);
}

/**
 * Whether an object of this key is part of a dataset: not when the key ends in `/` (a folder's marker), nor when one of
 * its segments begins with `_` (`_SUCCESS`, `_temporary`) or `.` (hidden files).
 */
export function isDataKey(key: string): boolean {
  return !key.endsWith('/') && key.split('/').every((segment) => !/^[_.]/.test(segment));
}

/**
 * Orders keys by their bytes of UTF-8, as S3 lists them. JavaScript's own order is that of UTF-16, where a surrogate
 * pair (an emoji) stands before U+E000…U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** Moves the surrogates behind the rest of the basic plane, where their code points belong. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function segmentsFault(segments: string[]): string | undefined {
  if (segments.includes('')) return 'expected no empty segment (no leading, trailing or double "/")';
  if (segments.includes('.') || segments.includes('..')) return 'expected no segment "." or ".."';
  if (segments[0]?.toLowerCase() === bookkeeping) return `"${bookkeeping}" is the store's own`;
  return undefined;
}

function textFault(text: string, maxBytes: number): string | undefined {
  if (!text.isWellFormed()) return 'expected Unicode text, found half of a surrogate pair';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f\\]/.test(text)) return 'expected no backslash and no control character';
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxBytes) return `expected at most ${maxBytes} bytes of UTF-8, found ${bytes}`;
  return undefined;
}

/** Escapes what would garble a log, and cuts what would flood it. */
function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
