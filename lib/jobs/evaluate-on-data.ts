import { InputError } from '../core/errors.ts';
import { recipe } from '../core/recipe.ts';
import { makeFeatureRoom } from '../data/feature-room.ts';
import { readTable } from '../data/read.ts';
import type { Table } from '../data/table.ts';
import { labelledRows } from '../data/target.ts';
import { isFigure } from '../pipeline/gate-figures.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { ResolvedGate } from '../pipeline/resolve-gates.ts';
import { modelFile } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type LoadedModel, readVersion } from '../registry/versions.ts';
import { describeColumns } from '../report/columns.ts';
import { formatCount } from '../report/format.ts';
import type { Evaluation, Report } from '../report/report.ts';
import { putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import type { EvaluationResult } from './evaluate-model.ts';
import { evaluateRows } from './evaluate-rows.ts';
import { evaluationFootprint } from './footprint.ts';
import { checkGates } from './gates/check-gates.ts';
import { evidenceFor, type GateSubject } from './gates/model-evidence.ts';
import { conformed, kindsOf, laterSingles } from './later-data.ts';
import { packedReading } from './packed-reading.ts';
import { fitToRequest } from './prepare.ts';
import { evaluationColumns, neededColumns, readOptions, unnamedColumns } from './read-options.ts';
import { requestAt } from './recorded-request.ts';
import { release } from './release.ts';
import { reportTime, writeReport } from './reports.ts';
import { runKey } from './runs.ts';
import type { SourceObject } from './sources.ts';
import { timePrediction } from './time-prediction.ts';

/** A version, and the data to evaluate it on. */
export interface OnData {
  run: string;
  manifest: Manifest;
  /** The dataset, and those of its objects that are scored. */
  path: string;
  objects: SourceObject[];
  /** Score only the rows that the version's pipeline holds out of training. */
  heldOut: boolean;
}

/**
 * Evaluates a version on objects of a dataset, and writes the report and the result.
 *
 * @throws InputError when the data has no labels, or does not fit the version
 */
export async function evaluateOnData(
  context: Context,
  { run, manifest, path, objects, heldOut }: OnData,
): Promise<EvaluationResult> {
  const startMs = context.now();
  const request = requestAt(path, manifest);
  const wanted = evaluationColumns(manifest, request);
  const read = await readTable(objects, {
    ...readOptions(context, request.data),
    named: false,
    kinds: kindsOf(manifest),
    // Which rows are held out may follow from a hash of all that the training read.
    wanted: heldOut ? neededColumns(request) : wanted,
    mayLetGo: heldOut ? unnamedColumns(request) : (column) => !wanted(column),
    single: laterSingles(manifest),
    forModel: true,
    packed: await packedReading(context, objects),
  });
  try {
    return await evaluateTable(context, { run, manifest, request, read, heldOut, startMs });
  } finally {
    read.numbers?.source?.close();
  }
}

interface OnTable extends Pick<OnData, 'run' | 'manifest' | 'heldOut'> {
  request: Request;
  /** The data as it was read, and when that began. */
  read: Table;
  startMs: number;
}

async function evaluateTable(
  context: Context,
  { run, manifest, request, read, heldOut, startMs }: OnTable,
): Promise<EvaluationResult> {
  const { store } = context;
  const { name, version } = manifest;
  const table = conformed(manifest, read, { lacking: true });
  const { memoryBytes } = readOptions(context, request.data).limits;
  if (table.numbers && memoryBytes !== undefined) makeFeatureRoom(table, manifest.encoding.columns.length, memoryBytes);
  const { rows, on } = rowsToScore(request, table, heldOut);
  const model = await readVersion(store, name, version);
  const baselineOn = { table, rows, whose: 'these rows' };
  const scored = evaluateRows(model, table, rows, { on, baselineOn, request });
  const { evaluation } = scored;
  const { figures, ...judged } = judge(context, model, { ...scored.subject, evaluation, request });
  const { footprint, footprintBasis } = await evaluationFootprint(context, startMs);
  const report = evaluationReport(manifest, {
    run,
    request,
    table,
    evaluation,
    ...judged,
    footprint: { ...footprint, ...figures },
    footprintBasis,
    createdAt: await reportTime(context, run),
  });
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

/** Judges a version by those of its pipeline's gates that apply; `figures` are what such gates may read besides metrics. */
function judge(
  context: Context,
  model: LoadedModel,
  { evaluation, request, ...subject }: GateSubject & { evaluation: Evaluation; request: Request },
): Pick<Evaluated, 'verdict' | 'leftOut'> & { figures: Record<string, number> } {
  const { asked, leftOut } = gatesOfVersion(request);
  const isTimed = asked.some(({ metric }) => metric === 'predictionMs');
  const figures = {
    modelBytes: model.manifest.files[modelFile].size,
    ...(isTimed && { predictionMs: timePrediction(context, model, subject) }),
  };
  const verdict = checkGates(asked, {
    metrics: evaluation.metrics,
    baseline: evaluation.baseline?.metrics ?? {},
    champion: undefined,
    rowCount: evaluation.rowCount,
    evidence: evidenceFor(asked, subject),
    figures,
  });
  return { verdict, leftOut, figures };
}

interface Evaluated {
  run: string;
  request: Request;
  table: Table;
  evaluation: Evaluation;
  verdict: ReturnType<typeof checkGates>;
  /** A sentence for each gate that was not judged, with the reason. */
  leftOut: string[];
  footprint: Record<string, number>;
  footprintBasis: string;
  createdAt: string;
}

function evaluationReport(
  { name, version, task, encoding, request: content }: Manifest,
  { run, request, table, evaluation, verdict, leftOut, footprint, footprintBasis, createdAt }: Evaluated,
): Report {
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
      ...verdict,
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
      warnings: [...leftOut, ...table.warnings],
    },
    evaluation,
    request: content as Report['request'],
    defaults: [],
    footprint,
    footprintBasis,
    generatedBy: { name: 'hone', version: release, recipe },
  };
}

/**
 * The gates that apply to one version on new rows, and why the others do not. The default gate is for trainings only.
 */
function gatesOfVersion({ evaluate }: Request): { asked: ResolvedGate[]; leftOut: string[] } {
  const asked: ResolvedGate[] = [];
  const leftOut: string[] = [];
  for (const gate of evaluate.gates.filter(({ byDefault }) => !byDefault)) {
    const why = reasonToLeaveOut(gate);
    if (why === undefined) asked.push(gate);
    else leftOut.push(`The gate on ${gate.metric} was left out: ${why}.`);
  }
  return { asked, leftOut };
}

function reasonToLeaveOut(gate: ResolvedGate): string | undefined {
  if ('noWorseThan' in gate && gate.noWorseThan === 'champion') {
    return 'it compares with champion, and an evaluation is of one version';
  }
  const isKnown = !isFigure(gate.metric) || gate.metric === 'modelBytes' || gate.metric === 'predictionMs';
  return isKnown ? undefined : 'it is of what a training takes, and an evaluation trains nothing';
}
