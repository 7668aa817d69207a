import { InputError, StoreError } from '../core/errors.ts';
import { conformTable } from '../data/schema/schema.ts';
import type { Predictions } from '../metrics/predictions.ts';
import type { Measured } from '../metrics/uncertain.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { formatCount } from '../report/format.ts';
import type { Evaluation, Metrics } from '../report/report.ts';
import { asRead, putJson } from '../store/json.ts';
import { comparisonsWith } from './assess/comparisons.ts';
import { readCandidate } from './candidate.ts';
import { type ChampionNow, readChampion } from './champion.ts';
import type { Context } from './context.ts';
import { readCrossValidation } from './cross-validate.ts';
import { evaluateRows, predictionsOn } from './evaluate-rows.ts';
import { evidenceFor, type KeptEvidence, needsEvidence } from './gates/model-evidence.ts';
import { otherQuestion } from './gates/other-question.ts';
import { seenByChampion } from './gates/seen-rows.ts';
import { begun, takeOr } from './in-hand.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type RunStep, readRun, runKey } from './runs.ts';
import { timePrediction } from './time-prediction.ts';
import { readSearch } from './winner.ts';

/** What `evaluate` leaves for `register`: the candidate's evaluation, and the champion's on the same rows. */
export interface EvaluatedRun {
  evaluation: Evaluation;
  /** The version that `champion` named when it was looked at; null when it named none. */
  championVersion: string | null;
  /** The champion's metrics on the same rows; null when there is none, or it cannot score them. */
  championMetrics: Metrics | null;
  /** How the candidate differs from the champion on the same rows. */
  championComparisons?: NonNullable<Evaluation['comparisons']>;
  /** Why the champion could not score the rows. */
  championProblem?: string;
  /** How the champion's target or task differs from the candidate's, where it does. */
  championQuestion?: string;
  /** Why the champion may have learned from some of these rows. */
  championSeen?: string;
  /** The evidence for each of the request's gates, or null for a gate that needs only metrics of all rows. */
  gateEvidence?: (KeptEvidence | null)[];
  /** How long the prediction of one row takes, in milliseconds: the mean of several. */
  predictionMs?: number;
}

/**
 * Evaluates a run's candidate, a baseline and the champion on the held-out rows; leaves runs/<run>/evaluation.json.
 *
 * With a run in hand, that file is still being written when this returns; `settle` waits for it.
 */
export async function evaluate(context: Context, { run, kept }: RunStep): Promise<{ run: string }> {
  const { store } = context;
  const request = kept ?? (await readRun(store, run));
  const { name } = request.request;
  // The results of the training are fetched while the data is read.
  const [prepared, candidate, search, crossValidation, rival] = await Promise.all([
    prepare(context, request),
    readCandidate(context, run),
    readSearch(store, request),
    request.request.evaluate.folds === undefined ? undefined : readCrossValidation(store, run),
    takeOr(context, 'champion', () => readChampion(store, name)),
  ]);
  const startMs = context.now();
  checkSameData(context, candidate.manifest, prepared, run);
  const held = evaluateHeldOut(candidate, prepared, request.request);
  const { gates } = request.request.evaluate;
  const { predictions: ofChampion, ...judged } = evaluateChampion(rival, candidate.manifest, {
    prepared,
    request: request.request,
    measured: held.measured,
  });
  const evaluation: Evaluation = {
    ...held.evaluation,
    ...(search && { search }),
    ...(crossValidation && { crossValidation }),
  };
  const evaluated: EvaluatedRun = {
    evaluation,
    ...judged,
    ...(gates.some(needsEvidence) && { gateEvidence: evidenceFor(gates, { ...held.subject, champion: ofChampion }) }),
    ...(gates.some(({ metric }) => metric === 'predictionMs') && {
      predictionMs: timePrediction(context, candidate, prepared.heldOut),
    }),
  };
  const written = putJson(store, runKey(run, 'evaluation.json'), evaluated);
  if (context.inHand) context.inHand.evaluated = { value: asRead(evaluated), written: begun(written) };
  else await written;
  context.onProgress?.({ kind: 'evaluated', rows: prepared.test.length, milliseconds: context.now() - startMs });
  return { run };
}

