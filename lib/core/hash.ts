import { createHash } from 'node:crypto';
import { InputError } from './errors.ts';

/** SHA-256 in hexadecimal, of bytes or of a text's UTF-8, or of several of them, joined. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** SHA-256 of the value's canonical JSON: equal values have equal hashes, in whatever order their keys were set. */
export function hashOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

/**
 * One text for one value: JSON without white space, keys in order of UTF-16 code units.
 *
 * Properties that are `undefined` are left out. Only null, booleans, finite numbers, strings, arrays and plain objects
 * have a canonical form.
 *
 * @throws InputError, naming the path, at anything else: NaN, a hole in an array, a lone surrogate, a date, a cycle
 * @see RFC 8785, JSON Canonicalization Scheme
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

function write(value: unknown, path: string, parents: object[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new InputError(`${path}: expected a finite number, found ${value}`);
    // Minus zero is written 0, as JSON.stringify writes it.
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw new InputError(`${path}: expected a JSON value, found ${typeof value}`);
  if (parents.includes(value)) throw new InputError(`${path}: expected a tree, found an object that contains itself`);

  const around = [...parents, value];
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, i) => write(item, `${path}[${i}]`, around)).join(',')}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InputError(`${path}: expected a plain object, found ${value.constructor?.name ?? 'another kind'}`);
  }
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${writeText(key, path)}:${write(item, `${path}.${key}`, around)}`).join(',')}}`;
}

function writeText(text: string, path: string): string {
  if (!text.isWellFormed()) throw new InputError(`${path}: expected well-formed Unicode, found a lone surrogate`);
  return JSON.stringify(text);
}
