// Asks the function's own HTTP handler for one prediction, again and again, in this process: prints {"p50", "p99"} in ms.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle } from 'hono/aws-lambda';
import { localContext } from '../cli/context.ts';
import { powertoolsTelemetry } from '../functions/adapter/powertools.ts';
import { servicesOf } from '../functions/adapter/services.ts';
import { createApi } from '../functions/triggers/api.ts';
import { runPipeline } from '../lib/jobs/run.ts';
import { checkPipeline } from '../lib/pipeline/check-pipeline.ts';
import { resolvePipeline } from '../lib/pipeline/resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'hone-bench-'));
const lines = Array.from({ length: 500 }, (_, i) =>
  [i % 2, ...Array.from({ length: 28 }, (_, j) => ((i * (j + 3)) % 97) / 7)].join(','),
);
writeFileSync(
  join(folder, 'data.csv'),
  `label,${Array.from({ length: 28 }, (_, j) => `f${j}`).join(',')}\n${lines.join('\n')}\n`,
);
const context = await localContext({ store: join(folder, 'store'), folder });
const document = {
  name: 'bench',
  task: 'binary',
  data: { path: './data.csv', target: 'label' },
  evaluate: { gates: [] },
};
await runPipeline(context, resolvePipeline(checkPipeline(document, 'bench')));

const services = servicesOf({
  store: context.store,
  engine: () => {
    throw new Error('expected predictions only');
  },
  telemetry: powertoolsTelemetry(),
});
const answer = handle(createApi(services));
const row = Object.fromEntries(Array.from({ length: 28 }, (_, j) => [`f${j}`, j / 3]));
const event = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/models/bench/predictions',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'example.test' },
  requestContext: {
    http: { method: 'POST', path: '/models/bench/predictions' },
    domainName: 'example.test',
    stage: '$default',
  },
  body: JSON.stringify({ rows: [row] }),
  isBase64Encoded: false,
};
const quiet = process.stdout.write.bind(process.stdout);
process.stdout.write = (() => true) as typeof process.stdout.write;
const times: number[] = [];
for (let i = 0; i < 6000; i++) {
  const start = performance.now();
  const { statusCode, body } = (await answer(event as never, {} as never)) as { statusCode: number; body: string };
  if (statusCode !== 200) throw new Error(`expected 200, found ${statusCode}: ${body}`);
  if (i >= 2000) times.push(performance.now() - start);
}
process.stdout.write = quiet;
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.floor(share * times.length)];
console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99) }));
rmSync(folder, { recursive: true, force: true });
