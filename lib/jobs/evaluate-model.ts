import { InputError } from '../core/errors.ts';
import { recipe } from '../core/recipe.ts';
import { readTable } from '../data/read.ts';
import type { Table } from '../data/table.ts';
import { labelledRows } from '../data/target.ts';
import { isFigure } from '../pipeline/gate-figures.ts';
import type { Request } from '../pipeline/resolve.ts';
import { modelFile } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { readManifest, readVersion } from '../registry/versions.ts';
import { describeColumns } from '../report/columns.ts';
import { formatCount } from '../report/format.ts';
import type { Evaluation, Metrics, Report } from '../report/report.ts';
import { putJson, readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';
import { evaluateRows } from './evaluate-rows.ts';
import { evidenceFor, type GateSubject } from './gate-evidence.ts';
import { checkGates, verdictSentence } from './gates.ts';
import { conformed, kindsOf } from './later-data.ts';
import { resolveVersion, type VersionChoice } from './open-model.ts';
import { fitToRequest } from './prepare.ts';
import { evaluationColumns, neededColumns, readOptions, unnamedColumns } from './read-options.ts';
import { requestAt } from './recorded-request.ts';
import { release } from './release.ts';
import { reportTime, writeReport } from './reports.ts';
import { identityOf, runKey, shortHash } from './runs.ts';
import { listDataset, type SourceObject } from './sources.ts';

/** What came of an evaluation, kept as runs/<run>/result.json. */
export interface EvaluationResult {
  /** Names the evaluation by model, version, each object's key and tag, and the recipe. */
  run: string;
  model: string;
  version: string;
  /** `found` when the same version was evaluated on the same objects before. */
  status: 'evaluated' | 'found';
  gate: Report['verdict']['gate'];
  metrics: Metrics;
  /** Which rows were scored. */
  on: string;
  /** Key of the report's JSON; the page lies beside it. */
  report: string;
}

/**
 * Evaluates a registered version on labelled data, and writes a report under reports/<name>/.
 *
 * @param options.path the dataset
 * @param options.only which of the dataset's objects to score; all when left out
 * @param options.heldOut score only the rows that the version's pipeline holds out of training
 * @throws NotFoundError when there is no such version
 * @throws InputError when the data lacks a column that the model needs, or has no labels
 */
export async function evaluateModel(
  context: Context,
  options: VersionChoice & { path: string; only?: (object: SourceObject) => boolean; heldOut?: boolean },
): Promise<EvaluationResult> {
  const { store } = context;
  const { name, path, only = () => true, heldOut = false } = options;
  const version = await resolveVersion(context, options);
  const manifest = await readManifest(store, name, version);
  const objects = (await listDataset(context, path)).filter(only);
  const run = shortHash({ kind: 'evaluation', name, version, heldOut, objects: identityOf(objects), recipe });
  const found = await readIfThere<EvaluationResult>(store, runKey(run, 'result.json'));
  if (found) return { ...found, status: 'found' };

  const request = requestAt(path, manifest);
  const wanted = evaluationColumns(manifest, request);
  const read = await readTable(objects, {
    ...readOptions(context, request.data),
    named: false,
    kinds: kindsOf(manifest),
    // Which rows are held out may follow from a hash of all that the training read.
    wanted: heldOut ? neededColumns(request) : wanted,
    mayLetGo: heldOut ? unnamedColumns(request) : (column) => !wanted(column),
    forModel: true,
  });
  const table = conformed(manifest, read, { lacking: true });
  const { rows, on } = rowsToScore(request, table, heldOut);
  const model = await readVersion(store, name, version);
  const baselineOn = { table, rows, whose: 'these rows' };
  const { evaluation, subject } = evaluateRows(model, table, rows, { on, baselineOn, request });
  const createdAt = await reportTime(context, run);
  const report = evaluationReport(manifest, { run, request, table, evaluation, subject, createdAt });
  const result: EvaluationResult = {
    run,
    model: name,
    version,
    status: 'evaluated',
    gate: report.verdict.gate,
    metrics: evaluation.metrics,
    on,
    report: await writeReport(context, report),
  };
  await putJson(store, runKey(run, 'result.json'), result);
  return result;
}

/** The rows that have labels, or those of them that are held out, and a sentence that says which they are. */
function rowsToScore(request: Request, table: Table, heldOut: boolean): { rows: Int32Array; on: string } {
  const { path, target } = request.data;
  const rows = heldOut ? fitToRequest(request, table).test : labelledRows(table, target).rows;
  if (rows.length === 0) {
    throw new InputError(`${path}, column "${target}": expected labels to compare with, found none`);
  }
  if (heldOut && request.data.split === 'none') {
    const on = `The ${formatCount(rows.length, 'row')} of ${path} that it was trained on, since its pipeline holds none out: expect worse on new data.`;
    return { rows, on };
  }
  const on = heldOut
    ? `The ${formatCount(rows.length, 'row')} of ${path} held out of training.`
    : `The ${formatCount(rows.length, 'labelled row')} of ${formatCount(table.objects.length, 'object')} at ${path}.`;
  return { rows, on };
}

function evaluationReport(
  { name, version, task, encoding, files, request: content }: Manifest,
  {
    run,
    request,
    table,
    evaluation,
    subject,
    createdAt,
  }: { run: string; request: Request; table: Table; evaluation: Evaluation; subject: GateSubject; createdAt: string },
): Report {
  const asked = gatesOfVersion(request);
  const gates = checkGates(asked, {
    metrics: evaluation.metrics,
    baseline: evaluation.baseline?.metrics ?? {},
    champion: undefined,
    rowCount: evaluation.rowCount,
    evidence: evidenceFor(asked, subject),
    figures: { modelBytes: files[modelFile].size },
  });
  const { target } = request.data;
  const features = new Set(encoding.features.map((feature) => feature.name));
  return {
    schemaVersion: 1,
    kind: 'evaluation',
    name,
    title: `Evaluation of ${name}`,
    task,
    run,
    version,
    createdAt,
    verdict: {
      ...gates,
      sentence: verdictSentence(gates),
      champion: { moved: false, version: null, sentence: 'An evaluation moves no alias.' },
    },
    data: {
      objects: table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount })),
      rowCount: table.rowCount,
      trainingRowCount: 0,
      testRowCount: evaluation.rowCount,
      split: evaluation.on,
      target,
      columns: describeColumns(table, (column) => ({
        role: column === target ? 'target' : features.has(column) ? 'feature' : 'excluded',
      })),
      warnings: table.warnings,
    },
    evaluation,
    request: content as Report['request'],
    defaults: [],
    generatedBy: { name: 'hone', version: release, recipe },
  };
}

/**
 * The gates that have something to say of one version on new rows: none that compares with champion, reads what a training
 * took, or was there by default for a training alone.
 */
const gatesOfVersion = ({ evaluate }: Request) =>
  evaluate.gates.filter(
    (gate) =>
      !gate.byDefault &&
      !('noWorseThan' in gate && gate.noWorseThan === 'champion') &&
      (!isFigure(gate.metric) || gate.metric === 'modelBytes'),
  );
