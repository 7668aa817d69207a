import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ConflictError, type HoneError, InputError, NotFoundError, StoreError } from '../core/errors.ts';
import { checkKey, checkPrefix, isKey } from './keys.ts';
import { checkConditions, checkRange, pageSize, rangeBeyondEnd } from './options.ts';
import { faultOf, toHoneError } from './s3-faults.ts';
import type { GetOptions, ObjectInfo, ObjectPage, PutOptions, Store, StoredObject } from './store.ts';

export interface S3StoreOptions {
  bucket: string;
  /** What stands before every key, as a folder: `team/hone` and `team/hone/` mean the same. */
  prefix?: string;
  /** The SDK's client, when the caller has one; it is used as it is. */
  client?: S3Client;
  /** How often a request is sent at most when S3 is busy, broken or out of reach. */
  maxAttempts?: number;
  /** How long to wait before trying again after a 409, by how many there were; jittered, so that racers part ways. */
  backoffMs?: (attempt: number) => number;
}

/** How often a conditional write is tried that S3 answers with 409, which it does while another one is under way. */
const conflictAttempts = 8;

/** How often a body is read that breaks off: the SDK's retries end where the body begins. */
const bodyAttempts = 3;

/** Marks a conditional write as this one's, see `ourWrite`. */
const writeIdField = 'hone-write';

/** One place in S3 with the client that reaches it. */
interface Bucket {
  client: S3Client;
  bucket: string;
  prefix: string;
  location: string;
  backoffMs: (attempt: number) => number;
}

/**
 * A bucket, or a prefix in one, as a store. Region, credentials and endpoint come from the environment, as with every
 * AWS tool, unless a client is given.
 *
 * A tag is the ETag without its quotes. What the bucket holds under names that `checkKey` refuses (folder markers such
 * as `a/`) is not listed.
 *
 * Without `s3:ListBucket`, S3 answers 403 for a key that isn't there. `get` then throws a NotFoundError that says so.
 * `head` throws a StoreError: `undefined` would turn a missing permission into "no such object", and what is decided on
 * that. Grant `s3:ListBucket` on the bucket.
 */
export function s3Store({ bucket, prefix = '', client, maxAttempts = 4, backoffMs = jittered }: S3StoreOptions): Store {
  const folder = folderPrefix(prefix);
  const location = `s3://${bucket}/${folder}`;
  const place: Bucket = { client: client ?? newClient(maxAttempts), bucket, prefix: folder, location, backoffMs };
  return {
    location,
    get: (key, options) => get(place, key, options),
    head: (key) => head(place, key),
    put: (key, body, options) => put(place, key, body, options),
    list: (start, options) => list(place, start, options),
    delete: (key, options) => remove(place, key, options),
    presignPut: (key, options) => presignPut(place, key, options),
    presignGet: (key, options) => presignGet(place, key, options),
  };
}

/**
 * `s3://bucket/prefix` in its parts; the prefix may be missing.
 *
 * @throws InputError when it is no such URL
 */
export function parseS3Url(url: string): { bucket: string; prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url);
  // S3 allows no bucket that looks like an address, and none is asked for by it.
  if (!match || /^\d+\.\d+\.\d+\.\d+$/.test(match[1]))
    throw new InputError(`store ${JSON.stringify(url)}: expected s3://bucket/prefix`);
  return { bucket: match[1], prefix: folderPrefix(match[2] ?? '') };
}

async function get(place: Bucket, key: string, { range, ifMatch, into }: GetOptions = {}): Promise<StoredObject> {
  const target = targetOf(place, key);
  checkRange(key, range);
  for (let attempt = 1; ; attempt++) {
    const response = await sendGet(place, key, {
      ...target,
      // The last byte in HTTP is part of the range; S3 cuts it to the object's size.
      Range: range && `bytes=${range.start}-${range.end - 1}`,
      IfMatch: quoted(ifMatch),
      ChecksumMode: 'ENABLED',
    });
    try {
      return { ...infoOf(key, response, sizeOf(response)), body: await readBody(place, key, response, into) };
    } catch (error) {
      if (attempt === bodyAttempts) throw toHoneError(error, `${place.location}${key}`);
    }
  }
}

async function sendGet(
  place: Bucket,
  key: string,
  input: ConstructorParameters<typeof GetObjectCommand>[0],
): Promise<GetObjectCommandOutput> {
  try {
    return await place.client.send(new GetObjectCommand(input));
  } catch (error) {
    const where = `${place.location}${key}`;
    const { status } = faultOf(error);
    if (status === 404) throw notFound(error, where);
    if (status === 403) {
      const message = `${where}: expected an object, found 403: it is not there, or may not be read`;
      const advice = 'S3 tells which only to those who have s3:ListBucket and s3:GetObject';
      throw new NotFoundError(message, { advice, cause: error });
    }
    if (status === 412) throw new ConflictError(`${where}: expected the tag ${input.IfMatch}, found another`);
    if (status === 416) {
      const start = Number(/=(\d+)/.exec(input.Range ?? '')?.[1]);
      throw rangeBeyondEnd(where, { start, end: start + 1 });
    }
    throw toHoneError(error, where);
  }
}

