import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Fault } from './s3-fault.ts';

/**
 * A request's body as the client meant it: unframed when it comes as aws-chunked, and equal to every digest that the
 * client sent with it.
 *
 * @see AWS, Amazon S3 API Reference, "Signature calculations … transferring payload in multiple chunks", "Checking
 * object integrity"
 */
export async function readBody(
  request: IncomingMessage,
  query: URLSearchParams = new URLSearchParams(),
): Promise<{ body: Buffer; crc32: string }> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const raw = Buffer.concat(pieces);
  const framed = String(request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const { body, trailers } = framed ? unframe(raw) : { body: raw, trailers: {} };
  // A presigned URL carries its headers as parameters, and they count alike.
  const headers = { ...request.headers, ...Object.fromEntries(query), ...trailers };

  const declared = headers['x-amz-decoded-content-length'];
  if (framed && declared !== undefined && Number(declared) !== body.length) throw new S3Fault(400, 'IncompleteBody');
  checkDigests(body, headers);
  return { body, crc32: crc32Of(body) };
}

/** Chunks of `<hex length>[;extension]\r\n<bytes>\r\n`, one of length 0, then trailing headers. */
function unframe(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const length = lineEnd < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, lineEnd), 16);
    if (!Number.isInteger(length)) throw new S3Fault(400, 'IncompleteBody');
    at = lineEnd + 2;
    if (length === 0) break;
    chunks.push(raw.subarray(at, at + length));
    at += length;
    if (raw.toString('latin1', at, at + 2) !== '\r\n') throw new S3Fault(400, 'IncompleteBody');
    at += 2;
  }
  const lines = raw.toString('latin1', at).split('\r\n');
  const fields = lines.filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s));
  return {
    body: Buffer.concat(chunks),
    trailers: Object.fromEntries(fields.map(([name, value]) => [name.trim().toLowerCase(), value.trim()])),
  };
}

function checkDigests(body: Buffer, headers: IncomingHttpHeaders): void {
  for (const [header, digest] of Object.entries(digests)) {
    const sent = headers[header];
    if (sent !== undefined && sent !== digest(body)) throw new S3Fault(400, 'BadDigest', `${header} differs`);
  }
  const sha256 = String(headers['x-amz-content-sha256'] ?? '');
  if (/^[0-9a-f]{64}$/.test(sha256) && sha256 !== createHash('sha256').update(body).digest('hex')) {
    throw new S3Fault(400, 'XAmzContentSHA256Mismatch');
  }
}

const digests: Record<string, (body: Buffer) => string> = {
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-crc32': crc32Of,
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
};

function crc32Of(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
