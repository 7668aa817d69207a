import { ConflictError, InputError, NotFoundError } from '../core/errors.ts';
import { type AliasState, champion, moveAlias, readAlias } from '../registry/aliases.ts';
import { evaluationFile, modelFile, versionKey } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { readManifest, readVersion, writeVersion } from '../registry/versions.ts';
import type { Evaluation, Metrics, Report } from '../report/report.ts';
import { jsonBytes, putJson, readIfThere, readJson } from '../store/json.ts';
import { readCandidate } from './candidate.ts';
import { putCard } from './cards.ts';
import type { Context } from './context.ts';
import { type EvaluatedRun, evaluateChampion, evaluateHeldOut } from './evaluate.ts';
import { metricNames } from './evaluate-rows.ts';
import { footprintOf } from './footprint.ts';
import { checkGates, ungated } from './gates/check-gates.ts';
import { evidenceFor, type KeptEvidence, needsEvidence } from './gates/model-evidence.ts';
import { otherQuestion } from './gates/other-question.ts';
import { generationOf } from './generations.ts';
import { versionMetrics } from './models.ts';
import { type Prepared, prepare } from './prepare.ts';
import { readProgress } from './progress.ts';
import { putReport } from './reports.ts';
import { type RunRequest, type RunResult, type RunStep, readOutcome, readRun, runKey } from './runs.ts';
import { timePrediction } from './time-prediction.ts';
import { trainingReport } from './training-report.ts';

type Verdict = Report['verdict'];

/** What became of a candidate. */
export interface RegisterOutcome {
  run: string;
  /** False when `champion` moved after the evaluation: evaluate again, against the new one. */
  done: boolean;
  version: string;
  gate: RunResult['gate'];
}

/**
 * Registers a run's candidate as a version, moves `champion` when the gates hold, and writes the run's report and
 * result. Doing it again changes nothing.
 */
export async function register(context: Context, { run, kept }: RunStep): Promise<RegisterOutcome> {
  const { store } = context;
  const request = kept ?? (await readRun(store, run));
  const { manifest, body: model } = await readCandidate(store, run);
  const { version } = manifest;
  const { result } = await readOutcome(store, run);
  if (result) return { run, done: true, version, gate: result.gate };

  const evaluated = await readJson<EvaluatedRun>(store, runKey(run, 'evaluation.json'));
  const { signing } = context;
  const files = { manifest, model, evaluation: jsonBytes(evaluated.evaluation) };
  await writeVersion(signing?.store ?? store, files, { signingKey: signing?.key });

  // Kept before the report is made: by the time that a killed run is tried again, a later one may have moved champion.
  let verdict = await readIfThere<Verdict>(store, runKey(run, 'decision.json'));
  if (!verdict) {
    const gates = checkGates(request.request.evaluate.gates, {
      metrics: evaluated.evaluation.metrics,
      baseline: evaluated.evaluation.baseline?.metrics ?? {},
      champion: evaluated.championVersion === null ? undefined : (evaluated.championMetrics ?? 'unscored'),
      championQuestion: evaluated.championQuestion,
      rowCount: evaluated.evaluation.rowCount,
      evidence: evaluated.gateEvidence,
      figures: await figuresOf(context, run, manifest, evaluated),
    });
    const decided = await decide(context, request, manifest, gates.gate, evaluated);
    if (!decided) return { run, done: false, version, gate: gates.gate };
    verdict = { ...gates, ...(gates.gate === 'none' && { sentence: ungated }), champion: decided };
    await putJson(store, runKey(run, 'decision.json'), verdict);
  }
  await finish(context, request, { manifest, evaluated, verdict, status: 'trained' });
  return { run, done: true, version, gate: verdict.gate };
}

