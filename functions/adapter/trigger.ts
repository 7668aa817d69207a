import type { Handler } from './on-lambda.ts';
import type { Services } from './services.ts';
import { type Invocation, traceOf } from './telemetry.ts';

/** A handler of events: what it throws is logged, and thrown all the same, so that Lambda delivers the event again. */
export function trigger<Event, Answer>(
  run: (event: Event, services: Services, invocation?: Invocation) => Promise<Answer>,
): (services: Services) => Handler<Event, Answer> {
  return (services) => async (event, invocation) => {
    const { telemetry } = services;
    telemetry.begin(invocation);
    try {
      return await run(event, services, invocation);
    } catch (error) {
      telemetry.error('failed', { error: traceOf(error) });
      throw error;
    } finally {
      telemetry.end();
    }
  };
}
