import type { S3Event } from 'aws-lambda';
import * as z from 'zod/mini';
import { InputError } from '../../lib/core/errors.ts';
import { planForObjects } from '../../lib/jobs/plan.ts';
import { isKey } from '../../lib/store/keys.ts';
import type { Store } from '../../lib/store/store.ts';
import { check } from '../adapter/check.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { contextOf, type Services } from '../adapter/services.ts';
import { trigger } from '../adapter/trigger.ts';

/** A workflow that was asked to start, and whether it was running or done before. */
export interface Started {
  pipeline: string | null;
  dataset: string;
  trigger: string;
  status: 'started' | 'exists';
}

/** What is read of an event; S3 sends more. */
const eventSchema = z.object({
  Records: z.optional(
    z.array(
      z.object({
        eventName: z.string(),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
      }),
    ),
  ),
});
type Read = z.infer<typeof eventSchema>;

/** What S3 sends once, when notifications are set up; it has no records. */
type TestEvent = { Event: 's3:TestEvent'; Records?: undefined };

/**
 * Starts the workflows that new objects ask for. Events that come twice, late or by the hundred start the same ones.
 *
 * What it throws is an error of the store or the engine, so that Lambda delivers the event again; or an InputError for
 * what is no event of S3, which ends among the failures.
 */
export const createDatasetCreated = trigger(
  async (event: S3Event | TestEvent, services: Services): Promise<Started[]> => {
    const store = await services.store();
    const { Records: records = [] } = check(eventSchema, event, 'event');
    const keys = records.flatMap((record) => keyOf(record, store) ?? []);
    return startForObjects(services, keys);
  },
);

/** Starts the workflows that new objects under these keys of the store ask for: what a watched folder calls. */
export async function startForObjects(services: Services, keys: readonly string[]): Promise<Started[]> {
  const wanted = [...new Set(keys)].filter((key) => key.startsWith('datasets/') && !key.endsWith('/'));
  if (wanted.length === 0) return [];
  const { telemetry } = services;
  const steps = await planForObjects(await contextOf(services), wanted);
  if (steps.length === 0) return [];
  const engine = await services.engine();
  const started: Started[] = [];
  for (const step of steps) {
    const status = await engine.start('training', step.trigger, step);
    telemetry.info('workflow', { ...step, status });
    started.push({ ...step, status });
  }
  telemetry.measure('WorkflowsStarted', 'Count', started.filter(({ status }) => status === 'started').length);
  return started;
}

/** The object's key in the store; undefined when the record is none of a new object there. */
function keyOf({ eventName, s3 }: NonNullable<Read['Records']>[number], { location }: Store): string | undefined {
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return undefined;
  // Keys arrive as form fields do: percent-encoded, with + for a space.
  const full = decodeKey(s3.object.key.replaceAll('+', ' '));
  const url = `s3://${s3.bucket.name}/${full}`;
  if (location.startsWith('s3://') && !url.startsWith(location)) return undefined;
  const key = location.startsWith('s3://') ? url.slice(location.length) : full;
  return isKey(key) ? key : undefined;
}

function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new InputError('event: expected a key in percent-encoding, found something else');
  }
}

export const handler = onLambda(createDatasetCreated);
