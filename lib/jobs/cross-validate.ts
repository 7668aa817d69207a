import { NumericError } from '../core/errors.ts';
import { formatCount } from '../report/format.ts';
import type { CrossValidation } from '../report/report.ts';
import { putJson, readIfThere } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { Context } from './context.ts';
import { metricNames } from './evaluate-rows.ts';
import type { Prepared } from './prepare.ts';
import { type RunRequest, runKey } from './runs.ts';
import { meanAndDeviation } from './spread.ts';

/**
 * Cross-validates a run's request on its training rows, where it asks for that, and leaves runs/<run>/cross-validation.json.
 *
 * @throws NumericError when a fold can't be trained or scored
 */
export async function crossValidate(
  context: Context,
  { run, request }: RunRequest,
  { table, training }: Pick<Prepared, 'table' | 'training'>,
): Promise<'done' | 'paused'> {
  const { folds } = request.evaluate;
  if (folds === undefined || (await readCrossValidation(context.store, run))) return 'done';
  const { foldsOf, scoreFolds } = await import('./score-folds.ts');
  const names = metricNames(request);
  const scores = await scoreFolds(context, {
    place: `${run}/cross-validation`,
    request,
    table,
    parts: foldsOf(request, table, training, { folds }),
    metrics: names,
  });
  if (scores === 'paused') return 'paused';
  if (scores.problem !== undefined) throw new NumericError(`evaluate.folds, ${scores.problem}`);
  const result: CrossValidation = {
    on: `The ${formatCount(training.length, 'training row')}, in ${folds} parts: trained ${folds} times on all but one, and scored on that one.`,
    metrics: Object.fromEntries(
      names.map((name) => {
        const values = scores.folds.map((metrics) => metrics[name].value);
        return [name, { folds: values, ...meanAndDeviation(values) }];
      }),
    ),
  };
  await putJson(context.store, runKey(run, 'cross-validation.json'), result);
  return 'done';
}

/** What came of a run's cross-validation; undefined where none was asked for, or it has not ended. */
export const readCrossValidation = (store: Store, run: string): Promise<CrossValidation | undefined> =>
  readIfThere<CrossValidation>(store, runKey(run, 'cross-validation.json'));
