import { ConflictError, HoneError } from '../core/errors.ts';
import { checkPipelineMetrics } from './check-metrics.ts';
import type { Context } from './context.ts';
import type { ResolvedPipeline } from './pipelines.ts';
import { openPlannedRun } from './plan.ts';
import { latestProgress } from './progress.ts';
import { giveUpAhead, readAhead } from './read-data.ts';
import { type RunResult, readOutcome, recordFailure } from './runs.ts';

/** The user asked that the work end: the same command goes on where it stood. */
export class InterruptedError extends HoneError {
  override readonly name: string = 'InterruptedError';
}

/** How often a run looks again at a champion that moves under its hands. */
const decisionLimit = 10;

/**
 * The whole way of one training in this process, as the workflow `training` goes it on Step Functions: it leaves the
 * same objects. A run that has its result is found, and nothing is done.
 *
 * @throws InputError before anything is read, when the pipeline names metrics that there are not
 * @throws InterruptedError when the context's interruption came during the training, which has left what it had done
 */
export async function runPipeline(context: Context, pipeline: ResolvedPipeline): Promise<RunResult> {
  checkPipelineMetrics(pipeline.request);
  try {
    const planned = await openPlannedRun(context, pipeline, (run, objects) => readAhead(context, run, objects));
    const { run } = planned;
    if (planned.next === 'done') return { ...(await resultOf(context, run)), status: 'found' };
    try {
      await trainToEnd(context, run);
    } catch (error) {
      if (error instanceof Error && !(error instanceof InterruptedError)) await recordFailure(context, run, error);
      throw error;
    }
    return await resultOf(context, run);
  } finally {
    giveUpAhead(context);
  }
}

async function trainToEnd(context: Context, run: string): Promise<void> {
  // These modules are evaluated while other threads parse the data.
  const { train } = await import('./train.ts');
  const { evaluate } = await import('./evaluate.ts');
  const { register, registerFound } = await import('./register.ts');
  let trained = await train(context, { run });
  while (!trained.done) {
    if (context.interruption?.isWished) {
      const step = (await latestProgress(context.store, run))?.step;
      const place = step === undefined ? 'where it stood' : `step ${step}`;
      throw new InterruptedError(`run the same command again to go on from ${place}`);
    }
    trained = await train(context, { run });
  }
  if (context.interruption?.isWished) {
    throw new InterruptedError('it has trained to the end: run the same command again to evaluate it');
  }
  context.interruption?.stopListening();
  if (trained.found) {
    await registerFound(context, { run });
    return;
  }
  for (let attempt = 0; attempt < decisionLimit; attempt++) {
    await evaluate(context, { run });
    if ((await register(context, { run })).done) return;
  }
  throw new ConflictError(
    `run ${run}: expected champion to stay for one decision, found it moved ${decisionLimit} times`,
  );
}

async function resultOf({ store }: Context, run: string): Promise<RunResult> {
  const { result } = await readOutcome(store, run);
  if (!result) throw new ConflictError(`run ${run}: expected a result, found none`);
  return result;
}
