import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Fault } from './s3-fault.ts';

/** One object in memory. */
export interface HeldObject {
  key: string;
  body: Buffer;
  /** MD5 in hex, without quotes. */
  etag: string;
  crc32: string;
  modified: Date;
  contentType: string;
  /** The `x-amz-meta-…` headers it was written with. */
  metadata: Record<string, string>;
}

/** The objects of one bucket, and the conditions that requests put on them. */
export class Bucket {
  readonly objects = new Map<string, HeldObject>();

  put(key: string, { body, crc32 }: { body: Buffer; crc32: string }, headers: IncomingHttpHeaders, nowMs: number) {
    this.checkWrite(key, headers);
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    const held: HeldObject = {
      key,
      body,
      crc32,
      etag: createHash('md5').update(body).digest('hex'),
      // S3 keeps whole seconds.
      modified: new Date(Math.floor(nowMs / 1000) * 1000),
      contentType: headers['content-type'] ?? 'binary/octet-stream',
      metadata: Object.fromEntries(metadata.map(([name, value]) => [name, String(value)])),
    };
    this.objects.set(key, held);
    return held;
  }

  remove(key: string, headers: IncomingHttpHeaders): void {
    this.checkWrite(key, headers);
    this.objects.delete(key);
  }

  /** What `GET` and `HEAD` find, when their conditions hold. */
  read(key: string, headers: IncomingHttpHeaders, missing: S3Fault): HeldObject {
    const held = this.objects.get(key);
    if (!held) throw missing;
    const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
    if (match !== undefined && !names(match, held)) throw new S3Fault(412, 'PreconditionFailed');
    if (noneMatch !== undefined && names(noneMatch, held)) throw new S3Fault(304, 'NotModified');
    return held;
  }

  private checkWrite(key: string, headers: IncomingHttpHeaders): void {
    const held = this.objects.get(key);
    const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
    if (noneMatch !== undefined && noneMatch !== '*') throw new S3Fault(501, 'NotImplemented');
    if (noneMatch === '*' && held) throw new S3Fault(412, 'PreconditionFailed');
    if (match === undefined) return;
    if (!held) throw new S3Fault(404, 'NoSuchKey');
    if (!names(match, held)) throw new S3Fault(412, 'PreconditionFailed');
  }
}

/** Whether an `If-Match` or `If-None-Match` names the object's ETag. */
function names(header: string, { etag }: HeldObject): boolean {
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replaceAll('"', '') === etag);
}

export interface ListQuery {
  prefix: string;
  delimiter: string;
  after: string;
  maxKeys: number;
}

export interface Listing {
  objects: HeldObject[];
  commonPrefixes: string[];
  /** The last key or common prefix that was listed, when there are more. */
  next: string | undefined;
}

/** One page of ListObjectsV2: keys and common prefixes count alike, in byte order. */
export function listPage(bucket: Bucket, { prefix, delimiter, after, maxKeys }: ListQuery): Listing {
  const listing: Listing = { objects: [], commonPrefixes: [], next: undefined };
  let last = '';
  for (const held of [...bucket.objects.values()].sort((a, b) => byteOrder(a.key, b.key))) {
    const { key } = held;
    if (!key.startsWith(prefix) || byteOrder(key, after) <= 0) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (group !== undefined && (group === last || group === after)) continue;
    if (listing.objects.length + listing.commonPrefixes.length === maxKeys) {
      return { ...listing, next: maxKeys === 0 ? undefined : last };
    }
    if (group === undefined) listing.objects.push(held);
    else listing.commonPrefixes.push(group);
    last = group ?? key;
  }
  return listing;
}

function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
