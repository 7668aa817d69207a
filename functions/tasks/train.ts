import { train } from '../../lib/jobs/train.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { runTask } from '../adapter/run-task.ts';

/**
 * Trains until the solution converges or the deadline nears.
 *
 * Answers `{ done: false }` with a checkpoint left behind when time ran short: the workflow calls again. A version that
 * was there before ends the run here, with its report and its result.
 */
export const createTrain = runTask('train', async (context, step) => {
  const outcome = await train(context, step);
  if (outcome.found) {
    // Code that writes reports is loaded only when there is one to write.
    const { registerFound } = await import('../../lib/jobs/register.ts');
    await registerFound(context, step);
  }
  return outcome;
});

export const handler = onLambda(createTrain);
