import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3EventRecord } from 'aws-lambda';
import { readBody } from './s3-body.ts';
import { Bucket, type HeldObject, listPage } from './s3-bucket.ts';
import { S3Fault } from './s3-fault.ts';
import { type Credentials, checkSignature } from './s3-signature.ts';

/** What a hook sees of a request before it is served. */
export interface S3Request {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

/**
 * What a hook may do to a request: answer with a fault; cut the connection before it is served (`reset`) or after it was
 * served and before it is answered (`lost`); answer with only the first bytes of the body; or make it wait.
 */
export type Mischief =
  | { status: number; code: string }
  | { reset: true }
  | { lost: true }
  | { truncate: number }
  | { delayMs: number };

export interface S3ServerOptions {
  buckets?: string[];
  /** Whether a missing key answers 404; without s3:ListBucket, S3 answers 403. */
  mayList?: boolean;
  /** How many of the conditional writes that meet another one of the same key are answered with 409. */
  conflictRate?: number;
  seed?: number;
  now?: () => number;
}

/**
 * A small S3 over HTTP, on 127.0.0.1 and with its objects in memory: what hone's store uses of S3, plus presigned URLs
 * and delimiters.
 *
 * Emits `created` with an S3 event record after each object written.
 *
 * @see AWS, Amazon S3 API Reference, for each operation's requests and answers
 */
export class S3Server extends EventEmitter<{ created: [S3EventRecord] }> {
  readonly credentials: Credentials = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
  readonly buckets = new Map<string, Bucket>();
  /** Asked about each request. Tests set it to inject faults. */
  onRequest: (request: S3Request) => Mischief | undefined = () => undefined;
  /** How many requests came, by method. */
  readonly counts: Record<string, number> = {};
  mayList: boolean;

  readonly #server: Server;
  readonly #now: () => number;
  readonly #conflictRate: number;
  /** How many conditional writes of each key are under way, and how often two met. */
  readonly #underWay = new Map<string, { writers: number; met: boolean }>();
  #random: number;
  #sequence = 0;

  constructor({
    buckets = ['bucket'],
    mayList = true,
    conflictRate = 0.3,
    seed = 1,
    now = Date.now,
  }: S3ServerOptions = {}) {
    super();
    for (const name of buckets) this.buckets.set(name, new Bucket());
    this.mayList = mayList;
    this.#conflictRate = conflictRate;
    this.#random = seed;
    this.#now = now;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Listens on a free port. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The SDK's client for this server. */
  client(config: S3ClientConfig = {}): S3Client {
    const { credentials, url: endpoint } = this;
    return new S3Client({ region: 'eu-central-1', endpoint, credentials, forcePathStyle: true, ...config });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { request, path } = parse(message);
      this.counts[request.method] = (this.counts[request.method] ?? 0) + 1;
      const mischief: Mischief = this.onRequest(request) ?? { delayMs: 0 };
      if ('delayMs' in mischief && mischief.delayMs > 0)
        await new Promise((resolve) => setTimeout(resolve, mischief.delayMs));
      if ('reset' in mischief) return void message.socket.destroy();
      if ('status' in mischief) {
        message.resume();
        throw new S3Fault(mischief.status, mischief.code);
      }
      checkSignature(message, path, request.query, this.credentials, this.#now());
      const answer = await this.#answer(request, message);
      if ('lost' in mischief) return void message.socket.destroy();
      send(response, request.method, answer, 'truncate' in mischief ? mischief.truncate : undefined);
    } catch (error) {
      const fault = error instanceof S3Fault ? error : new S3Fault(500, 'InternalError', String(error));
      send(response, message.method ?? '', toAnswer(fault));
    }
  }

  async #answer(request: S3Request, message: IncomingMessage): Promise<Answer> {
    if (request.key === '') return this.#answerForBucket(request, message);
    const bucket = this.#bucket(request.bucket);
    switch (request.method) {
      case 'PUT':
        return this.#put(bucket, request, message);
      case 'GET':
      case 'HEAD':
        return readAnswer(bucket.read(request.key, request.headers, this.#missing()), request.headers);
      case 'DELETE':
        bucket.remove(request.key, request.headers);
        return { status: 204 };
      default:
        throw new S3Fault(501, 'NotImplemented');
    }
  }

  async #answerForBucket({ method, bucket, query }: S3Request, message: IncomingMessage): Promise<Answer> {
    if (method === 'PUT' && query.size <= 1) {
      await readBody(message);
      if (this.buckets.has(bucket)) throw new S3Fault(409, 'BucketAlreadyOwnedByYou');
      this.buckets.set(bucket, new Bucket());
      return { status: 200 };
    }
    const found = this.#bucket(bucket);
    if (method === 'HEAD') return { status: 200 };
    if (method !== 'GET' || query.get('list-type') !== '2') throw new S3Fault(501, 'NotImplemented');
    if (!this.mayList) throw new S3Fault(403, 'AccessDenied');
    return listAnswer(bucket, found, query);
  }

  async #put(bucket: Bucket, request: S3Request, message: IncomingMessage): Promise<Answer> {
    const { key, headers } = request;
    const conditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
    const meeting = this.#meeting(`${request.bucket}/${key}`, conditional);
    try {
      const body = await readBody(message, request.query);
      // Gives racing requests the time to arrive.
      if (conditional) await new Promise((resolve) => setTimeout(resolve, 2));
      if (meeting.met && this.#chance() < this.#conflictRate) throw new S3Fault(409, 'ConditionalRequestConflict');
      const held = bucket.put(key, body, headers, this.#now());
      this.emit('created', this.#record(request.bucket, held));
      return { status: 200, headers: { etag: `"${held.etag}"`, ...checksumHeaders(held) } };
    } finally {
      meeting.writers--;
    }
  }

  #meeting(id: string, conditional: boolean): { writers: number; met: boolean } {
    if (!conditional) return { writers: 1, met: false };
    const known = this.#underWay.get(id);
    const meeting = known && known.writers > 0 ? known : { writers: 0, met: false };
    this.#underWay.set(id, meeting);
    meeting.writers++;
    meeting.met ||= meeting.writers > 1;
    return meeting;
  }

  #bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Fault(404, 'NoSuchBucket');
    return bucket;
  }

  #missing(): S3Fault {
    return this.mayList ? new S3Fault(404, 'NoSuchKey') : new S3Fault(403, 'AccessDenied');
  }

