import { html } from 'hono/html';
import type { Context } from '../../../lib/jobs/context.ts';
import type { ListedPipeline } from '../../../lib/jobs/pipelines.ts';
import { type RunError, type RunRequest, type RunResult, readOutcome, runKey } from '../../../lib/jobs/runs.ts';
import type { Signature } from '../../../lib/registry/manifest.ts';
import { readManifest } from '../../../lib/registry/versions.ts';
import { readIfThere } from '../../../lib/store/json.ts';
import { listAll } from '../../../lib/store/list.ts';
import { latestFailure } from '../../adapter/attempts.ts';
import { summariseModels } from './models.ts';
import type { Route } from './route.ts';

export const page: Route[] = [
  {
    method: 'get',
    path: '/',
    summary: 'A page to look at: models, trainings and reports, and how to begin.',
    parameters: {},
    answers: { 200: { description: 'The page.', content: 'text/html' } },
    problems: [],
    async handle({ context, url }) {
      const { listPipelines } = await import('../../../lib/jobs/pipelines.ts');
      const [models, pipelines, trainings, reports] = await Promise.all([
        summariseModels(context),
        listPipelines(context.store),
        latestTrainings(context),
        latestReports(context),
      ]);
      const example = await exampleOf(context, models);
      const body = await render({ models, pipelines, trainings, reports, origin: url.origin, example });
      return new Response(String(body), {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
      });
    },
  },
];

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Most entries of a list on the page. */
const listLimit = 20;
/** Most objects that are looked through for the latest of them. */
const lookLimit = 5_000;

interface Content {
  models: Awaited<ReturnType<typeof summariseModels>>;
  pipelines: ListedPipeline[];
  trainings: { name: string; run: string; result?: RunResult; error?: RunError }[];
  reports: string[];
  origin: string;
  example: Example;
}

/** What the first commands speak of. */
interface Example {
  name: string;
  row: Record<string, unknown>;
}

const render = ({ models, pipelines, trainings, reports, origin, example }: Content) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>hone</title>
<link rel="icon" href="data:,">
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
pre { overflow-x: auto; padding: .8rem; background: color-mix(in srgb, currentColor 8%, transparent) }
code { overflow-wrap: anywhere }
.why { overflow-wrap: anywhere; white-space: pre-line }
</style>
</head>
<body>
<h1>hone</h1>
<main>
<h2>Models</h2>
${
  models.length === 0
    ? html`<p>None yet. Put a dataset and a pipeline into the store, and the first is on its way.</p>`
    : html`<table><thead><tr><th>Model</th><th>Champion</th><th>On held-out rows</th></tr></thead><tbody>
${models.map(({ name, champion, metric, links }) => html`<tr><td><a href="${links.self}">${name}</a></td><td>${champion ? html`<code>${champion.slice(0, 12)}</code>` : 'none'}</td><td>${metric ? `${metric.name} ${metric.value?.toPrecision(5) ?? 'undefined'}` : ''}</td></tr>\n`)}</tbody></table>`
}
<h2>Trainings</h2>
${
  trainings.length === 0
    ? html`<p>None yet.</p>`
    : html`<table><thead><tr><th>Pipeline</th><th>Run</th><th>Gates</th><th>Report</th></tr></thead><tbody>
${trainings.map(renderTraining)}</tbody></table>`
}
<h2>Evaluations and inspections</h2>
${
  reports.length === 0
    ? html`<p>None yet.</p>`
    : html`<ul>${reports.map((key) => html`<li><a href="/${key.split('/').map(encodeURIComponent).join('/')}">${key.slice('reports/'.length)}</a></li>\n`)}</ul>`
}
<h2>Pipelines</h2>
${
  pipelines.length === 0
    ? html`<p>None yet.</p>`
    : html`<ul>${pipelines.map((entry) => html`<li><code>${entry.key}</code>${'problem' in entry ? html`: ${entry.problem.message}` : ''}</li>\n`)}</ul>`
}
<h2>Begin</h2>
<pre>curl ${origin}/models
curl -X POST ${origin}/datasets/${example.name} -H 'content-type: application/json' -d '{"file": "data.csv"}'
curl -X POST ${origin}/trainings -H 'content-type: application/json' -d '{"pipeline": "${example.name}"}'
curl -X POST ${origin}/models/${example.name}/predictions -H 'content-type: application/json' -d '${inShell(JSON.stringify({ rows: [example.row] }))}'</pre>
<p>All operations are described in <a href="/openapi.json">openapi.json</a>.</p>
</main>
</body>
</html>
`;

const renderTraining = ({ name, run, result, error }: Content['trainings'][number]) =>
  html`<tr><td>${name}</td><td><a href="/trainings/${run}"><code>${run.slice(0, 12)}</code></a></td>${
    result
      ? html`<td>${result.gate}</td><td><a href="/trainings/${run}/report.html">report</a></td>`
      : html`<td>failed</td><td class="why">${error?.name}: ${error?.message}</td>`
  }</tr>\n`;

/** A row as the first model with a champion takes it; of a model to come, where there is none. */
async function exampleOf({ store }: Context, models: Content['models']): Promise<Example> {
  const model = models.find(({ champion }) => champion !== null);
  if (!model?.champion) return { name: 'houses', row: { x: 1 } };
  const { signature } = await readManifest(store, model.name, model.champion);
  return { name: model.name, row: Object.fromEntries(signature.inputs.map((input) => [input.name, valueFor(input)])) };
}

function valueFor({ kind, levels }: Signature['inputs'][number]): string | number {
  if (kind === 'number') return 1;
  if (kind === 'date-time') return '2026-01-31';
  return levels?.[0] ?? 'text';
}

/** A text within the single quotes of a shell. */
const inShell = (text: string): string => text.replaceAll("'", `'\\''`);

/** The trainings that ended last, well or in an error. */
async function latestTrainings(context: Context): Promise<Content['trainings']> {
  const ends = await newest(context, 'runs/', (key) => /^runs\/[0-9a-f]{32}\/(report|error)\.json$/.test(key));
  const read = [...new Set(ends.map((key) => key.split('/')[1]))].map(async (run) => {
    const [request, { result }, error] = await Promise.all([
      readIfThere<Partial<RunRequest>>(context.store, runKey(run, 'request.json')),
      readOutcome(context.store, run),
      latestFailure(context, run),
    ]);
    // A scoring has a request of another shape, an inspection has none.
    if (!request?.request || !(result ?? error)) return [];
    return [{ name: request.request.name, run, ...(result ? { result } : { error }) }];
  });
  return (await Promise.all(read)).flat();
}

const latestReports = (context: Context): Promise<string[]> =>
  newest(context, 'reports/', (key) => key.endsWith('.html'));

async function newest(
  { store }: Pick<Context, 'store'>,
  prefix: string,
  isWanted: (key: string) => boolean,
): Promise<string[]> {
  const found: { key: string; modifiedMs: number }[] = [];
  let looked = 0;
  for await (const { key, modifiedMs } of listAll(store, prefix)) {
    if (isWanted(key)) found.push({ key, modifiedMs });
    if (++looked === lookLimit) break;
  }
  return found
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(0, listLimit)
    .map(({ key }) => key);
}
