import { InputError } from '../core/errors.ts';
import { recipe } from '../core/recipe.ts';
import { encodingKinds } from '../data/encode.ts';
import { readTable } from '../data/read.ts';
import { checkSchema, conformTable, schemaKinds } from '../data/schema/schema.ts';
import type { Table } from '../data/table.ts';
import { labelledRows } from '../data/target.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Manifest } from '../registry/manifest.ts';
import { readManifest, readVersion } from '../registry/versions.ts';
import { describeColumns } from '../report/columns.ts';
import { formatCount } from '../report/format.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import type { Metrics, Report } from '../report/report.ts';
import { putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import { evaluateRows } from './evaluate.ts';
import { checkGates, verdictSentence } from './gates.ts';
import { resolveVersion } from './predict.ts';
import { fitToRequest } from './prepare.ts';
import { release } from './release.ts';
import { readIfThere, runKey, shortHash } from './runs.ts';
import { listDataset, type SourceObject } from './sources.ts';

export interface EvaluationResult {
  /** Names the evaluation by model, version, each object's key and tag, and the recipe. */
  run: string;
  model: string;
  version: string;
  /** `found` when the same version was evaluated on the same objects before. */
  status: 'evaluated' | 'found';
  gate: 'pass' | 'fail' | 'none';
  metrics: Metrics;
  /** Which rows were scored. */
  on: string;
  /** Key of the report's JSON; the page lies beside it. */
  report: string;
}

/**
 * Evaluates a registered version on labelled data, and writes a report under reports/<name>/.
 *
 * @param options.path the dataset; without it, the pipeline's own
 * @param options.only which of the dataset's objects to score; all when left out
 * @param options.heldOut score only the rows that the version's pipeline holds out of training
 * @throws InputError when the data lacks a column that the model needs, or has no labels
 */
export async function evaluateModel(
  context: Context,
  options: {
    name: string;
    version?: string;
    alias?: string;
    path: string;
    only?: (object: SourceObject) => boolean;
    heldOut?: boolean;
  },
): Promise<EvaluationResult> {
  const { store } = context;
  const { name, path, only = () => true, heldOut = false } = options;
  const version = await resolveVersion(context, options);
  const manifest = await readManifest(store, name, version);
  const objects = (await listDataset(context, path)).filter(only);
  const run = shortHash({
    kind: 'evaluation',
    name,
    version,
    heldOut,
    objects: objects.map(({ key, tag }) => ({ key, tag })),
    recipe,
  });
  const found = await readIfThere<EvaluationResult>(store, runKey(run, 'result.json'));
  if (found) return { ...found, status: 'found' };

  const model = await readVersion(store, name, version);
  const request = requestOf(manifest, path);
  const read = await readTable(objects, {
    header: request.data.header,
    kinds: kindsOf(manifest),
    maxColumns: request.data.limits.columns,
  });
  const table = conformed(manifest, read);
  const { target } = request.data;
  const rows = heldOut ? fitToRequest(request, table).test : labelledRows(table, target).rows;
  if (rows.length === 0)
    throw new InputError(`${path}, column "${target}": expected labels to compare with, found none`);
  const on = heldOut
    ? `The ${formatCount(rows.length, 'row')} of ${path} held out of training.`
    : `The ${formatCount(rows.length, 'labelled row')} of ${formatCount(objects.length, 'object')} at ${path}.`;
  const evaluation = evaluateRows(model, table, rows, {
    on,
    baselineOn: { table, rows, whose: 'these rows' },
    request,
  });
  const gates = checkGates(absoluteGates(request), {
    metrics: evaluation.metrics,
    baseline: evaluation.baseline.metrics,
    champion: undefined,
  });
  const features = new Set(manifest.encoding.features.map((feature) => feature.name));
  const report: Report = {
    schemaVersion: 1,
    kind: 'evaluation',
    name,
    title: `Evaluation of ${name}`,
    task: manifest.task,
    run,
    version,
    createdAt: new Date(context.now()).toISOString(),
    verdict: {
      ...gates,
      sentence: verdictSentence(gates),
      champion: { moved: false, version: null, sentence: 'An evaluation moves no alias.' },
    },
    data: {
      objects: table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount })),
      rowCount: table.rowCount,
      trainingRowCount: 0,
      testRowCount: rows.length,
      split: on,
      target,
      columns: describeColumns(table, (column) => ({
        role: column === target ? 'target' : features.has(column) ? 'feature' : 'excluded',
      })),
      warnings: table.warnings,
    },
    evaluation,
    request: manifest.request as Report['request'],
    defaults: [],
    generatedBy: { name: 'hone', version: release, recipe },
  };
  const key = await writeReport(context, report);
  const { metrics } = evaluation;
  const result: EvaluationResult = {
    run,
    model: name,
    version,
    status: 'evaluated',
    gate: gates.gate,
    metrics,
    on,
    report: key,
  };
  await putJson(store, runKey(run, 'result.json'), result);
  return result;
}

/** Keeps a report as reports/<name>/<time>-<kind>.json and .html; answers the first one's key. */
export async function writeReport({ store }: Context, report: Report): Promise<string> {
  const time = report.createdAt.replace(/[-:]/g, '').replace(/\.\d+/, '');
  const base = `reports/${report.name}/${time}-${report.kind}`;
  await store.put(`${base}.html`, new TextEncoder().encode(renderHtml(report)), {
    contentType: 'text/html; charset=utf-8',
  });
  await store.put(`${base}.json`, new TextEncoder().encode(renderJson(report)), { contentType: 'application/json' });
  return `${base}.json`;
}

/** The request that a version was made from, with its data at `path`. */
export function requestOf({ request }: Manifest, path: string): Request {
  const content = request as Omit<Request, 'data' | 'schedule'> & { data: Omit<Request['data'], 'path' | 'ready'> };
  return { ...content, data: { ...content.data, path, ready: { quietSeconds: 0 } }, schedule: null };
}

/** The kinds of the columns that a model knows: a later dataset is read as the first one was. */
export function kindsOf(manifest: Manifest): Record<string, 'number' | 'category'> {
  const { target, request } = manifest;
  const { data } = request as Pick<Request, 'data'>;
  return { ...featureKinds(manifest), [data.target]: 'classes' in target ? target.kind : 'number' };
}

/** The kinds to read a model's features in. What a schema knows to be numbers is looked at, and told when it is not. */
export function featureKinds({ encoding, schema }: Manifest): Record<string, 'number' | 'category'> {
  return schema ? schemaKinds(schema) : encodingKinds(encoding);
}

/** A later table as the model's encoding takes it; how it breaks the model's schema is added to its warnings. */
export function conformed({ schema }: Manifest, table: Table): Table {
  if (!schema) return table;
  const warnings = [...table.warnings, ...checkSchema(schema, table)];
  return { ...conformTable(schema, table), warnings };
}

// A gate that compares with champion has nothing to say of one version on new rows.
const absoluteGates = ({ evaluate }: Request) =>
  evaluate.gates.filter((gate) => !('noWorseThan' in gate && gate.noWorseThan === 'champion'));