/** The SDK checks the checksum while the body is read; a length that differs shows what carries no checksum. */
async function readBody(
  place: Bucket,
  key: string,
  { Body, ContentLength }: GetObjectCommandOutput,
  into?: Uint8Array,
): Promise<Uint8Array> {
  if (!Body || ContentLength === undefined) return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
  const room = into && into.length >= ContentLength ? into.subarray(0, ContentLength) : new Uint8Array(ContentLength);
  let length = 0;
  // Each piece is put where it belongs as it comes: to gather them first takes the room twice, and the time.
  for await (const piece of Body as unknown as AsyncIterable<Uint8Array>) {
    if (length + piece.length <= ContentLength) room.set(piece, length);
    length += piece.length;
  }
  if (length === ContentLength) return room;
  throw new StoreError(`${place.location}${key}: expected ${ContentLength} bytes, found ${length}`);
}

async function head(place: Bucket, key: string): Promise<ObjectInfo | undefined> {
  const target = targetOf(place, key);
  try {
    const response = await place.client.send(new HeadObjectCommand(target));
    return infoOf(key, response, response.ContentLength ?? 0);
  } catch (error) {
    if (faultOf(error).status === 404 && faultOf(error).code !== 'NoSuchBucket') return undefined;
    throw toHoneError(error, `${place.location}${key}`);
  }
}

async function put(place: Bucket, key: string, body: Uint8Array, options: PutOptions = {}): Promise<ObjectInfo> {
  const target = targetOf(place, key);
  checkConditions(key, options);
  const conditional = options.ifAbsent === true || options.ifMatch !== undefined;
  const writeId = conditional ? crypto.randomUUID() : undefined;
  const input = {
    ...target,
    Body: body,
    ContentType: options.contentType,
    IfNoneMatch: options.ifAbsent ? '*' : undefined,
    IfMatch: quoted(options.ifMatch),
    Metadata: writeId === undefined ? undefined : { [writeIdField]: writeId },
  };
  try {
    return await tryAgainOn409(place, () => sendPut(place, key, input), conditional);
  } catch (error) {
    const { status, attempts } = faultOf(error);
    const lost = status === 412 || (status === 404 && options.ifMatch !== undefined);
    if (!conditional || !lost) throw toHoneError(error, `${place.location}${key}`);
    const ours = attempts > 1 ? await ourWrite(place, key, writeId) : undefined;
    if (ours) return ours;
    const expected = options.ifAbsent ? 'no such object' : `the object with tag ${options.ifMatch}`;
    throw new ConflictError(`${place.location}${key}: expected ${expected}, found otherwise`, { cause: error });
  }
}

async function sendPut(
  { client }: Bucket,
  key: string,
  input: ConstructorParameters<typeof PutObjectCommand>[0] & { Body: Uint8Array },
): Promise<ObjectInfo> {
  const command = new PutObjectCommand(input);
  let answered: string | undefined;
  // The answer holds no time of change; the one it was given at is the nearest by the store's own clock.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      answered = (result.response as { headers?: Record<string, string> }).headers?.date;
      return result;
    },
    { step: 'deserialize', name: 'answeredAt' },
  );
  const response = await client.send(command);
  return infoOf(key, { ...response, LastModified: new Date(answered ?? Date.now()) }, input.Body.length);
}

/**
 * The object, when it is the one that the write with this id left.
 *
 * When an answer is lost on its way, the SDK sends the request again, and the condition fails because of our own write.
 */
async function ourWrite(place: Bucket, key: string, writeId: string | undefined): Promise<ObjectInfo | undefined> {
  try {
    const response = await place.client.send(new HeadObjectCommand(targetOf(place, key)));
    return response.Metadata?.[writeIdField] === writeId
      ? infoOf(key, response, response.ContentLength ?? 0)
      : undefined;
  } catch {
    return undefined;
  }
}

async function list(
  place: Bucket,
  start: string,
  { after, limit }: { after?: string; limit?: number } = {},
): Promise<ObjectPage> {
  checkPrefix(start);
  try {
    const response = await place.client.send(
      new ListObjectsV2Command({
        Bucket: place.bucket,
        Prefix: place.prefix + start,
        StartAfter: after ? place.prefix + after : undefined,
        MaxKeys: pageSize(limit),
        // XML can't carry every character that a key may have.
        EncodingType: 'url',
      }),
    );
    const all = (response.Contents ?? []).map((entry) => {
      const key = decodeListed(entry.Key ?? '').slice(place.prefix.length);
      return infoOf(key, entry, entry.Size ?? 0);
    });
    return { objects: all.filter(({ key }) => isKey(key)), next: response.IsTruncated ? all.at(-1)?.key : undefined };
  } catch (error) {
    throw toHoneError(error, `${place.location}${start}`);
  }
}

