import { ConflictError, HoneError } from '../core/errors.ts';
import { checkPipelineMetrics } from './check-metrics.ts';
import type { Context } from './context.ts';
import { begun, type InHand } from './in-hand.ts';
import type { ResolvedPipeline } from './pipelines.ts';
import { latestProgress } from './progress.ts';
import { giveUpAhead, readAhead } from './read-data.ts';
import { beginRun, type RunRequest, type RunResult, recordFailure } from './runs.ts';

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
    const { request, result } = await beginRun(context, pipeline, (run, objects) => readAhead(context, run, objects));
    if (result) return { ...result, status: 'found' };
    try {
      return await trainToEnd({ ...context, inHand: {} }, request);
    } catch (error) {
      const isFailure = error instanceof Error && !(error instanceof InterruptedError);
      if (isFailure) await recordFailure(context, request.run, error);
      throw error;
    }
  } finally {
    giveUpAhead(context);
  }
}

async function trainToEnd(context: Context & { inHand: InHand }, kept: RunRequest): Promise<RunResult> {
  // These modules are evaluated while other threads parse the data.
  const { train } = await import('./train.ts');
  const { evaluate } = await import('./evaluate.ts');
  const { settle, settleFound } = await import('./register.ts');
  const { readChampion } = await import('./champion.ts');
  const { readStanding } = await import('./standing.ts');
  const { run, request } = kept;
  const step = { run, kept };
  /** What will be asked next, which the writing of the model need not wait for. */
  const askAhead = () => {
    context.inHand.champion = begun(readChampion(context.store, request.name));
    context.inHand.standing = begun(readStanding(context, run));
  };
  let trained = await train(context, step, askAhead);
  while (!trained.done) {
    if (context.interruption?.isWished) {
      const step = (await latestProgress(context.store, run))?.step;
      const place = step === undefined ? 'where it stood' : `step ${step}`;
      throw new InterruptedError(`run the same command again to go on from ${place}`);
    }
    trained = await train(context, step, askAhead);
  }
  if (context.interruption?.isWished) {
    throw new InterruptedError('it has trained to the end: run the same command again to evaluate it');
  }
  context.interruption?.stopListening();
  if (trained.found) return settleFound(context, step);
  for (let attempt = 0; attempt < decisionLimit; attempt++) {
    await evaluate(context, step);
    const { result } = await settle(context, step);
    if (result) return result;
  }
  throw new ConflictError(
    `run ${run}: expected champion to stay for one decision, found it moved ${decisionLimit} times`,
  );
}
