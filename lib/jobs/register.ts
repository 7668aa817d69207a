import { ConflictError, InputError, NotFoundError } from '../core/errors.ts';
import type { Rates } from '../footprint/rates.ts';
import { type AliasState, champion, moveAlias, readAlias } from '../registry/aliases.ts';
import { evaluationFile, modelFile, versionKey } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type LoadedModel, readManifest, readVersion, writeVersion } from '../registry/versions.ts';
import type { Evaluation, Metrics, Report } from '../report/report.ts';
import { asRead, jsonBytes, putJson, readJson } from '../store/json.ts';
import { readCandidate } from './candidate.ts';
import { putCard } from './cards.ts';
import { readChampion } from './champion.ts';
import type { Context } from './context.ts';
import { type EvaluatedRun, evaluateChampion, evaluateHeldOut } from './evaluate.ts';
import { metricNames } from './evaluate-rows.ts';
import { footprintOf, readRates } from './footprint.ts';
import { checkGates, ungated } from './gates/check-gates.ts';
import { evidenceFor, type KeptEvidence, needsEvidence } from './gates/model-evidence.ts';
import { otherQuestion } from './gates/other-question.ts';
import { generationOf } from './generations.ts';
import { begun, takeOr } from './in-hand.ts';
import { versionMetrics } from './models.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type CallProgress, readProgress } from './progress.ts';
import { putReport } from './reports.ts';
import { type RunRequest, type RunResult, type RunStep, readRun, runKey } from './runs.ts';
import { readStanding } from './standing.ts';
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
export async function register(context: Context, step: RunStep): Promise<RegisterOutcome> {
  const { result: _, ...outcome } = await settle(context, step);
  return outcome;
}

/** Like `register`, with the run's result once it is `done`. */
export async function settle(
  context: Context,
  { run, kept }: RunStep,
): Promise<RegisterOutcome & { result?: RunResult }> {
  const { store, signing, inHand } = context;
  const evaluating = begun(
    inHand?.evaluated
      ? Promise.resolve(inHand.evaluated.value)
      : readJson<EvaluatedRun>(store, runKey(run, 'evaluation.json')),
  );
  const [request, candidate, standing, progress] = await Promise.all([
    kept ?? readRun(store, run),
    readCandidate(context, run),
    takeOr(context, 'standing', () => readStanding(context, run)),
    readProgress(context, run),
  ]);
  const { manifest, body: model, parameters } = candidate;
  const { version } = manifest;
  const { result } = standing;
  if (result) return { run, done: true, version, gate: result.gate, result };

  const evaluated = await evaluating;
  const footprint = footprintFor(context, manifest, { evaluated, progress, rates: standing.rates });
  const files = { manifest, model, evaluation: jsonBytes(evaluated.evaluation) };
  const writing = writeVersion(signing?.store ?? store, files, { signingKey: signing?.key });
  const written = begun(Promise.all([writing, inHand?.evaluated?.written]));
  const finished = { manifest, parameters, evaluated, curve: progress.curve, footprint, status: 'trained' } as const;
  if (standing.verdict) {
    await written;
    return end(await finish(context, request, { ...finished, verdict: standing.verdict }));
  }
  const gates = checkGates(request.request.evaluate.gates, {
    metrics: evaluated.evaluation.metrics,
    baseline: evaluated.evaluation.baseline?.metrics ?? {},
    champion: evaluated.championVersion === null ? undefined : (evaluated.championMetrics ?? 'unscored'),
    championQuestion: evaluated.championQuestion,
    rowCount: evaluated.evaluation.rowCount,
    evidence: evaluated.gateEvidence,
    figures: footprint.measures,
  });
  const decided = await decide(context, request, manifest, gates.gate, { evaluated, written });
  if (!decided) return { run, done: false, version, gate: gates.gate };
  const verdict = { ...gates, ...(gates.gate === 'none' && { sentence: ungated }), champion: decided };
  // Kept before the report is there: by the time that a killed run is tried again, a later one may have moved champion.
  const before = begun(putJson(store, runKey(run, 'decision.json'), verdict));
  return end(await finish(context, request, { ...finished, verdict, before }));

  function end(ended: RunResult) {
    return { run, done: true, version, gate: ended.gate, result: ended };
  }
}

/** Finishes a run whose version another run had trained before: a report and a result, and no alias is moved. */
export async function registerFound(context: Context, step: RunStep): Promise<RegisterOutcome> {
  const { run, version, gate } = await settleFound(context, step);
  return { run, done: true, version, gate };
}

