import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { folderStore } from '../../lib/store/folder.ts';
import { s3Store } from '../../lib/store/s3.ts';
import type { Store } from '../../lib/store/store.ts';
import { startS3Server } from './s3-server.ts';

/** Something that stores can be opened on, empty ones, while it runs. */
export interface Backend {
  openEmpty(): Store;
  stop(): Promise<void>;
}

/** Where Linux keeps a file system in memory: what is flushed there costs nothing. */
const MEMORY = '/dev/shm';

export async function startFolders(): Promise<Backend> {
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'hone-folder-'));
  return {
    openEmpty: () => folderStore(join(folder, randomUUID())),
    stop: () => rm(folder, { recursive: true }),
  };
}

export async function startOwnS3(): Promise<Backend> {
  const server = await startS3Server();
  const client = server.client();
  return {
    openEmpty: () => s3Store({ bucket: 'bucket', prefix: randomUUID(), client, backoffMs: () => 5 }),
    stop: () => server.close(),
  };
}

export function motoIsThere(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'moto_server'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export async function startMoto(): Promise<Backend> {
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, moto);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ region: 'us-east-1', endpoint, credentials, forcePathStyle: true });
  writeOneByOne(client);
  await client.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  return {
    openEmpty: () => s3Store({ bucket: 'bucket', prefix: randomUUID(), client }),
    stop: async () => {
      const gone = new Promise((resolve) => moto.once('exit', resolve));
      moto.kill();
      await gone;
    },
  };
}

/**
 * Lets one writing request at a time reach the server.
 *
 * moto 5.2.1 looks at If-Match and If-None-Match before it writes, and not as one with it, as S3 does: of two writes that
 * arrive together both may pass, now and then. Racers still overlap in what they read, and all but one are still refused
 * by the server's 412.
 */
function writeOneByOne(client: S3Client): void {
  let last: Promise<unknown> = Promise.resolve();
  client.middlewareStack.add(
    (next) => (args) => {
      const { method } = args.request as { method: string };
      if (method === 'GET' || method === 'HEAD') return next(args);
      const turn = last.then(() => next(args));
      last = turn.catch(() => undefined);
      return turn;
    },
    { step: 'deserialize', name: 'writeOneByOne', priority: 'low' },
  );
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  server.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 150; attempt++) {
    if (failure ?? server.exitCode !== null) throw failure ?? new Error(`moto_server ended with ${server.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill();
  throw new Error('moto_server did not answer within 30 s');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
