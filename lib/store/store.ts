/**
 * What hone asks of a place to keep objects: S3, or a folder that behaves like it.
 *
 * Keys are `/`-separated UTF-8 names. A `tag` changes whenever an object's content does and is compared, never
 * interpreted. Any operation may throw StoreError, which means: try again.
 */
export interface Store {
  /** Where this store lies, for messages: `.hone/` or `s3://bucket/prefix/`. */
  readonly location: string;

  /**
   * Reads an object, or the bytes of it in `range`.
   *
   * @param options.range first byte and the byte after the last, both from 0; the end is cut to the object's size
   * @param options.ifMatch only while the object still has this tag
   * @param options.into a buffer for the bytes: if they fit, the store may write them there and answer a view of it. What
   *   it held is then overwritten, even if reading fails
   * @throws NotFoundError when there is no such key
   * @throws ConflictError when `ifMatch` no longer holds
   * @throws InputError when the range begins at or after the object's end
   */
  get(key: string, options?: GetOptions): Promise<StoredObject>;

  /** The object's size and tag without its bytes; undefined when there is no such key. */
  head(key: string): Promise<ObjectInfo | undefined>;

  /**
   * Writes an object whole: readers see the old or the new one, never a part.
   *
   * @param options.ifAbsent only when the key does not exist yet
   * @param options.ifMatch only while the object still has this tag
   * @throws ConflictError when the condition does not hold; nothing is written then
   */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<ObjectInfo>;

  /**
   * One page of the objects whose key begins with `prefix`, in byte order of their keys.
   *
   * @param options.after only keys after this one
   * @param options.limit at most so many, 1,000 by default and at most
   */
  list(prefix: string, options?: { after?: string; limit?: number }): Promise<ObjectPage>;

  /** Removes an object; no error when it is not there, unless `ifMatch` is given (ConflictError). */
  delete(key: string, options?: { ifMatch?: string }): Promise<void>;

  /**
   * The object as an open file, as it is now; absent where objects are no files.
   *
   * @throws NotFoundError and ConflictError as `get` does
   */
  openFile?(key: string, options?: Pick<GetOptions, 'ifMatch'>): Promise<StoredFile>;

  /** A URL to which a client may PUT the object's bytes until it expires; absent where there is no such thing. */
  presignPut?(key: string, options: { expiresInSeconds: number; contentType?: string }): Promise<string>;

  /** A URL from which a browser may GET the object until it expires; absent where there is no such thing. */
  presignGet?(key: string, options: { expiresInSeconds: number }): Promise<string>;
}

/** An object of a store as an open file: its reader does not notice when the key's object is replaced meanwhile. */
export interface StoredFile {
  /** Its descriptor, which all threads of the process share. */
  descriptor: number;
  /** @throws ConflictError when the file is no longer the object that was opened */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Options of `Store.get`, explained there. */
export interface GetOptions {
  range?: { start: number; end: number };
  ifMatch?: string;
  into?: Uint8Array;
}

/** Options of `Store.put`, explained there; `contentType` is what a browser is told. */
export interface PutOptions {
  ifAbsent?: boolean;
  ifMatch?: string;
  contentType?: string;
}

/** What is known of an object without its bytes. */
export interface ObjectInfo {
  key: string;
  /** Bytes. */
  size: number;
  tag: string;
  /** Milliseconds since 1970, by the store's clock. */
  modifiedMs: number;
}

/** An object with its bytes, or those of the range that was asked for. */
export interface StoredObject extends ObjectInfo {
  body: Uint8Array;
}

/** One page of a listing. */
export interface ObjectPage {
  objects: ObjectInfo[];
  /** Pass as `after` for the next page; undefined on the last. */
  next: string | undefined;
}