/** Like `registerFound`, with the run's result. */
export async function settleFound(context: Context, { run, kept }: RunStep): Promise<RunResult> {
  const { store } = context;
  const request = kept ?? (await readRun(store, run));
  const prepared = await prepare(context, request);
  const { version } = prepared;
  const { name } = request.request;
  // What the manifest says is heard before what is missing beside it.
  const evaluating = begun(readJson<Evaluation>(store, versionKey(name, version, evaluationFile)));
  const [model, state, progress, rates] = await Promise.all([
    readVersion(store, name, version),
    readAlias(store, name, champion),
    readProgress(context, run),
    readRates(store),
  ]);
  const { manifest, parameters } = model;
  const evaluation = await evaluating;
  const again = await measureAgain(context, request, prepared, model);
  const footprint = footprintFor(context, manifest, { evaluated: again, progress, rates });
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
    figures: footprint.measures,
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
  return finish(context, request, {
    manifest,
    parameters,
    evaluated,
    verdict,
    curve: progress.curve,
    footprint,
    status: 'found',
  });
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

/** What a run has taken, cost and emitted so far, and its model's size and latency: figures that gates may read. */
function footprintFor(
  context: Context,
  { files }: Manifest,
  {
    evaluated: { predictionMs },
    progress,
    rates,
  }: { evaluated: Pick<EvaluatedRun, 'predictionMs'>; progress: CallProgress; rates: Rates },
): ReturnType<typeof footprintOf> {
  const { measures, basis } = footprintOf(context, progress.milliseconds, rates);
  const own = { modelBytes: files[modelFile].size, ...(predictionMs !== undefined && { predictionMs }) };
  return { measures: { ...measures, ...own }, basis };
}

/** Measures a version that was found again, for gates that need more than its stored evaluation. */
async function measureAgain(
  context: Context,
  { request }: RunRequest,
  prepared: Prepared,
  model: LoadedModel,
): Promise<{ evidence?: (KeptEvidence | null)[]; championMetrics?: Metrics | null; predictionMs?: number }> {
  const { gates } = request.evaluate;
  const isTimed = gates.some(({ metric }) => metric === 'predictionMs');
  const isUnsure = gates.some(needsEvidence);
  if (!isTimed && !isUnsure) return {};
  const timed = isTimed && { predictionMs: timePrediction(context, model, prepared.heldOut) };
  if (!isUnsure) return { ...timed };
  const { measured, subject } = evaluateHeldOut(model, prepared, request);
  const { manifest } = model;
  const now = await readChampion(context.store, manifest.name);
  const rival = evaluateChampion(now, manifest, { prepared, request, measured });
  const evidence = evidenceFor(gates, { ...subject, champion: rival.predictions });
  return { ...timed, evidence, championMetrics: rival.championMetrics };
}

/**
 * Where champion points after this run, and why; undefined when it moved since the evaluation looked at it.
 *
 * Champion is looked at while the version is being written, and moves, if nobody else has moved it, once that is there.
 * A model of newer data stays champion, however late the training of an older one ends.
 */
async function decide(
  context: Context,
  { run, generation: noted }: Pick<RunRequest, 'run' | 'generation'>,
  { name, version }: Manifest,
  gate: RunResult['gate'],
  {
    evaluated: { championVersion, championProblem, championQuestion },
    written,
  }: { evaluated: EvaluatedRun; written: Promise<unknown> },
): Promise<Verdict['champion'] | undefined> {
  const { store } = context;
  const [generation, state] = await Promise.all([
    generationOf(context, { run, name, generation: noted }),
    readAlias(store, name, champion),
    written,
  ]);
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
    await moveAlias(store, name, champion, { ...move, isThere: true });
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

interface Finished {
  manifest: Manifest;
  parameters: LoadedModel['parameters'];
  evaluated: EvaluatedRun;
  verdict: Verdict;
  curve: CallProgress['curve'];
  footprint: ReturnType<typeof footprintOf>;
  status: RunResult['status'];
  /** What must be written before the report. */
  before?: Promise<unknown>;
}

// The result comes last: a run has ended when it is there, and not before all else is.
async function finish(context: Context, request: RunRequest, finished: Finished): Promise<RunResult> {
  const { store } = context;
  const { run } = request;
  const { manifest, parameters, evaluated, verdict, curve, footprint, status, before } = finished;
  const prepared = await prepare(context, request);
  const report = trainingReport({
    request,
    manifest,
    evaluated,
    verdict,
    prepared,
    parameters,
    curve,
    footprint: footprint.measures,
    footprintBasis: footprint.basis,
    createdAt: new Date(context.now()).toISOString(),
  });
  const [key] = await Promise.all([
    putReport(store, runKey(run, 'report'), report, { before }),
    putCard(store, run, report, request.request.card),
    putJson(store, runKey(run, 'footprint.json'), footprint.measures),
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
  return asRead(result);
}

const pick = (metrics: Metrics, names: string[]): Metrics =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(metrics, name)).map((name) => [name, metrics[name]]));