/** Finishes a run whose version another run had trained before: a report and a result, and no alias is moved. */
export async function registerFound(context: Context, { run, kept }: RunStep): Promise<RegisterOutcome> {
  const { store } = context;
  const request = kept ?? (await readRun(store, run));
  const prepared = await prepare(context, request);
  const { version } = prepared;
  const { name } = request.request;
  const manifest = await readManifest(store, name, version);
  const evaluation = await readJson<Evaluation>(store, versionKey(name, version, evaluationFile));
  const state = await readAlias(store, name, champion);
  const again = await measureAgain(context, request, prepared, manifest);
  const championQuestion = state && (await questionBeside(context, manifest, state.version));
  const ofChampion = again.evidence
    ? again.championMetrics
    : state && (await versionMetrics(context, name, state.version));
  const gates = checkGates(request.request.evaluate.gates, {
    metrics: evaluation.metrics,
    baseline: evaluation.baseline?.metrics ?? {},
    champion: state && (ofChampion ?? 'unscored'),
    championQuestion,
    rowCount: evaluation.rowCount,
    evidence: again.evidence,
    figures: await figuresOf(context, run, manifest, again),
  });
  const verdict: Verdict = {
    ...gates,
    sentence: `Version ${version} was trained before, from the same data and request.`,
    champion: {
      moved: false,
      version: state?.version ?? null,
      sentence: 'Champion stays as it is: finding work already done never moves it.',
    },
  };
  const evaluated: EvaluatedRun = { evaluation, championVersion: state?.version ?? null, championMetrics: null };
  await finish(context, request, { manifest, evaluated, verdict, status: 'found' });
  return { run, done: true, version, gate: gates.gate };
}

