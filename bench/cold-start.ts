// Times a packaged function from the spawn of its process to its first answer, against an S3 store on loopback, and an
// empty handler likewise: `node bench/cold-start.ts train|evaluate|api` prints both, and the difference, in ms.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { s3Store } from '../lib/store/s3.ts';
import { unzipBundle } from '../test/support/bundles.ts';
import { eventNames, functionOf, readEvent, seedForEvents } from '../test/support/events.ts';
import { startS3Server } from '../test/support/s3-server.ts';

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
process.getBuiltinModule('fs').writeSync(1, 'answered');
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
/** Milliseconds until the process says that it has its answer: how long it then takes to end is nobody's wait. */
const start = (module: string) =>
  new Promise<number>((resolve, reject) => {
    const from = performance.now();
    const options = ['--input-type=module', '-e', caller(module)];
    const child = spawn(process.execPath, options, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [answeredMs, stderr] = [Number.NaN, ''];
    child.stdout.once('data', () => (answeredMs = performance.now() - from));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(answeredMs);
      else reject(new Error(`${name}: ${stderr.slice(-500)}`));
    });
  });
const { module } = unzipBundle(name);
await start(module);
const emptyMs = await start(empty);
const fullMs = await start(module);
console.log(JSON.stringify({ emptyMs, fullMs, overEmptyMs: fullMs - emptyMs }));
process.exit(0);
