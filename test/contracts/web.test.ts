import { describe, expect, test } from 'vitest';
import * as light from '../../functions/adapter/light-web.ts';

// Node's own classes are the reference: each test runs for them and for our replacements.
const platform = { Headers: globalThis.Headers, Request: globalThis.Request, Response: globalThis.Response };
const implementations = [
  ['Node', platform],
  ['hone', light as unknown as typeof platform],
] as const;

describe.each(implementations)('Headers, Request and Response of %s', (_, { Headers, Request, Response }) => {
  test('header names are case-insensitive', () => {
    const headers = new Headers({ 'Content-Type': 'text/csv', ETag: '' });
    headers.set('X-Request', 'a');
    headers.set('x-request', ' b\t');
    expect([headers.get('content-type'), headers.get('CONTENT-TYPE'), headers.get('x-request')]).toEqual([
      'text/csv',
      'text/csv',
      'b',
    ]);
    expect([headers.has('Etag'), headers.get('etag'), headers.get('none'), headers.has('none')]).toEqual([
      true,
      '',
      null,
      false,
    ]);
    headers.delete('ETAG');
    expect(headers.has('etag')).toBe(false);
  });

  test('values of one name are joined, but Set-Cookie headers stay separate', () => {
    const headers = new Headers([
      ['vary', 'accept'],
      ['Set-Cookie', 'a=1'],
      ['cookie', 'c=1'],
    ]);
    headers.append('Vary', 'origin');
    headers.append('set-cookie', 'b=2');
    headers.append('cookie', 'd=2');
    const pairs = [
      ['cookie', 'c=1; d=2'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['vary', 'accept, origin'],
    ];
    expect([...headers]).toEqual(pairs);
    expect([...headers.entries()]).toEqual(pairs);
    expect([...headers.keys()]).toEqual(pairs.map(([name]) => name));
    expect([...headers.values()]).toEqual(pairs.map(([, value]) => value));
    expect(headers.get('set-cookie')).toBe('a=1, b=2');
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const visited: string[][] = [];
    headers.forEach((value, name) => void visited.push([name, value]));
    expect(visited).toEqual(pairs);
    expect([...new Headers(headers)]).toEqual(pairs);
  });

  test.each([
    ['a name with a space', 'a b', 'c'],
    ['an empty name', '', 'c'],
    ['a line break in a value', 'a', 'b\r\nc: d'],
    ['a zero byte', 'a', 'b\0'],
    ['a value beyond Latin-1', 'a', 'Ł'],
  ])('%s is refused', (_, name, value) => {
    expect(() => new Headers([[name, value]])).toThrow(TypeError);
    expect(() => new Headers().set(name, value)).toThrow(TypeError);
    expect(() => new Request('https://a/', { headers: { [name]: value } })).toThrow(TypeError);
    expect(() => new Response(null, { headers: { [name]: value } })).toThrow(TypeError);
  });

  test('names of all allowed characters, and values in Latin-1, are kept', () => {
    const headers = new Headers({ "a!#$%&'*+.^_`|~1": 'caf\u00e9', b: 'a\tb', c: `${' '.repeat(5)}x${' '.repeat(5)}` });
    expect([...headers]).toEqual([
      ["a!#$%&'*+.^_`|~1", 'caf\u00e9'],
      ['b', 'a\tb'],
      ['c', 'x'],
    ]);
  });

  test('a request has its normalised URL, its method and its body', async () => {
    const body = new TextEncoder().encode('\uFEFF{"a": "ü"}');
    const request = new Request('HTTPS://Example.org:443/a b/../c?x=%C3%BC y#z', { method: 'POST', body });
    expect([request.url, request.method, request.bodyUsed]).toEqual([
      'https://example.org/c?x=%C3%BC%20y#z',
      'POST',
      false,
    ]);
    expect(await request.text()).toBe('{"a": "ü"}');
    expect(request.bodyUsed).toBe(true);
    await expect(request.text()).rejects.toThrow(TypeError);
    expect(await new Request('https://a/', { method: 'PUT', body }).json()).toEqual({ a: 'ü' });
    expect(new Uint8Array(await new Request('https://a/', { method: 'PUT', body }).arrayBuffer())).toEqual(body);
  });

  test('a request without a body has none, and reads as empty', async () => {
    const request = new Request('https://a/', { headers: { accept: '*/*' } });
    expect([request.method, request.body, request.headers.get('accept')]).toEqual(['GET', null, '*/*']);
    expect(await request.text()).toBe('');
    expect(await request.text()).toBe('');
    expect([...request.headers]).toEqual([['accept', '*/*']]);
  });

  test.each([
    ['no address', 'nowhere', {}],
    ['an address with a password', 'https://me:secret@a/', {}],
    ['a body in a GET', 'https://a/', { body: new Uint8Array(1) }],
    ['a method that is none', 'https://a/', { method: 'A B' }],
    ['a method that is refused', 'https://a/', { method: 'TRACE' }],
  ])('%s is refused', (_, address, given) => {
    expect(() => new Request(address, given)).toThrow(TypeError);
  });

  test('unusual methods are kept as written, and common ones are recognised in lower case, too', () => {
    const methods = ['purge', 'post', 'OPTIONS', 'PURGE'].map((method) => new Request('https://a/', { method }).method);
    expect(methods).toEqual(['purge', 'POST', 'OPTIONS', 'PURGE']);
  });

  test('a request is made of another, with a body of its own', async () => {
    const first = new Request('https://a/b', { method: 'POST', headers: { x: 'y' }, body: new Uint8Array([104, 105]) });
    const stream = first.body as ReadableStream;
    const second = new Request(first, { body: new TextEncoder().encode('hi') });
    expect([second.url, second.method, second.headers.get('x'), await second.text()]).toEqual([
      'https://a/b',
      'POST',
      'y',
      'hi',
    ]);
    expect(await new globalThis.Response(stream).text()).toBe('hi');
    const third = new Request(new Request('https://a/b', { method: 'PUT', body: new Uint8Array([104, 105]) }));
    expect([third.method, await third.text()]).toEqual(['PUT', 'hi']);
  });

  test('a body is one stream, however often it is asked for, and can still be read as a whole', async () => {
    const request = new Request('https://a/', { method: 'POST', body: new Uint8Array([104, 105]) });
    expect(request.body).toBe(request.body);
    expect(request.bodyUsed).toBe(false);
    expect(await request.text()).toBe('hi');
    expect(request.bodyUsed).toBe(true);
    const answer = new Response('ho');
    expect(answer.body).toBe(answer.body);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(Uint8Array.of(104, 111));
  });

  test('a response has the content type of text unless it is given one', async () => {
    const typeOf = ({ headers }: Response) => headers.get('content-type');
    const text = new Response('\uFEFFü\uD800');
    expect([text.status, text.ok, text.statusText, typeOf(text)]).toEqual([200, true, '', 'text/plain;charset=UTF-8']);
    expect(await text.text()).toBe('ü\uFFFD');
    expect(typeOf(new Response('{}', { headers: { 'Content-Type': 'application/json' } }))).toBe('application/json');
    expect(typeOf(new Response(new Uint8Array(1)))).toBe(null);
    const { status, headers } = new Response(null, { status: 302, headers: { location: '/b' } });
    expect([status, [...headers]]).toEqual([302, [['location', '/b']]]);
  });

  test('a JSON response has the content type of JSON', async () => {
    const answer = Response.json({ a: [1] }, { status: 202, headers: { 'x-a': 'b' } });
    expect([answer.status, [...answer.headers]]).toEqual([
      202,
      [
        ['content-type', 'application/json'],
        ['x-a', 'b'],
      ],
    ]);
    expect(await answer.text()).toBe('{"a":[1]}');
    expect(Response.json(1, { headers: { 'content-type': 'a/b' } }).headers.get('content-type')).toBe('a/b');
  });

  test('a response of bytes has the bytes that were given', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
    expect(new Uint8Array(await new Response(bytes.subarray(7)).arrayBuffer())).toEqual(bytes.subarray(7));
    expect(new Uint8Array(await new Response('ü').arrayBuffer())).toEqual(Uint8Array.of(0xc3, 0xbc));
    expect(await new Response(null).text()).toBe('');
  });

  test.each([
    ['a status beyond them all', 'a', { status: 600 }, RangeError],
    ['a status of nothing yet', 'a', { status: 100 }, RangeError],
    ['a body where there is none', 'a', { status: 204 }, TypeError],
  ] as const)('%s is refused', (_, body, given, error) => {
    expect(() => new Response(body, given)).toThrow(error);
  });

  test('a response can be made of another one, of a stream, or of a status with a text', async () => {
    const first = new Response('a', { status: 404, headers: { x: 'y' } });
    const head = new Response(null, first);
    expect([head.status, head.headers.get('x'), await head.text()]).toEqual([404, 'y', '']);
    const again = new Response(first.body, first);
    expect([again.status, again.headers.get('x'), await again.text()]).toEqual([404, 'y', 'a']);
    expect(new Response(null, { statusText: 'Fine' }).statusText).toBe('Fine');
  });

  test.each([undefined, () => 1, Symbol('a')])('what JSON has no text for is refused (%#)', (data) => {
    expect(() => Response.json(data)).toThrow(TypeError);
  });

  test('bytes that are given are copied', async () => {
    const bytes = Uint8Array.of(104, 105);
    const [request, answer] = [new Request('https://a/', { method: 'POST', body: bytes }), new Response(bytes)];
    bytes.fill(0);
    expect([await request.text(), await answer.text()]).toEqual(['hi', 'hi']);
  });

  test('a body is read as bytes, as a blob of its type, and as a form', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new TextEncoder().encode('a=1&b=%C3%BC');
    const request = () => new Request('https://a/', { method: 'POST', headers, body });
    expect(await request().bytes()).toEqual(body);
    expect(await new Response('ü').bytes()).toEqual(Uint8Array.of(0xc3, 0xbc));
    const blob = await request().blob();
    expect([blob.type, await blob.text()]).toEqual(['application/x-www-form-urlencoded', 'a=1&b=%C3%BC']);
    const form = request();
    expect([...(await form.formData())]).toEqual([
      ['a', '1'],
      ['b', 'ü'],
    ]);
    expect(form.bodyUsed).toBe(true);
    await expect(form.blob()).rejects.toThrow(TypeError);
    await expect(form.bytes()).rejects.toThrow(TypeError);
    await expect(new Response('{}').formData()).rejects.toThrow(TypeError);
    expect((await new Response(null).blob()).size).toBe(0);
    expect((await new Response(null).bytes()).length).toBe(0);
  });

  test('a copy is read apart from what it was made of, before and after a stream was asked for', async () => {
    const request = new Request('https://a/b', { method: 'POST', headers: { x: 'y' }, body: Uint8Array.of(104, 105) });
    const copy = request.clone();
    expect([copy.url, copy.method, copy.headers.get('x'), await copy.text(), request.bodyUsed]).toEqual([
      'https://a/b',
      'POST',
      'y',
      'hi',
      false,
    ]);
    expect(request.body).not.toBeNull();
    expect([await request.clone().text(), await request.text()]).toEqual(['hi', 'hi']);
    expect(() => request.clone()).toThrow(TypeError);
    const answer = new Response('ho', { status: 404, headers: { x: 'y' } });
    const other = answer.clone();
    other.headers.set('x', 'z');
    expect([other.status, answer.headers.get('x'), await answer.text(), await other.text()]).toEqual([
      404,
      'y',
      'ho',
      'ho',
    ]);
    expect(() => answer.clone()).toThrow(TypeError);
    expect(await new Request('https://a/').clone().text()).toBe('');
  });
});