/** How the champion's target or task differs from a version's, where it does and the champion can be read. */
async function questionBeside({ store }: Context, manifest: Manifest, version: string): Promise<string | undefined> {
  if (version === manifest.version) return undefined;
  try {
    return otherQuestion(manifest, await readManifest(store, manifest.name, version));
  } catch (error) {
    if (error instanceof InputError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The figures that gates may read: the model's size and latency, and what its training has taken so far. */
async function figuresOf(
  context: Context,
  run: string,
  { files }: Manifest,
  { predictionMs }: Pick<EvaluatedRun, 'predictionMs'>,
): Promise<Record<string, number>> {
  const { milliseconds } = await readProgress(context.store, run);
  const { measures } = await footprintOf(context, milliseconds);
  return { ...measures, modelBytes: files[modelFile].size, ...(predictionMs !== undefined && { predictionMs }) };
}

/** Measures a version that was found again, for gates that need more than its stored evaluation. */
async function measureAgain(
  context: Context,
  { request }: RunRequest,
  prepared: Prepared,
  manifest: Manifest,
): Promise<{ evidence?: (KeptEvidence | null)[]; championMetrics?: Metrics | null; predictionMs?: number }> {
  const { gates } = request.evaluate;
  const isTimed = gates.some(({ metric }) => metric === 'predictionMs');
  const isUnsure = gates.some(needsEvidence);
  if (!isTimed && !isUnsure) return {};
  const model = await readVersion(context.store, manifest.name, manifest.version);
  const timed = isTimed && { predictionMs: timePrediction(context, model, prepared.heldOut) };
  if (!isUnsure) return { ...timed };
  const { measured, subject } = evaluateHeldOut(model, prepared, request);
  const rival = await evaluateChampion(context, manifest, { prepared, request, measured });
  const evidence = evidenceFor(gates, { ...subject, champion: rival.predictions });
  return { ...timed, evidence, championMetrics: rival.championMetrics };
}

/**
 * Where champion points after this run, and why; undefined when it moved since the evaluation looked at it.
 *
 * A model of newer data stays champion, however late the training of an older one ends.
 */
async function decide(
  context: Context,
  { run, generation: noted }: Pick<RunRequest, 'run' | 'generation'>,
  { name, version }: Manifest,
  gate: RunResult['gate'],
  { championVersion, championProblem, championQuestion }: EvaluatedRun,
): Promise<Verdict['champion'] | undefined> {
  const { store } = context;
  const generation = await generationOf(context, { run, name, generation: noted });
  const state = await readAlias(store, name, champion);
  const moves = (): Promise<boolean> => movesChampion(context, name, { to: version, from: state, generation });
  const isSuperseded = generation !== undefined && (state?.generation ?? 0) >= generation;
  if (state?.version === version) {
    if (mayMove(gate) && !isSuperseded && !(await moves())) return undefined;
    return { moved: true, version, sentence: `Champion is version ${version}.` };
  }
  // This run moved it and was killed before it could say so, and a later one, or somebody, has moved it on.
  const hasMoved = state?.history.includes(version) || (generation !== undefined && state?.generation === generation);
  if (state && hasMoved) {
    const sentence = `Champion was version ${version}, and is ${state.version} now.`;
    return { moved: true, version: state.version, sentence };
  }
  if (state && isSuperseded) {
    const sentence = `Champion stays at version ${state.version}, which was trained on newer data.`;
    return { moved: false, version: state.version, sentence };
  }
  if ((state?.version ?? null) !== championVersion) return undefined;
  if (state && championQuestion !== undefined) {
    const sentence =
      `Champion stays at version ${state.version}, for ${championQuestion}. To put this version in its place: ` +
      `hone promote ${name} ${version}. To keep both: train it under another name.`;
    return { moved: false, version: state.version, sentence };
  }
  if (!mayMove(gate)) {
    const sentence = state ? `Champion stays at version ${state.version}.` : 'There is no champion yet.';
    return {
      moved: false,
      version: state?.version ?? null,
      sentence: `A gate ${gate === 'fail' ? 'failed' : 'is undecided'}. ${sentence}`,
    };
  }
  if (!(await moves())) return undefined;
  const from = state ? `moved from version ${state.version} to ${version}` : `is version ${version}, the first`;
  const problem = championProblem ? ` The one before could not score these rows: ${championProblem}` : '';
  return { moved: true, version, sentence: `Champion ${from}.${problem}` };
}

/** Whether champion may move: not when a gate failed or is undecided. */
const mayMove = (gate: RunResult['gate']): boolean => gate === 'pass' || gate === 'none';

/** Moves champion; false when somebody else came first. */
async function movesChampion(
  { store }: Context,
  name: string,
  move: { to: string; from: AliasState | undefined; generation: number | undefined },
): Promise<boolean> {
  try {
    await moveAlias(store, name, champion, move);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

interface Finished {
  manifest: Manifest;
  evaluated: EvaluatedRun;
  verdict: Verdict;
  status: RunResult['status'];
}

// The result comes last: a run has ended when it is there, and not before all else is.
async function finish(context: Context, request: RunRequest, finished: Finished): Promise<void> {
  const { store } = context;
  const { run } = request;
  const { manifest, evaluated, verdict, status } = finished;
  const prepared = await prepare(context, request);
  const progress = await readProgress(store, run);
  const { parameters } = await readVersion(store, manifest.name, manifest.version);
  const { measures, basis } = await footprintOf(context, progress.milliseconds);
  const { predictionMs } = evaluated;
  const footprint = {
    ...measures,
    modelBytes: manifest.files[modelFile].size,
    ...(predictionMs !== undefined && { predictionMs }),
  };
  const report = trainingReport({
    request,
    manifest,
    evaluated,
    verdict,
    prepared,
    parameters,
    curve: progress.curve,
    footprint,
    footprintBasis: basis,
    createdAt: new Date(context.now()).toISOString(),
  });
  const [key] = await Promise.all([
    putReport(store, runKey(run, 'report'), report),
    putCard(store, run, report, request.request.card),
    putJson(store, runKey(run, 'footprint.json'), footprint),
  ]);
  const result: RunResult = {
    run,
    version: manifest.version,
    status,
    solution: manifest.training.solution,
    gate: verdict.gate,
    metrics: pick(evaluated.evaluation.metrics, metricNames(request.request)),
    report: key,
  };
  await putJson(store, runKey(run, 'result.json'), result);
}

const pick = (metrics: Metrics, names: string[]): Metrics =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(metrics, name)).map((name) => [name, metrics[name]]));
