import type { Context } from '../../lib/jobs/context.ts';
import type { Handler } from './on-lambda.ts';
import { withheld } from './problems.ts';
import { contextOf, type Services } from './services.ts';
import { type Fields, type Telemetry, traceOf } from './telemetry.ts';

/**
 * A task of a workflow: checks its step, runs a job, logs and measures.
 *
 * The job's error keeps its name, which a workflow's Retry and Catch go by, and leaves its message in the store.
 *
 * @param options.read checks the input, and calls it `where` in messages; throws an InputError if it is no such step
 * @param options.fields what of the step every log line shall hold
 */
export function task<Step, Answer>({
  name,
  read,
  fields,
  run,
}: {
  name: string;
  read: (input: unknown, where: string) => Step | Promise<Step>;
  fields: (step: Step) => Fields;
  run: (step: Step, context: Context, telemetry: Telemetry) => Promise<Answer>;
}): (services: Services) => Handler<unknown, Answer> {
  return (services) => async (input, invocation) => {
    const { telemetry, now } = services;
    telemetry.begin(invocation);
    telemetry.note({ task: name });
    const startMs = now();
    let context: Context | undefined;
    try {
      context = await contextOf(services, invocation);
      const step = await read(input, `step ${name}`);
      telemetry.note(fields(step));
      const answer = await run(step, context, telemetry);
      telemetry.info('done', { answer: { ...answer }, milliseconds: now() - startMs });
      return answer;
    } catch (error) {
      telemetry.error('failed', { error: traceOf(error), milliseconds: now() - startMs });
      telemetry.measure('TaskFailures', 'Count', 1);
      throw context ? await withheld(context, error, idOf(input)) : error;
    } finally {
      telemetry.end();
    }
  };
}

/** The run or scoring that a step is about. */
function idOf(input: unknown): string | undefined {
  const { run, scoring } = (input ?? {}) as { run?: unknown; scoring?: unknown };
  const id = run ?? scoring;
  return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}