  /** The next of a seeded sequence in [0, 1): Lehmer's generator, as Park & Miller 1988 set it. */
  #chance(): number {
    this.#random = (this.#random * 48271) % 0x7fffffff;
    return this.#random / 0x7fffffff;
  }

  /** @see AWS, Amazon S3 User Guide, "Event message structure" */
  #record(bucket: string, { key, body, etag }: HeldObject): S3EventRecord {
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-central-1',
      eventTime: new Date(this.#now()).toISOString(),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'AWS:AIDATEST' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5' },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'datasets',
        bucket: { name: bucket, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encodeKey(key),
          size: body.length,
          eTag: etag,
          sequencer: (++this.#sequence).toString(16).toUpperCase().padStart(18, '0'),
        },
      },
    };
  }
}

export function startS3Server(options?: S3ServerOptions): Promise<S3Server> {
  return new S3Server(options).start();
}

interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
}

/** Taken apart by hand: `URL` would resolve `..` and fold what S3 keeps. */
function parse({ method = '', url = '', headers }: IncomingMessage): { request: S3Request; path: string } {
  const [path, search = ''] = url.split(/\?(.*)/s);
  const [bucket, key = ''] = path.slice(1).split(/\/(.*)/s);
  const query = new URLSearchParams(search);
  return {
    path,
    request: { method, bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), query, headers },
  };
}

function readAnswer(held: HeldObject, headers: S3Request['headers']): Answer {
  const { body, etag, modified, contentType, metadata } = held;
  const common = {
    etag: `"${etag}"`,
    'last-modified': modified.toUTCString(),
    'content-type': contentType,
    'accept-ranges': 'bytes',
    ...metadata,
  };
  const range = rangeOf(headers.range, body.length);
  if (!range) {
    // A checksum of the whole object says nothing about a part of it.
    const checksums = headers['x-amz-checksum-mode'] === 'ENABLED' ? checksumHeaders(held) : {};
    return { status: 200, headers: { ...common, ...checksums }, body };
  }
  const [first, last] = range;
  const contentRange = `bytes ${first}-${last}/${body.length}`;
  return { status: 206, headers: { ...common, 'content-range': contentRange }, body: body.subarray(first, last + 1) };
}

/** First and last byte; undefined when there is no range, or one that HTTP says to ignore. @see RFC 9110, 14.1 */
function rangeOf(header: string | undefined, size: number): [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] =
    match[1] === '' ? [size - Number(match[2]), size - 1] : [Number(match[1]), Number(match[2] || size)];
  if (match[1] !== '' && match[2] !== '' && last < first) return undefined;
  if (first < size) return [Math.max(0, first), Math.min(last, size - 1)];
  throw new S3Fault(416, 'InvalidRange', 'InvalidRange', { 'content-range': `bytes */${size}` });
}

function checksumHeaders({ crc32 }: HeldObject): Record<string, string> {
  return { 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function listAnswer(name: string, bucket: Bucket, query: URLSearchParams): Answer {
  const token = query.get('continuation-token');
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const maxKeys = Math.min(1000, Number(query.get('max-keys') ?? 1000));
  const { objects, commonPrefixes, next } = listPage(bucket, { prefix, delimiter, after, maxKeys });

  const asUrl = query.get('encoding-type') === 'url';
  const text = (value: string) => escapeXml(asUrl ? encodeKey(value) : value);
  const contents = objects.map(
    ({ key, etag, modified, body }) =>
      `<Contents><Key>${text(key)}</Key><LastModified>${modified.toISOString()}</LastModified>` +
      `<ETag>&quot;${etag}&quot;</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const parts = [
    `<Name>${name}</Name><Prefix>${text(prefix)}</Prefix><MaxKeys>${maxKeys}</MaxKeys>`,
    `<KeyCount>${objects.length + commonPrefixes.length}</KeyCount><IsTruncated>${next !== undefined}</IsTruncated>`,
    asUrl ? '<EncodingType>url</EncodingType>' : '',
    next === undefined
      ? ''
      : `<NextContinuationToken>${Buffer.from(next).toString('base64url')}</NextContinuationToken>`,
    ...contents,
    ...commonPrefixes.map((group) => `<CommonPrefixes><Prefix>${text(group)}</Prefix></CommonPrefixes>`),
  ];
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</ListBucketResult>`,
  );
}

function toAnswer({ status, code, message, headers }: S3Fault): Answer {
  const answer = xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function xml(status: number, document: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${document}`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function send(
  response: ServerResponse,
  method: string,
  { status, headers = {}, body = '' }: Answer,
  cut?: number,
): void {
  const bytes = Buffer.from(body);
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...(bodiless ? {} : { 'content-length': bytes.length }) });
  if (method === 'HEAD' || bodiless) return void response.end();
  if (cut === undefined) return void response.end(bytes);
  response.write(bytes.subarray(0, cut), () => response.destroy());
}

/** As S3 encodes keys in events and, when asked to, in listings: a space is `+`, and `/` stays. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
