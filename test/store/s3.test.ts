// Longer than most: what only S3 can do to a request, each as a test of its own, by one server that does the mischief.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConflictError, InputError, NotFoundError, StoreError } from '../../lib/core/errors.ts';
import { openStore } from '../../lib/store/open.ts';
import { readObject } from '../../lib/store/read.ts';
import { parseS3Url, type S3StoreOptions, s3Store } from '../../lib/store/s3.ts';
import type { Store } from '../../lib/store/store.ts';
import { type Mischief, type S3Request, type S3Server, startS3Server } from '../support/s3-server.ts';

let server: S3Server;
let store: Store;
let nowMs = Date.now();
beforeEach(async () => {
  nowMs = Date.now();
  server = await startS3Server({ now: () => nowMs });
  store = open();
});
afterEach(() => server.close());

function open(options: Partial<S3StoreOptions> = {}): Store {
  // The SDK waits longer and longer between its attempts; two are enough here.
  const client = server.client({ maxAttempts: 2 });
  return s3Store({ bucket: 'bucket', prefix: 'team/hone', client, backoffMs: () => 1, ...options });
}

/** Does the mischief to the first so many requests of the method. */
function disturb(method: string, mischief: Mischief, times = Number.POSITIVE_INFINITY): { times: number } {
  const done = { times: 0 };
  server.onRequest = (request: S3Request) => {
    if (request.method !== method || done.times >= times) return undefined;
    done.times++;
    return mischief;
  };
  return done;
}

describe('parseS3Url', () => {
  test('takes a URL apart, and ends the prefix with a slash', () => {
    expect(parseS3Url('s3://my-bucket')).toEqual({ bucket: 'my-bucket', prefix: '' });
    expect(parseS3Url('s3://my-bucket/')).toEqual({ bucket: 'my-bucket', prefix: '' });
    expect(parseS3Url('s3://my.bucket/a/b')).toEqual({ bucket: 'my.bucket', prefix: 'a/b/' });
    expect(parseS3Url('s3://my-bucket/a b/é/')).toEqual({ bucket: 'my-bucket', prefix: 'a b/é/' });
  });

  test.each(['s3:/bucket', 's3://', 's3://a', 's3://Bucket/x', 's3://-bucket', 'https://bucket', 's3://bucket/../x'])(
    'refuses %s',
    (url) => {
      expect(() => parseS3Url(url)).toThrow(InputError);
    },
  );
});

describe('the prefix', () => {
  test('stands before keys in the bucket and nowhere else', async () => {
    expect(store.location).toBe('s3://bucket/team/hone/');
    await server.client().send(new PutObjectCommand({ Bucket: 'bucket', Key: 'team/honey', Body: 'not ours' }));
    await store.put('a/b', bytes('x'));
    expect([...(server.buckets.get('bucket')?.objects.keys() ?? [])]).toEqual(['team/honey', 'team/hone/a/b']);
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b']);
    expect(await store.head('a/b')).toMatchObject({ key: 'a/b' });
  });

  test('counts for the length of a key', async () => {
    await store.put('x'.repeat(1014), bytes('x'));
    await expect(store.put('x'.repeat(1015), bytes('x'))).rejects.toThrow(InputError);
  });

  test('may be missing', async () => {
    const whole = open({ prefix: '' });
    await whole.put('top', bytes('x'));
    expect(whole.location).toBe('s3://bucket/');
    expect((await whole.list('')).objects.map(({ key }) => key)).toEqual(['top']);
  });
});

describe('what others left in the bucket under names that no key can have', () => {
  test('is not listed, and does not end the listing', async () => {
    const foreign = ['d/', 'd//x', 'd/a', 'd/b/', 'd/c\u0001', 'd/e'];
    for (const name of foreign) {
      await server.client().send(new PutObjectCommand({ Bucket: 'bucket', Key: `team/hone/${name}`, Body: 'x' }));
    }
    const seen = [];
    for (
      let page = await store.list('d', { limit: 1 });
      ;
      page = await store.list('d', { after: page.next, limit: 1 })
    ) {
      seen.push(...page.objects.map(({ key }) => key));
      if (page.next === undefined) break;
    }
    expect(seen).toEqual(['d/a', 'd/e']);
  });
});

