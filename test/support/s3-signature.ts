import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Fault } from './s3-fault.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * Refuses a request that is neither signed in its headers (taken on trust) nor validly presigned.
 *
 * @see AWS, Amazon S3 API Reference, "Authenticating requests: using query parameters (Signature Version 4)"
 */
export function checkSignature(
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  { accessKeyId, secretAccessKey }: Credentials,
  nowMs: number,
): void {
  const signature = query.get('X-Amz-Signature');
  if (signature === null) {
    if (request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return;
    throw new S3Fault(403, 'AccessDenied');
  }
  const [id, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  if (id !== accessKeyId) throw new S3Fault(403, 'InvalidAccessKeyId');
  const signedAt = query.get('X-Amz-Date') ?? '';
  checkExpiry(signedAt, Number(query.get('X-Amz-Expires')), nowMs);

  const names = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  if (!names.includes('host')) throw new S3Fault(403, 'AccessDenied', 'host must be signed');
  const canonical = [
    request.method,
    path,
    canonicalQuery(query),
    ...names.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    names.join(';'),
    query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', signedAt, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const expected = hmac(key, toSign);
  const found = Buffer.from(signature, 'hex');
  if (found.length === expected.length && timingSafeEqual(found, expected)) return;
  throw new S3Fault(403, 'SignatureDoesNotMatch');
}

function checkExpiry(signedAt: string, expiresInSeconds: number, nowMs: number): void {
  const iso = signedAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const endMs = Date.parse(iso) + expiresInSeconds * 1000;
  if (!(nowMs <= endMs)) throw new S3Fault(403, 'AccessDenied', 'Request has expired');
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const encoded = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return encoded.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('&');
}

/** RFC 3986: all but unreserved characters. */
function encode(text: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, escaped);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
