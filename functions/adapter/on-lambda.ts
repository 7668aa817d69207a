import type { Services } from './services.ts';
import type { Invocation } from './telemetry.ts';

/**
 * A handler built from the environment at its first call, so that importing its module loads and opens nothing.
 *
 * `hone dev` and tests call `create` themselves, with services of their own.
 */
export function onLambda<Event, Answer>(
  create: (services: Services) => Handler<Event, Answer>,
): (event: Event, invocation: Invocation) => Promise<Answer> {
  let handler: Handler<Event, Answer> | undefined;
  return async (event, invocation) => {
    if (!handler) {
      const { environmentServices } = await import('./environment.ts');
      handler ??= create(environmentServices());
    }
    return handler(event, invocation);
  };
}

/** Answers one event. Without an invocation, as on this machine, time does not run out. */
export type Handler<Event, Answer> = (event: Event, invocation?: Invocation) => Promise<Answer>;