describe('409, another conditional write of the key is under way', () => {
  test('is tried again until the write is won or lost', async () => {
    const met = disturb('PUT', { status: 409, code: 'ConditionalRequestConflict' }, 4);
    const { tag } = await store.put('a', bytes('x'), { ifAbsent: true });
    expect(met.times).toBe(4);
    disturb('PUT', { status: 409, code: 'ConditionalRequestConflict' }, 4);
    await store.put('a', bytes('y'), { ifMatch: tag });
    disturb('PUT', { status: 409, code: 'ConditionalRequestConflict' }, 2);
    await expect(store.put('a', bytes('z'), { ifMatch: tag })).rejects.toThrow(ConflictError);
    disturb('DELETE', { status: 409, code: 'ConditionalRequestConflict' }, 2);
    await store.delete('a', { ifMatch: (await store.head('a'))?.tag });
    expect(await store.head('a')).toBeUndefined();
  });

  test('is a StoreError after a bounded number of attempts, and nothing is written', async () => {
    const met = disturb('PUT', { status: 409, code: 'ConditionalRequestConflict' });
    await expect(store.put('a', bytes('x'), { ifAbsent: true })).rejects.toThrow(StoreError);
    expect(met.times).toBe(8);
    expect(await store.head('a')).toBeUndefined();
  });

  test('comes of itself when writers race, as the server is seeded, and still one wins', async () => {
    const racing = await startS3Server({ conflictRate: 0.5, seed: 7 });
    const racers = s3Store({ bucket: 'bucket', client: racing.client(), backoffMs: () => 3 });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => racers.put('a', bytes(`${i}`), { ifAbsent: true })),
    );
    await racing.close();
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(racing.counts.PUT).toBeGreaterThan(12);
  });
});

describe('an answer that is lost on its way', () => {
  test('does not make a conditional write lose against itself', async () => {
    disturb('PUT', { lost: true }, 1);
    const created = await store.put('a', bytes('mine'), { ifAbsent: true });
    expect(server.counts.PUT).toBe(2);
    expect(await store.get('a')).toMatchObject({ tag: created.tag, body: bytes('mine') });
    disturb('PUT', { lost: true }, 1);
    const moved = await store.put('a', bytes('moved'), { ifMatch: created.tag });
    expect(await store.get('a')).toMatchObject({ tag: moved.tag, body: bytes('moved') });
  });

  test('does not make it win when the object is somebody else’s', async () => {
    await store.put('a', bytes('theirs'), { ifAbsent: true });
    disturb('PUT', { reset: true }, 1);
    await expect(store.put('a', bytes('theirs'), { ifAbsent: true })).rejects.toThrow(ConflictError);
  });
});

describe('403', () => {
  beforeEach(() => {
    server.mayList = false;
  });

  test('on get means not there, or not allowed to tell, and says what to grant', async () => {
    const failure = await store.get('a').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotFoundError);
    expect(String(failure)).toMatch(/bucket\/team\/hone\/a: .*403.*s3:ListBucket/);
  });

  test('on head is a StoreError: undefined would say that there is no object', async () => {
    await expect(store.head('a')).rejects.toThrow(/403.*permission/);
    await expect(store.head('a')).rejects.toThrow(StoreError);
  });

  test('leaves what is there and allowed as it is', async () => {
    await store.put('a', bytes('x'), { ifAbsent: true });
    expect(await store.head('a')).toMatchObject({ size: 1 });
    expect(text((await store.get('a')).body)).toBe('x');
    await expect(store.put('a', bytes('y'), { ifAbsent: true })).rejects.toThrow(ConflictError);
  });

  test('on put, delete and list is a StoreError', async () => {
    await expect(store.list('')).rejects.toThrow(StoreError);
    disturb('PUT', { status: 403, code: 'AccessDenied' });
    await expect(store.put('a', bytes('x'))).rejects.toThrow(StoreError);
    disturb('DELETE', { status: 403, code: 'AccessDenied' });
    await expect(store.delete('a')).rejects.toThrow(StoreError);
  });
});

