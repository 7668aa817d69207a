import { createHash } from 'node:crypto';
import { ConflictError, NotFoundError } from '../../../lib/core/errors.ts';
import { checkKey, compareKeys } from '../../../lib/store/keys.ts';
import { checkConditions, checkRange, checkRangeStart, pageSize } from '../../../lib/store/options.ts';
import type { GetOptions, ObjectInfo, ObjectPage, PutOptions, StoredObject } from '../../../lib/store/store.ts';

/** An object as it lies in the bucket. */
export interface Held {
  body: Uint8Array;
  info: ObjectInfo;
}

/** A sandbox, and the run that it works on. */
export interface Actor {
  name: string;
  run: string | undefined;
}

/** Told of each change, once it has taken place. */
export type Watcher = (key: string, now: Held | undefined, before: Held | undefined) => void;

/**
 * What S3 keeps, and the conditions that it holds requests to. Each method is one moment: nothing comes between.
 *
 * A tag follows from the content alone, as S3's ETag does: an object that gets its old content back gets its old tag.
 */
export class SimulatedBucket {
  readonly objects = new Map<string, Held>();
  /** Who writes at this moment: a sandbox and the run that it works on; undefined for a person. */
  actor: Actor | undefined;
  readonly #nowMs: () => number;
  readonly #watcher: Watcher;

  constructor(nowMs: () => number, watcher: Watcher) {
    this.#nowMs = nowMs;
    this.#watcher = watcher;
  }

  get(key: string, { range, ifMatch }: GetOptions = {}): StoredObject {
    checkKey(key);
    checkRange(key, range);
    const held = this.objects.get(key);
    if (!held) throw new NotFoundError(`${key}: there is no such object`);
    this.#checkMatch(key, ifMatch);
    checkRangeStart(key, range, held.info.size);
    return { ...held.info, body: held.body.slice(range?.start, range?.end) };
  }

  head(key: string): ObjectInfo | undefined {
    checkKey(key);
    return this.objects.get(key)?.info;
  }

  put(key: string, body: Uint8Array, options: PutOptions = {}): ObjectInfo {
    checkKey(key);
    checkConditions(key, options);
    const before = this.objects.get(key);
    if (options.ifAbsent && before) throw new ConflictError(`${key}: expected no such object, found one`);
    this.#checkMatch(key, options.ifMatch);
    const tag = createHash('md5').update(body).digest('hex');
    // S3 keeps whole seconds.
    const modifiedMs = Math.floor(this.#nowMs() / 1000) * 1000;
    const held = { body: body.slice(), info: { key, size: body.length, tag, modifiedMs } };
    this.objects.set(key, held);
    this.#watcher(key, held, before);
    return held.info;
  }

  list(prefix: string, { after, limit }: { after?: string; limit?: number } = {}): ObjectPage {
    const size = pageSize(limit);
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0))
      .sort(compareKeys);
    const objects = keys.slice(0, size).flatMap((key) => this.objects.get(key)?.info ?? []);
    return { objects, next: keys.length > size ? keys[size - 1] : undefined };
  }

  delete(key: string, { ifMatch }: { ifMatch?: string } = {}): void {
    checkKey(key);
    this.#checkMatch(key, ifMatch);
    const before = this.objects.get(key);
    if (!before) return;
    this.objects.delete(key);
    this.#watcher(key, undefined, before);
  }

  /** The JSON under a key; undefined when there is none. */
  json<T>(key: string): T | undefined {
    const held = this.objects.get(key);
    return held && (JSON.parse(new TextDecoder().decode(held.body)) as T);
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix));
  }

  #checkMatch(key: string, ifMatch: string | undefined): void {
    const tag = this.objects.get(key)?.info.tag;
    if (ifMatch === undefined || tag === ifMatch) return;
    throw new ConflictError(`${key}: expected the object with tag ${ifMatch}, found ${tag ?? 'no object'}`);
  }
}

/** For the trace: what an operation came to. */
export const nameOfOutcome = (error: unknown): string => (error instanceof Error ? error.name : String(error));