/**
 * Checks that the data read here has the same content as the data that was trained on.
 *
 * S3 gives a checksum with a whole object but none with a part of it, and data is read in parts, of which only tag and
 * length are checked. On Lambda, training and evaluation read the data in two processes; their block hashes cover every byte
 * of every row.
 *
 * @throws StoreError when they differ; the next call reads the data again
 */
function checkSameData({ memory }: Context, { data }: Manifest, { table }: Prepared, run: string): void {
  const read = table.blocks.map(({ hash }) => hash);
  if (read.length === data.blocks.length && read.every((hash, i) => hash === data.blocks[i])) return;
  memory.clear();
  throw new StoreError(
    `run ${run}: expected the data that was trained on, found other content under the same tags: one of the readings is damaged`,
    { advice: `If it stays so, the training's was: take away runs/${run}/manifest.json, and train again` },
  );
}

/** A version's evaluation on the rows that its pipeline holds out. Follows from data, request and recipe alone. */
export function evaluateHeldOut(
  model: LoadedModel,
  { table, training, heldOut }: Prepared,
  request: Request,
): ReturnType<typeof evaluateRows> {
  const on =
    request.data.split === 'none'
      ? `The ${formatCount(heldOut.rows.length, 'row')} that it was trained on, since the pipeline holds none out: expect worse on new data.`
      : `The ${formatCount(heldOut.rows.length, 'row')} held out of training.`;
  return evaluateRows(model, heldOut.table, heldOut.rows, {
    on,
    baselineOn: { table, rows: training, whose: 'the training rows' },
    request,
  });
}

/** Evaluates the champion on the held-out rows, and compares it with a candidate's measured predictions of them. */
export function evaluateChampion(
  { version: championVersion, model, error: unreadable }: ChampionNow,
  candidate: Manifest,
  { prepared, request, measured }: { prepared: Prepared; request: Request; measured: Measured },
): Omit<EvaluatedRun, 'evaluation'> & { predictions?: Predictions } {
  if (championVersion === undefined) return { championVersion: null, championMetrics: null };
  try {
    if (!model) throw unreadable;
    const championQuestion = otherQuestion(candidate, model.manifest);
    if (championQuestion !== undefined) return { championVersion, championMetrics: null, championQuestion };
    checkSameAnswers(model.manifest, candidate);
    const { schema } = model.manifest;
    const { heldOut } = prepared;
    const table = schema ? conformTable(schema, heldOut.table) : heldOut.table;
    const predictions = predictionsOn(model, table, heldOut.rows, request);
    const { metrics, comparisons } = comparisonsWith(measured, {
      against: 'champion',
      name: championVersion,
      predictions,
    });
    const championSeen = seenByChampion(candidate, model.manifest);
    return {
      championVersion,
      championMetrics: metrics,
      championComparisons: comparisons,
      ...(championSeen !== undefined && { championSeen }),
      predictions,
    };
  } catch (error) {
    // A champion that cannot read today's data, or is gone, must not keep its successor from being judged.
    if (!unscorable.has((error as Error).name)) throw error;
    return { championVersion, championMetrics: null, championProblem: (error as Error).message };
  }
}

const unscorable = new Set(['InputError', 'NotFoundError', 'NumericError']);

/** Metrics of models that answer different questions say nothing beside each other. */
function checkSameAnswers({ target, version }: Manifest, candidate: Manifest): void {
  const answers = (t: Manifest['target']) => ('classes' in t ? t.classes.join(', ') : 'a number');
  if (answers(target) === answers(candidate.target)) return;
  throw new InputError(
    `model ${candidate.name} ${version}: expected it to answer as the candidate does (${answers(candidate.target)}), found ${answers(target)}`,
  );
}