describe('a store that is busy or broken', () => {
  const operations: Record<string, [method: string, run: () => Promise<unknown>]> = {
    get: ['GET', () => store.get('a')],
    head: ['HEAD', () => store.head('a')],
    put: ['PUT', () => store.put('a', bytes('x'))],
    'put if absent': ['PUT', () => store.put('a', bytes('x'), { ifAbsent: true })],
    list: ['GET', () => store.list('')],
    delete: ['DELETE', () => store.delete('a')],
  };

  test.each(Object.entries(operations))(
    'is a StoreError of %s when all attempts have failed',
    async (_, [method, run]) => {
      for (const mischief of [
        { status: 500, code: 'InternalError' },
        { status: 503, code: 'SlowDown' },
        { reset: true } as const,
      ]) {
        const met = disturb(method, mischief);
        const failure = await run().catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(StoreError);
        expect(String(failure)).toContain('s3://bucket/team/hone/');
        expect(met.times).toBe(2);
      }
    },
  );

  test('is not noticed when it mends in time', async () => {
    await store.put('a', bytes('x'));
    disturb('GET', { status: 503, code: 'SlowDown' }, 1);
    expect(text((await store.get('a')).body)).toBe('x');
    disturb('PUT', { reset: true }, 1);
    await store.put('a', bytes('y'));
    expect(text((await store.get('a')).body)).toBe('y');
  });

  test('that can’t be reached is a StoreError', async () => {
    const nowhere = s3Store({
      bucket: 'bucket',
      client: server.client({ endpoint: 'http://127.0.0.1:1', maxAttempts: 2 }),
    });
    await expect(nowhere.get('a')).rejects.toThrow(/ECONNREFUSED/);
    await expect(nowhere.get('a')).rejects.toThrow(StoreError);
  });

  test('without the bucket is an InputError', async () => {
    const gone = open({ bucket: 'no-such-bucket' });
    for (const run of [() => gone.get('a'), () => gone.put('a', bytes('x')), () => gone.list('')]) {
      await expect(run()).rejects.toThrow(/expected a bucket/);
      await expect(run()).rejects.toThrow(InputError);
    }
  });
});

describe('a body', () => {
  const large = new Uint8Array(300_000).fill(7);

  test('that breaks off is read again', async () => {
    await store.put('a', large);
    disturb('GET', { truncate: 100_000 }, 2);
    expect((await store.get('a')).body).toEqual(large);
  });

  test('that keeps breaking off is a StoreError', async () => {
    await store.put('a', large);
    const met = disturb('GET', { truncate: 100_000 });
    await expect(store.get('a')).rejects.toThrow(StoreError);
    expect(met.times).toBe(3);
    await expect(store.get('a', { range: { start: 0, end: 200_000 } })).rejects.toThrow(StoreError);
    const pieces = readObject(store, { key: 'a', size: large.length, tag: (await store.head('a'))?.tag ?? '' });
    await expect(pieces.next()).rejects.toThrow(StoreError);
  });

  test('whose bytes changed on the way is a StoreError', async () => {
    await store.put('a', large);
    const held = server.buckets.get('bucket')?.objects.get('team/hone/a');
    if (held) held.body = Buffer.from(large).fill(8, 0, 1);
    await expect(store.get('a')).rejects.toThrow(StoreError);
    const lax = open({ client: server.client({ responseChecksumValidation: 'WHEN_REQUIRED' }) });
    await expect(lax.get('a')).rejects.toThrow(StoreError);
  });

  test('of another length than the answer says is a StoreError', async () => {
    await store.put('a', large);
    const client = server.client();
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        Object.assign(result.output, { ContentLength: 300_001 });
        return result;
      },
      { step: 'initialize', name: 'lie' },
    );
    await expect(open({ client }).get('a')).rejects.toThrow(/expected 300001 bytes, found 300000/);
  });

  test('is sent with a checksum, which the server checks', async () => {
    let sent: string | undefined;
    server.onRequest = ({ method, headers }) => {
      if (method === 'PUT') sent = String(headers['x-amz-checksum-crc32'] ?? headers['x-amz-trailer']);
      return undefined;
    };
    await store.put('a', bytes('x'));
    expect(sent).toMatch(/./);
    expect(sent).not.toBe('undefined');
  });
});

