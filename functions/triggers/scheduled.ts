import type { ScheduledEvent } from 'aws-lambda';
import { StoreError } from '../../lib/core/errors.ts';
import { runScheduled, type ScheduledOutcome } from '../../lib/jobs/scheduled.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { resumeForgotten } from '../adapter/resume.ts';
import { contextOf, type Services } from '../adapter/services.ts';
import { trigger } from '../adapter/trigger.ts';

/**
 * Runs what is due at an hourly tick: starts again what died without a word, and evaluates champions on new data. A tick
 * that comes twice does nothing the second time.
 *
 * @throws StoreError when the store did not answer for one of them, so that Lambda delivers the tick again
 */
export const createScheduled = trigger(
  async (_: ScheduledEvent | Record<string, never>, services: Services, invocation): Promise<ScheduledOutcome[]> => {
    const { telemetry } = services;
    await resumeForgotten(services, await contextOf(services, invocation));
    const outcomes = await runScheduled(await contextOf(services, invocation));
    for (const outcome of outcomes) telemetry.info('scheduled', loggable(outcome));
    telemetry.measure('ScheduledEvaluations', 'Count', countOf(outcomes, 'evaluated'));
    telemetry.measure('ScheduledFailures', 'Count', countOf(outcomes, 'failed'));
    const unanswered = outcomes.find(isUnanswered);
    if (unanswered) throw new StoreError(`pipeline ${unanswered.pipeline}: the store did not answer its evaluation`);
    return outcomes;
  },
);

/** An outcome without the message of an error, which may quote a cell of the data. */
function loggable(outcome: ScheduledOutcome): Record<string, unknown> {
  const { pipeline, status } = outcome;
  if (status === 'failed') return { pipeline, status, error: outcome.error.name };
  if (status !== 'evaluated') return { pipeline, status };
  const { result } = outcome;
  const { run, gate, report } = result;
  const version = 'version' in result ? { version: result.version } : {};
  return { pipeline, status, on: outcome.on, run, ...version, gate, report };
}

const countOf = (outcomes: ScheduledOutcome[], status: ScheduledOutcome['status']): number =>
  outcomes.filter((outcome) => outcome.status === status).length;

const isUnanswered = (outcome: ScheduledOutcome): boolean =>
  outcome.status === 'failed' && outcome.error.name === 'StoreError';

export const handler = onLambda(createScheduled);
