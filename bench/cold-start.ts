// Times a packaged function from the spawn of its process to its first answer, against an S3 store on loopback, and an
// empty handler likewise: `node bench/cold-start.ts train|evaluate|api` prints both, and the difference, in ms.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { s3Store } from '../lib/store/s3.ts';
import { unzipBundle } from '../test/support/bundles.ts';
import { eventNames, functionOf, readEvent, seedForEvents } from '../test/support/events.ts';
import { startS3Server } from '../test/support/s3-server.ts';
import { timed } from './programs.ts';

const name = process.argv[2];
const bucket = 'example-hone-data';
const s3 = await startS3Server({ buckets: [bucket] });
await seedForEvents(s3Store({ bucket, client: s3.client() }));
const sample = eventNames.find((event) => functionOf(event, [name]) === name);
if (!sample) throw new Error(`expected a sample event of ${name}, found none`);

const folder = mkdtempSync(join(tmpdir(), 'hone-bench-'));
const empty = join(folder, 'empty.mjs');
writeFileSync(empty, 'export const handler = async () => ({ statusCode: 204 });\n');
const caller = (module: string) => `
const { handler } = await import(${JSON.stringify(pathToFileURL(module).href)});
const answer = await handler(${JSON.stringify(readEvent(sample))}, { awsRequestId: 'a', functionName: 'b', getRemainingTimeInMillis: () => 900000 });
if (!answer) throw new Error('expected an answer');
process.exit(0);`;
const env = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  AWS_ENDPOINT_URL_S3: s3.url,
  HONE_BUCKET: bucket,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
};
const start = async (module: string): Promise<number> => {
  const { seconds, status, stderr } = await timed(process.execPath, ['--input-type=module', '-e', caller(module)], {
    env,
  });
  if (status !== 0) throw new Error(`${name}: ${stderr.slice(-500)}`);
  return seconds * 1000;
};
const { module } = unzipBundle(name);
await start(module);
const emptyMs = await start(empty);
const fullMs = await start(module);
console.log(JSON.stringify({ emptyMs, fullMs, overEmptyMs: fullMs - emptyMs }));
process.exit(0);
