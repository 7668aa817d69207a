// Trains from an S3 store on loopback that sends 80 MB/s at most: `node bench/slow-store.ts FILE` prints the whole time of
// `hone run`, and how it stands to the time in which the same client fetches the bytes and does nothing with them.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { s3Store } from '../lib/store/s3.ts';
import { startS3Server } from '../test/support/s3-server.ts';
import { script } from './programs.ts';
import { runHone } from './run-hone.ts';

const bytesPerSecond = 80e6;
const file = readFileSync(process.argv[2]);
const s3 = await startS3Server({ buckets: ['bench'] });
await s3Store({ bucket: 'bench', client: s3.client() }).put('datasets/bench/rows.csv', file);

/** When the line is free again: all connections share it. */
let freeAt = 0;
const throttled = () =>
  new Transform({
    transform(chunk: Buffer, _, done) {
      const now = performance.now();
      freeAt = Math.max(now, freeAt) + (chunk.length / bytesPerSecond) * 1000;
      const wait = freeAt - now;
      if (wait < 2) done(null, chunk);
      else setTimeout(() => done(null, chunk), wait);
    },
  });
const { port } = new URL(s3.url);
const proxy = createServer((client: Socket) => {
  const server = connect(Number(port), '127.0.0.1');
  client.pipe(server);
  server.pipe(throttled()).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const env = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
};
const transfer = await script('transfer.ts', ['s3://bench', 'datasets/bench/rows.csv'], { env });
if ('missing' in transfer) throw new Error('expected the time of the transfer');
const { seconds } = await runHone('datasets/bench/', { store: 's3://bench', env });
console.log(JSON.stringify({ seconds, transfer: transfer.seconds, overTransfer: seconds / transfer.seconds }));
process.exit(0);
