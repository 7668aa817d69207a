// Headers, Request and Response for requests and answers that are held in memory. Node's own stand on its whole HTTP client,
// whose loading takes longer than the rest of a cold API together; scripts/bundle-plugins.mjs puts these in their place in
// that bundle. What is out of the ordinary is handed to Node's: its answers, and its errors, are the measure of these.
// test/contracts/web.test.ts holds both to one suite.

type HeadersGiven = Iterable<readonly [string, string]> | Record<string, string>;

/** Names in small letters, each with its values in the order they came. */
class LightHeaders {
  readonly #values = new Map<string, string[]>();

  constructor(given: HeadersGiven = {}) {
    const pairs = Symbol.iterator in given ? given : Object.entries(given);
    for (const [name, value] of pairs as Iterable<[string, string]>) this.append(name, value);
  }

  append(name: string, value: string): void {
    const [key, text] = ordinary(name, value);
    const before = this.#values.get(key);
    if (before) before.push(text);
    else this.#values.set(key, [text]);
  }

  set(name: string, value: string): void {
    const [key, text] = ordinary(name, value);
    this.#values.set(key, [text]);
  }

  get(name: string): string | null {
    const [key] = ordinary(name, '');
    return this.#values.get(key)?.join(key === 'cookie' ? '; ' : ', ') ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(ordinary(name, '')[0]);
  }

  delete(name: string): void {
    this.#values.delete(ordinary(name, '')[0]);
  }

  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  forEach(visit: (value: string, name: string, headers: LightHeaders) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }

  /** By name; cookies that are to be set one by one, all else joined. */
  *entries(): Generator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) {
      if (name === 'set-cookie') for (const cookie of this.getSetCookie()) yield [name, cookie];
      else yield [name, this.get(name) as string];
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
}

/** A header's name and value as they are kept; Node's own class says so of what is neither plain nor sure. */
function ordinary(name: string, value: string): [name: string, value: string] {
  if (/^[\w-]+$/.test(name) && /^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(value)) return [name.toLowerCase(), String(value)];
  const [pair] = new globalThis.Headers([[name, value]]);
  return pair;
}

/** What is read of a request and of an answer alike, once. */
class LightBody {
  declare headers: LightHeaders;
  readonly #held: Uint8Array<ArrayBuffer> | string | null;
  /** Node's own, from when something was asked for that these classes leave to it. */
  #platform: Response | undefined;
  #isUsed = false;

  /** @param body bytes are copied: who gave them may use their memory for something else */
  constructor(body: Uint8Array | string | null) {
    this.#held = body instanceof Uint8Array ? new Uint8Array(body) : body;
  }

  get bodyUsed(): boolean {
    return this.#platform?.bodyUsed ?? this.#isUsed;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#held === null ? null : this.#whole().body;
  }

  async text(): Promise<string> {
    if (this.#platform) return this.#platform.text();
    const body = this.#take();
    return typeof body === 'string' ? body.replace(/^\uFEFF/, '').toWellFormed() : new TextDecoder().decode(body);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#platform) return this.#platform.bytes();
    const body = this.#take();
    return typeof body === 'string' ? new TextEncoder().encode(body) : body;
  }

  async blob(): Promise<Blob> {
    return this.#whole().blob();
  }

  async formData(): Promise<FormData> {
    return this.#whole().formData();
  }

  /** The body for a copy of what holds it. */
  protected shared(): BodyInit | null {
    if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
    return this.#platform ? this.#platform.clone().body : this.#held;
  }

  #whole(): Response {
    this.#platform ??= new globalThis.Response(this.#held === null ? null : this.#take(), {
      headers: new globalThis.Headers([...this.headers]),
    });
    return this.#platform;
  }

  #take(): Uint8Array<ArrayBuffer> | string {
    if (this.#isUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.#isUsed = this.#held !== null;
    return this.#held ?? '';
  }
}

interface RequestGiven {
  method?: string;
  headers?: HeadersGiven;
  body?: unknown;
}

class LightRequest extends LightBody {
  declare readonly url: string;
  declare readonly method: string;

  constructor(input: string | LightRequest, given: RequestGiven = {}) {
    const { method = 'GET', headers, body = null } = given;
    const url = typeof input === 'string' && URL.canParse(input) ? new URL(input) : undefined;
    const isPlain =
      body === null ? usualMethods.has(method) : body instanceof Uint8Array && methodsWithBody.has(method);
    if (url?.username !== '' || url.password !== '' || !isPlain) {
      super(null);
      // biome-ignore lint/correctness/noConstructorReturn: it stands where Node's own class stood
      return platformRequest(input, given) as unknown as LightRequest;
    }
    super(body as Uint8Array | null);
    this.url = url.href;
    this.method = method;
    this.headers = new LightHeaders(headers);
  }

  clone(): LightRequest {
    return new LightRequest(this.url, { method: this.method, headers: this.headers, body: this.shared() });
  }
}

const methodsWithBody = new Set(['POST', 'PUT', 'DELETE']);
const usualMethods = new Set(['GET', 'HEAD', ...methodsWithBody]);

function platformRequest(input: string | LightRequest, given: RequestGiven): Request {
  const { url, ...like } = typeof input === 'string' ? { url: input } : { url: input.url, ...partsOf(input, given) };
  const { headers = {}, ...rest } = { ...like, ...given };
  const pairs = new globalThis.Headers([...new LightHeaders(headers)]);
  return new globalThis.Request(url, { duplex: 'half', ...rest, headers: pairs } as RequestInit);
}

/** What a request takes over of another: its body, unless it has one of its own. */
function partsOf({ method, headers, body }: LightRequest, given: RequestGiven): RequestGiven {
  return { method, headers, ...('body' in given ? {} : { body }) };
}

interface ResponseGiven {
  status?: number;
  statusText?: string;
  headers?: HeadersGiven;
}

class LightResponse extends LightBody {
  declare readonly status: number;
  declare readonly statusText: string;

  constructor(body: unknown = null, { status = 200, statusText = '', headers = {} }: ResponseGiven = {}) {
    const isPlain = body === null || typeof body === 'string' || body instanceof Uint8Array;
    const mayBe =
      Number.isInteger(status) && status >= 200 && status <= 599 && (body === null || !bodiless.has(status));
    if (!isPlain || !mayBe || statusText !== '') {
      super(null);
      const pairs = new globalThis.Headers([...new LightHeaders(headers)]);
      // biome-ignore lint/correctness/noConstructorReturn: it stands where Node's own class stood
      return new globalThis.Response(body as BodyInit, { status, statusText, headers: pairs }) as unknown as this;
    }
    super(body as string | Uint8Array | null);
    this.status = status;
    this.statusText = '';
    this.headers = new LightHeaders(headers);
    if (typeof body === 'string' && !this.headers.has('content-type')) {
      this.headers.set('content-type', 'text/plain;charset=UTF-8');
    }
  }

  static json(data: unknown, { headers, ...given }: ResponseGiven = {}): LightResponse {
    const merged = new LightHeaders(headers);
    if (!merged.has('content-type')) merged.set('content-type', 'application/json');
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    return new LightResponse(text, { ...given, headers: merged });
  }

  clone(): LightResponse {
    return new LightResponse(this.shared(), this);
  }

  get ok(): boolean {
    return this.status <= 299;
  }
}

/** Statuses of answers that have no body; Node's class refuses one. */
const bodiless = new Set([204, 205, 304]);

export { LightHeaders as Headers, LightRequest as Request, LightResponse as Response };