describe('presigned URLs', () => {
  test('let a client put and get without credentials', async () => {
    const put = await store.presignPut?.('datasets/a b/é+.csv', { expiresInSeconds: 60 });
    expect((await fetch(put ?? '', { method: 'PUT', body: 'x,y\n' })).status).toBe(200);
    expect(text((await store.get('datasets/a b/é+.csv')).body)).toBe('x,y\n');
    const get = await store.presignGet?.('datasets/a b/é+.csv', { expiresInSeconds: 60 });
    expect(await (await fetch(get ?? '')).text()).toBe('x,y\n');
  });

  test('hold for the content type they were signed for', async () => {
    const url = (await store.presignPut?.('a', { expiresInSeconds: 60, contentType: 'text/csv' })) ?? '';
    const put = (type: string) => fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': type } });
    expect((await put('text/html')).status).toBe(403);
    expect((await put('text/csv')).status).toBe(200);
    expect(server.buckets.get('bucket')?.objects.get('team/hone/a')?.contentType).toBe('text/csv');
  });

  test('expire', async () => {
    await store.put('a', bytes('x'));
    const url = (await store.presignGet?.('a', { expiresInSeconds: 60 })) ?? '';
    nowMs += 59_000;
    expect((await fetch(url)).status).toBe(200);
    nowMs += 3_000;
    expect((await fetch(url)).status).toBe(403);
  });

  test('hold for nothing else: not another key, method, time or signature', async () => {
    await store.put('a', bytes('x'));
    await store.put('b', bytes('secret'));
    const url = (await store.presignGet?.('a', { expiresInSeconds: 60 })) ?? '';
    const tampered = [
      url.replace('/a?', '/b?'),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'),
      url.replace(/X-Amz-Signature=../, 'X-Amz-Signature=00'),
      url.replace(/&X-Amz-Signature=[^&]*/, ''),
      `${url}&x-id=Other`,
    ];
    expect((await fetch(url)).status).toBe(200);
    for (const other of tampered) expect((await fetch(other)).status, other).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'y' })).status).toBe(403);
    expect(text((await store.get('a')).body)).toBe('x');
  });

  test('are made for valid keys only', async () => {
    await expect(store.presignPut?.('../a', { expiresInSeconds: 60 })).rejects.toThrow(InputError);
    await expect(store.presignGet?.('../a', { expiresInSeconds: 60 })).rejects.toThrow(InputError);
  });
});

describe('a process that uses a store', () => {
  /** Runs to its end, and prints the packages that it loaded. */
  const program = (location: string) => `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const resolved = next(specifier, context);
        const name = /node_modules\\/(@[^/]+\\/[^/]+)/.exec(resolved.url)?.[1];
        if (name) loaded.add(name);
        return resolved;
      },
    });
    const { openStore } = await import(${JSON.stringify(new URL('../../lib/store/open.ts', import.meta.url).href)});
    const store = await openStore(${JSON.stringify(location)});
    await store.put('a', new Uint8Array(10));
    await store.get('a');
    await store.list('');
    console.log([...loaded].join(' '));
  `;
  const run = async (location: string) => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL_S3: server.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    };
    const args = ['--input-type=module', '-e', program(location)];
    return (await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 })).stdout;
  };

  test('on S3 exits by itself, with client and endpoint from the environment', async () => {
    const loaded = await run('s3://bucket/x');
    expect(loaded).toContain('@aws-sdk/client-s3');
    expect(server.buckets.get('bucket')?.objects.has('x/a')).toBe(true);
  });

  test('in a folder loads no SDK', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hone-open-'));
    expect(await run(folder)).toBe('\n');
    await rm(folder, { recursive: true });
  });
});

