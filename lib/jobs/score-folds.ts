import { InputError, NumericError } from '../core/errors.ts';
import { kFolds, type Parts, splitRows } from '../data/split.ts';
import type { Table } from '../data/table.ts';
import { measure } from '../metrics/catalogue.ts';
import type { Request, SearchRequest } from '../pipeline/resolve.ts';
import { measured } from '../report/measured.ts';
import type { Metrics } from '../report/report.ts';
import { putJson, readIfThere } from '../store/json.ts';
import { type Choice, chooseOptimizer } from './choose-optimizer.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { decisionFor } from './decision.ts';
import { checkPredicted } from './evaluate-rows.ts';
import { divergence, fit } from './fit.ts';
import { trainableModel } from './model-for.ts';
import { type Predictor, predictRows, withActual } from './predictions.ts';
import { fitPreparation, keepsTuning, withoutTuning } from './prepare.ts';
import { runKey } from './runs.ts';

/** Metrics on each fold that was held out, in their order; or why one could not be trained or scored. */
export interface FoldScores {
  folds: Metrics[];
  /** Why the folds that are not there have no metrics. */
  problem?: string;
}

export interface ScoreOptions {
  /** Where the scores lie below runs/, without an ending, and the checkpoints of the fold in hand. */
  place: string;
  request: Request;
  table: Table;
  parts: readonly Parts[];
  metrics: readonly string[];
  /** Share of its rows, or of its epochs, that each training may use. */
  budget?: { of: 'rows' | 'epochs'; share: number };
}

/**
 * Trains on each fold's training rows, and scores the rows that it holds out. Preparation is fitted on each fold anew.
 *
 * What is done is kept, so that a call after a deadline does none of it again. A training that diverges, or a request
 * that its rows don't fit, ends the folds with its reason, and is no error.
 */
export async function scoreFolds(context: Context, options: ScoreOptions): Promise<FoldScores | 'paused'> {
  const { store } = context;
  const { place, parts } = options;
  const key = runKey(place, 'scores.json');
  const scores = (await readIfThere<FoldScores>(store, key)) ?? { folds: [] };
  const [before, hadProblem] = [scores.folds.length, scores.problem !== undefined];
  let paused = false;
  while (scores.folds.length < parts.length && scores.problem === undefined && !paused) {
    const fold = scores.folds.length;
    try {
      const metrics = await scoreFold(context, options, parts[fold], `${place}/fold-${fold + 1}`);
      if (metrics === 'paused') paused = true;
      else scores.folds.push(metrics);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof NumericError)) throw error;
      scores.problem = parts.length > 1 ? `fold ${fold + 1}: ${error.message}` : error.message;
    }
    if (!isDone() && context.remainingMs() < deadlineReserveMs) paused = true;
  }
  const isNew = scores.folds.length > before || (scores.problem !== undefined && !hadProblem);
  if (isNew) await putJson(store, key, scores);
  return isDone() ? scores : 'paused';

  function isDone(): boolean {
    return scores.problem !== undefined || scores.folds.length === parts.length;
  }
}

/**
 * The parts of the training rows that are held out one after the other, drawn as the pipeline draws its test rows: by
 * content, by group, the latest, …; or the one part that `validation` asks for.
 */
export function foldsOf(
  request: Pick<Request, 'data' | 'model' | 'evaluate'>,
  table: Table,
  training: Int32Array,
  scoring: SearchRequest['scoring'],
): Parts[] {
  const { data } = request;
  const split = data.split === 'none' ? { seed: 0 } : data.split;
  // The seeds must differ from those for test rows, for early stopping and for a threshold: with one of these, a fold by
  // hashes would hold all of its rows or none.
  const seed = split.seed + (keepsTuning(request) ? foldsBesideTuning : 2 ** 33);
  const options = { ...split, seed, target: data.target };
  if ('folds' in scoring) return kFolds(table, training, { ...options, folds: scoring.folds });
  const parts = splitRows(table, training, { ...options, test: scoring.validation });
  if (parts.test.length > 0) return [parts];
  throw new InputError(`search.validation: expected rows to score on, found none among ${training.length}`, {
    advice: 'Give more rows or a larger share, or take folds',
  });
}

/** Added to a pipeline's seed: for folds when rows are kept back for a threshold, and for such rows within a fold. */
const foldsBesideTuning = 3 * 2 ** 32;
const tuningInFold = 2 ** 34;

async function scoreFold(
  context: Context,
  { request, table, metrics, budget }: ScoreOptions,
  { training, test }: Parts,
  place: string,
): Promise<Metrics | 'paused'> {
  const given = budget?.of === 'rows' ? shareOf(table, training, request, budget.share) : training;
  const { training: rows, tuning } = withoutTuning(request, table, given, tuningInFold);
  const fitted = fitPreparation(request, table, rows);
  const { encoding, target } = fitted;
  const model = trainableModel(context, request, { inputs: encoding.columns.length, target });
  const choice = within(chooseOptimizer(request, model, rows.length), budget);
  const { solution } = await fit(context, { place, request, fitted, model, choice, initial: model.initial() });
  if (solution.status === 'deadline') return 'paused';
  if (solution.status === 'diverged') throw divergence(choice, solution);
  const trained: Predictor = { manifest: { encoding, target, model, request }, parameters: solution.parameters };
  const decision = decisionFor(request, trained, { table, tuning });
  const predictor = { ...trained, manifest: { ...trained.manifest, decision } };
  const predicted = predictRows(predictor, table, test);
  checkPredicted(predicted, table, test, target);
  const predictions = withActual(predictor, predicted, table, { rows: test, weight: request.data.weight });
  const found = Object.entries(measure(request.task, metrics, predictions));
  return Object.fromEntries(found.map(([name, { value, why }]) => [name, measured(value, why)]));
}

/** So many of the rows, with each value of the target in its share. */
function shareOf(table: Table, training: Int32Array, { data }: Request, share: number): Int32Array {
  if (share === 1) return training;
  return splitRows(table, training, { by: 'stratified', target: data.target, test: 1 - share }).training;
}

/** A choice of optimizer with its epochs cut to the budget. */
function within(choice: Choice, budget: ScoreOptions['budget']): Choice {
  if (budget?.of !== 'epochs') return choice;
  const { epochs } = choice.stop;
  if (epochs === undefined)
    throw new InputError('search.budget: expected stop.epochs to take a share of, found none', {
      advice: 'Name stop.epochs, or take budget: rows',
    });
  return { ...choice, stop: { ...choice.stop, epochs: Math.max(1, Math.round(epochs * budget.share)) } };
}
