import { ConflictError, InputError, NotFoundError, StoreError } from '../core/errors.ts';
import type { ObjectInfo, Store, StoredFile } from './store.ts';

/**
 * The object's bytes in order, in pieces of `chunkBytes` (the last may be shorter), with one piece read ahead.
 *
 * Every piece comes from the object that `info` names: its tag is checked with each read.
 *
 * @throws ConflictError when the object was replaced or removed since `info` was taken
 * @throws StoreError when a piece has another length than it should
 */
export async function* readObject(
  store: Store,
  info: Pick<ObjectInfo, 'key' | 'size' | 'tag'>,
  { chunkBytes = 8 * 1024 * 1024 }: { chunkBytes?: number } = {},
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    throw new InputError(`${info.key}: expected chunkBytes of at least 1, found ${chunkBytes}`);
  }
  let ahead = readPiece(store, info, 0, chunkBytes);
  for (let start = 0; start < info.size; start += chunkBytes) {
    const piece = await ahead;
    const next = start + chunkBytes;
    if (next < info.size) {
      ahead = readPiece(store, info, next, chunkBytes);
      // Who stops reading early never awaits this one, and its failure must not end the process.
      ahead.catch(() => {});
    }
    yield piece;
  }
  // An empty object yields nothing, and is looked at all the same: it may no longer be empty.
  if (info.size === 0) await ahead;
}

/**
 * The object's bytes from `start` to `end`, from the object that `info` names.
 *
 * @param into a buffer for the bytes, which the store may use
 * @throws ConflictError and StoreError as `readObject` does
 */
export async function readObjectRange(
  store: Store,
  { key, size, tag }: Pick<ObjectInfo, 'key' | 'size' | 'tag'>,
  start: number,
  end: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  try {
    // S3 gives a checksum with a whole object, and none with a part of it.
    const range = start === 0 && end === size ? undefined : { start, end };
    const { body } = await store.get(key, { ifMatch: tag, range, into });
    if (body.length === end - start) return body;
    throw new StoreError(`${key}: expected bytes ${start} to ${end}, found ${body.length} bytes`);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new ConflictError(`${key}: the object was removed while it was read`, { cause: error });
  }
}

/**
 * The object that `info` names as an open file, of a store whose objects are files.
 *
 * @throws ConflictError as `readObject` does
 */
export async function openObjectFile(store: Store, { key, tag }: Pick<ObjectInfo, 'key' | 'tag'>): Promise<StoredFile> {
  try {
    if (store.openFile) return await store.openFile(key, { ifMatch: tag });
    throw new InputError(`${key}: expected a store of files, found ${store.location}`);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new ConflictError(`${key}: the object was removed while it was read`, { cause: error });
  }
}

const readPiece = (store: Store, info: Pick<ObjectInfo, 'key' | 'size' | 'tag'>, start: number, chunkBytes: number) =>
  readObjectRange(store, info, start, Math.min(info.size, start + chunkBytes));
