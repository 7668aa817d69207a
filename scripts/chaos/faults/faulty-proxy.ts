import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Random, seededRandom } from '../../../lib/core/random.ts';

/** What the proxy may do to a request or to its answer. */
export const faults = [
  'internal-error', // 500, and nothing was done.
  'slow-down', // 503 SlowDown, as S3 throttles.
  'reset', // The connection ends before the request is passed on.
  'lost-answer', // It ends after the request was served.
  'reset-in-body', // It ends in the middle of the answer's body.
  'truncated', // The body is shorter, and its stated length too.
  'stalled', // The answer comes later than anybody waits.
  'wrong-etag', // The answer bears another object's ETag.
  'turned-bit', // One bit of the body is another.
] as const;

export type Fault = (typeof faults)[number];

/**
 * Stands between a client and an S3 server, and does mischief to some of what passes, by a seed.
 *
 * Bodies of listings, and of reads that carry no checksum, are cut off but never changed: nothing but TLS could tell.
 */
export class FaultyProxy {
  /** How often each fault was done. */
  readonly done = new Map<Fault, number>();
  /** The probability of a fault. */
  rate: number;
  /** Told of each request before it is passed on; what it does is waited for. */
  onRequest: (request: { method: string; path: string; range: string | undefined }) => Promise<void> = async () => {};
  readonly #upstream: URL;
  readonly #random: Random;
  readonly #server: Server;
  readonly #stallMs: number;

  constructor(upstream: string, { seed, rate, stallMs }: { seed: number; rate: number; stallMs: number }) {
    this.#upstream = new URL(upstream);
    this.#random = seededRandom(seed);
    this.rate = rate;
    this.#stallMs = stallMs;
    this.#server = createServer((request, response) => void this.#pass(request, response));
  }

  /** Listens on a free port, and answers its URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get count(): number {
    return [...this.done.values()].reduce((sum, each) => sum + each, 0);
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bytesOf(request);
      const { method = '', url: path = '', headers } = request;
      await this.onRequest({ method, path, range: headers.range });
      const fault = this.#draw(request);
      if (fault === 'internal-error') return refuse(response, 500, 'InternalError');
      if (fault === 'slow-down') return refuse(response, 503, 'SlowDown');
      if (fault === 'reset') return void request.socket.destroy();
      const answer = await this.#forward(request, body);
      if (fault === 'lost-answer') return void request.socket.destroy();
      if (fault === 'stalled') await new Promise((resolve) => setTimeout(resolve, this.#stallMs));
      if (fault === 'wrong-etag') answer.headers.etag = `"${this.#random.nextUint32().toString(16).padStart(32, '0')}"`;
      this.#answer(request, response, answer, fault);
    } catch {
      request.socket.destroy();
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
    let { body } = answer;
    const headers = { ...answer.headers };
    if (fault === 'truncated') body = body.subarray(0, this.#random.nextInt(body.length));
    if (fault === 'turned-bit') {
      body = Buffer.from(body);
      body[this.#random.nextInt(body.length)] ^= 1 << this.#random.nextInt(8);
    }
    if (headers['content-length'] !== undefined && request.method !== 'HEAD') headers['content-length'] = body.length;
    response.writeHead(answer.status, headers);
    if (request.method === 'HEAD' || body.length === 0) return void response.end();
    if (fault !== 'reset-in-body') return void response.end(body);
    response.write(body.subarray(0, this.#random.nextInt(body.length)), () => response.destroy());
  }

  /** Draws a fault that can be done to this request, and counts it. */
  #draw({ method, url = '', headers }: IncomingMessage): Fault | undefined {
    if (this.#random.nextFloat() >= this.rate) return undefined;
    const fault = faults[this.#random.nextInt(faults.length)];
    const isRead = method === 'GET' && !url.includes('list-type');
    const isChecked = isRead && headers.range === undefined;
    if (fault === 'turned-bit' && !isChecked) return undefined;
    if (fault === 'truncated' && !isRead) return undefined;
    if (fault === 'reset-in-body' && method !== 'GET') return undefined;
    if (fault === 'wrong-etag' && method === 'DELETE') return undefined;
    this.done.set(fault, (this.done.get(fault) ?? 0) + 1);
    return fault;
  }

  #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = this.#upstream;
      // The host stays the one that the client signed.
      const passed = send({ host, port, method, path: url, headers }, async (answer) => {
        resolve({ status: answer.statusCode ?? 500, headers: { ...answer.headers }, body: await bytesOf(answer) });
      });
      passed.once('error', reject);
      passed.end(body);
    });
  }
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  body: Buffer;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>on purpose</Message></Error>`,
  );
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
