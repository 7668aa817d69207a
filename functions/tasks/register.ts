import { register } from '../../lib/jobs/register.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { runTask } from '../adapter/run-task.ts';

/**
 * Registers a run's candidate, moves `champion` when the gates hold, and writes report and result.
 *
 * Answers `{ done: false }` when champion moved since it was compared with: the workflow evaluates again.
 */
export const createRegister = runTask('register', async (context, step, telemetry) => {
  const outcome = await register(context, step);
  if (outcome.done) telemetry.measure(outcome.gate === 'fail' ? 'GatesFailed' : 'VersionsRegistered', 'Count', 1);
  return outcome;
});

export const handler = onLambda(createRegister);