async function remove(place: Bucket, key: string, { ifMatch }: { ifMatch?: string } = {}): Promise<void> {
  const target = targetOf(place, key);
  const send = () => place.client.send(new DeleteObjectCommand({ ...target, IfMatch: quoted(ifMatch) }));
  try {
    await tryAgainOn409(place, send, ifMatch !== undefined);
  } catch (error) {
    const { status } = faultOf(error);
    const lost = ifMatch !== undefined && (status === 412 || status === 404);
    if (!lost) throw toHoneError(error, `${place.location}${key}`);
    const message = `${place.location}${key}: expected the object with tag ${ifMatch}, found otherwise`;
    throw new ConflictError(message, { cause: error });
  }
}

async function presignPut(
  place: Bucket,
  key: string,
  { expiresInSeconds, contentType }: { expiresInSeconds: number; contentType?: string },
): Promise<string> {
  const command = new PutObjectCommand({ ...targetOf(place, key), ContentType: contentType });
  // The SDK would sign the checksum of the body it sees, which is none, and S3 would refuse every other one.
  const config = { ...place.client.config, requestChecksumCalculation: async () => 'WHEN_REQUIRED' as const };
  const client = Object.create(place.client, { config: { value: config } }) as S3Client;
  const signableHeaders = contentType === undefined ? undefined : new Set(['content-type', 'host']);
  return getSignedUrl(client, command, { expiresIn: expiresInSeconds, signableHeaders });
}

async function presignGet(
  place: Bucket,
  key: string,
  { expiresInSeconds }: { expiresInSeconds: number },
): Promise<string> {
  return getSignedUrl(place.client, new GetObjectCommand(targetOf(place, key)), { expiresIn: expiresInSeconds });
}

function newClient(maxAttempts: number): S3Client {
  return new S3Client({
    maxAttempts,
    retryMode: 'standard',
    followRegionRedirects: true,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
    // An endpoint of one's own seldom has a host name for each bucket.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
  });
}

/**
 * Sends a conditional request again while S3 answers that another one for the key is under way. The error that is
 * thrown at last counts all requests as its attempts.
 */
async function tryAgainOn409<T>(place: Bucket, send: () => Promise<T>, conditional: boolean): Promise<T> {
  let attempts = 0;
  for (let conflict = 1; ; conflict++) {
    try {
      return await send();
    } catch (error) {
      const fault = faultOf(error);
      attempts += fault.attempts;
      if (!conditional || fault.status !== 409 || conflict === conflictAttempts) {
        Object.assign((error as { $metadata?: object }).$metadata ?? {}, { attempts });
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, place.backoffMs(conflict)));
    }
  }
}

/** From half to all of 50 ms, doubled with each attempt and 2 s at most. Seeded alike, racers would meet again. */
function jittered(attempt: number): number {
  const [chance] = crypto.getRandomValues(new Uint8Array(1));
  return Math.min(2_000, 50 << (attempt - 1)) * (0.5 + chance / 512);
}

function targetOf({ bucket, prefix }: Bucket, key: string): { Bucket: string; Key: string } {
  checkKey(key, new TextEncoder().encode(prefix).length);
  return { Bucket: bucket, Key: prefix + key };
}

function folderPrefix(prefix: string): string {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  if (folder !== '') checkKey(folder.slice(0, -1));
  return folder;
}

function infoOf(key: string, { ETag, LastModified }: { ETag?: string; LastModified?: Date }, size: number): ObjectInfo {
  if (!ETag) throw new StoreError(`${key}: expected an ETag in the answer, found none`);
  return { key, size, tag: ETag.replaceAll('"', ''), modifiedMs: LastModified?.getTime() ?? 0 };
}

/** The whole object's size, also when only a range of it was answered. */
function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number {
  const total = /\/(\d+)$/.exec(ContentRange ?? '')?.[1];
  return total === undefined ? (ContentLength ?? 0) : Number(total);
}

/** The tag as a header carries it. What no tag can hold is escaped, and matches none. */
function quoted(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : `"${encodeURIComponent(tag)}"`;
}

/** Undoes `encoding-type=url`, which writes a space as `+`. */
function decodeListed(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

function notFound(error: unknown, where: string): HoneError {
  if (faultOf(error).code === 'NoSuchBucket') return toHoneError(error, where);
  return new NotFoundError(`${where}: there is no such object`, { cause: error });
}
