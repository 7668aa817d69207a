import { InputError, NotFoundError } from '../core/errors.ts';
import type { ObjectInfo, PutOptions, Store } from './store.ts';

/** A JSON document, and what is known of the object that holds it. */
export interface StoredJson<T> extends ObjectInfo {
  value: T;
}

/**
 * Reads a JSON document. Its shape is not checked: `T` is for what hone itself wrote, `unknown` for all else.
 *
 * @throws NotFoundError when there is no such key
 * @throws InputError when it is no JSON, or no UTF-8: objects are written whole, so reading again won't help
 */
export async function getJson<T = unknown>(store: Store, key: string): Promise<StoredJson<T>> {
  const { body, ...info } = await store.get(key);
  return { ...info, value: parse(body, `${store.location}${key}`) as T };
}

/** Like `getJson`; undefined when there is no such key. */
export async function findJson<T = unknown>(store: Store, key: string): Promise<StoredJson<T> | undefined> {
  try {
    return await getJson<T>(store, key);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The value alone of `getJson`. */
export async function readJson<T>(store: Store, key: string): Promise<T> {
  return (await getJson<T>(store, key)).value;
}

/** The value alone of `findJson`. */
export async function readIfThere<T>(store: Store, key: string): Promise<T | undefined> {
  return (await findJson<T>(store, key))?.value;
}

/**
 * Writes a JSON document, indented and with a newline at its end: the same value gives the same bytes.
 *
 * @throws ConflictError when a condition does not hold
 * @throws InputError when JSON has no form for the value
 */
export async function putJson(
  store: Store,
  key: string,
  value: unknown,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  return store.put(key, jsonBytes(value, key), { contentType: 'application/json', ...options });
}

/**
 * The bytes that `putJson` writes.
 *
 * @param where named in the error
 * @throws InputError when JSON has no form for the value
 */
export function jsonBytes(value: unknown, where = 'JSON'): Uint8Array {
  const text = JSON.stringify(value, null, 2);
  if (text === undefined) throw new InputError(`${where}: expected a value that JSON can hold, found ${typeof value}`);
  return new TextEncoder().encode(`${text}\n`);
}

/** What `value` is once it was written and read: JSON leaves out what is undefined, and NaN is null. */
export const asRead = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function parse(body: Uint8Array, where: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new InputError(`${where}: expected JSON in UTF-8, found bytes that are no UTF-8`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own message quotes the document; its position is all that is taken from it.
    const position = /position (\d+)/.exec(String(error))?.[1];
    throw new InputError(`${where}${lineAndColumn(text, position)}: expected JSON, found something else`);
  }
}

function lineAndColumn(text: string, position: string | undefined): string {
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return `, line ${before.length}, column ${before[before.length - 1].length + 1}`;
}