describe('the test server', () => {
  const send = (input: ConstructorParameters<typeof ListObjectsV2Command>[0]) =>
    server.client().send(new ListObjectsV2Command({ ...input }));

  test('rolls keys up at a delimiter, page after page', async () => {
    for (const key of ['l/0/a', 'l/0/b', 'l/1/a', 'l/2', 'l/3/a']) await open({ prefix: '' }).put(key, bytes('x'));
    const seen = [];
    let token: string | undefined;
    do {
      const page = await send({ Bucket: 'bucket', Prefix: 'l/', Delimiter: '/', MaxKeys: 1, ContinuationToken: token });
      seen.push(
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ...(page.Contents ?? []).map(({ Key }) => Key),
      );
      expect(page.KeyCount).toBe(1);
      token = page.NextContinuationToken;
    } while (token);
    expect(seen).toEqual(['l/0/', 'l/1/', 'l/2', 'l/3/']);
  });

  test('takes streamed bodies apart, and checks their digests', async () => {
    const { Readable } = await import('node:stream');
    const pieces = [Buffer.alloc(100_000, 1), Buffer.alloc(50_000, 2)];
    const client = server.client();
    await client.send(
      new PutObjectCommand({ Bucket: 'bucket', Key: 's', Body: Readable.from(pieces), ContentLength: 150_000 }),
    );
    expect(server.buckets.get('bucket')?.objects.get('s')?.body.equals(Buffer.concat(pieces))).toBe(true);
    const wrong = new PutObjectCommand({
      Bucket: 'bucket',
      Key: 't',
      Body: 'x',
      ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==',
    });
    await expect(client.send(wrong)).rejects.toThrow(/content-md5 differs/);
    expect(server.buckets.get('bucket')?.objects.has('t')).toBe(false);
  });

  test('answers 304 and the last bytes, as browsers ask for them', async () => {
    const { tag } = await open({ prefix: '' }).put('a', bytes('0123456789'));
    const client = server.client();
    await expect(
      client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'a', IfNoneMatch: `"${tag}"` })),
    ).rejects.toThrow();
    const end = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a', Range: 'bytes=-3' }));
    expect([await end.Body?.transformToString(), end.ContentRange]).toEqual(['789', 'bytes 7-9/10']);
  });

  test('emits what was created, with the key as S3 writes it in events', async () => {
    const events: unknown[] = [];
    server.on('created', (record) => events.push(record));
    await store.put('datasets/a b/é+1.csv', bytes('xy'));
    expect(events).toMatchObject([
      {
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'bucket' }, object: { key: 'team/hone/datasets/a+b/%C3%A9%2B1.csv', size: 2 } },
      },
    ]);
  });
});

describe('openStore', () => {
  test('opens s3:// by its URL', async () => {
    expect((await openStore('s3://some-bucket/some/prefix')).location).toBe('s3://some-bucket/some/prefix/');
  });

  describe('when the environment lacks what AWS needs', () => {
    const nowhere = {
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    beforeEach(() => {
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
      for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);
    });
    afterEach(() => void vi.unstubAllEnvs());

    test('says which variable holds the region, and of which store', async () => {
      const unplaced = await openStore('s3://some-bucket/some/prefix');
      for (const ask of [
        () => unplaced.list('models/'),
        () => unplaced.get('models/a'),
        () => unplaced.put('models/a', bytes('x')),
      ]) {
        await expect(ask()).rejects.toMatchObject({
          name: 'InputError',
          message: expect.stringMatching(
            /^s3:\/\/some-bucket\/some\/prefix\/models\/.*: expected to know the region of the bucket, found none\. Set AWS_REGION, as in AWS_REGION=eu-central-1/,
          ),
        });
      }
    });

    test('says which variables hold the credentials', async () => {
      vi.stubEnv('AWS_REGION', 'eu-central-1');
      await expect((await openStore('s3://some-bucket')).list('')).rejects.toThrow(
        /^s3:\/\/some-bucket\/: .*Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
      );
    });
  });
});

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function text(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
