import type { LambdaEvent } from 'hono/aws-lambda';
import { servicesOf } from '../../../functions/adapter/services.ts';
import { createTasks } from '../../../functions/tasks/tasks.ts';
import { createApiHandler } from '../../../functions/triggers/api.ts';
import { createDatasetCreated } from '../../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../../functions/triggers/scheduled.ts';
import { parseS3Url } from '../../../lib/store/s3.ts';
import type { Store } from '../../../lib/store/store.ts';
import { eventNames, functionOf, readEvent, seedForEvents } from '../../support/events.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { mutateBytes, mutateJson } from '../mutations.ts';
import { randomFrom, type SeededRandom } from '../seeded-random.ts';
import { refusing, type Target, type Verdict } from '../targets.ts';

const taskNames = ['plan', 'train', 'evaluate', 'register', 'inspect', 'score', 'record-failure'];
const names = ['api', 'dataset-created', 'scheduled', ...taskNames];

/** Every deployed handler, called with its sample events, changed. */
export const handlerTargets: Record<string, () => Promise<Target>> = Object.fromEntries(
  names.map((name) => [`handler ${name}`, () => handlerTarget(name)]),
);

const invocation = { awsRequestId: 'fuzz', getRemainingTimeInMillis: () => 60_000 };

async function handlerTarget(name: string): Promise<Target> {
  const store = memoryStore(Date.now);
  await seedForEvents(store);
  const seeded = new Map(store.objects);
  const services = servicesOf({ store, engine: { start: async () => 'started' }, openStore: openEmpty });
  const samples = eventNames.filter((event) => functionOf(event, names) === name).map(readEvent);
  const call = callOf(name, services);
  return {
    input: (random) => new TextEncoder().encode(JSON.stringify(eventLike(randomFrom(samples, random), random))),
    async attempt(input) {
      store.objects.clear();
      for (const [key, object] of seeded) store.objects.set(key, object);
      services.memory.clear();
      return call(JSON.parse(new TextDecoder().decode(input)));
    },
  };
}

/** A bucket that somebody names: nothing is asked of a network. */
async function openEmpty(location: string): Promise<Store> {
  parseS3Url(location);
  return memoryStore();
}

interface HttpEvent {
  body?: unknown;
  isBase64Encoded?: boolean;
  rawPath: string;
  rawQueryString?: string;
  requestContext: { http: { path: string; method: string } };
}

/** A sample with its structure changed; in an HTTP event mostly what a client decides: path, query, headers and body. */
function eventLike(sample: object, random: SeededRandom): unknown {
  if (!('rawPath' in sample) || random.below(8) === 0) return mutateJson(sample, random);
  const event = structuredClone(sample) as unknown as HttpEvent;
  const textOf = (value: unknown) => Buffer.from(mutateBytes(Buffer.from(String(value)), random, [])).toString('utf8');
  if (typeof event.body === 'string' && random.below(4) > 0) {
    const body: unknown = JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body);
    event.isBase64Encoded = false;
    event.body = random.below(3) > 0 ? JSON.stringify(mutateJson(body, random)) : textOf(event.body);
  }
  if (random.below(3) === 0) {
    event.rawPath = encodeURI(textOf(event.rawPath).toWellFormed());
    event.requestContext.http.path = event.rawPath;
  }
  if (random.below(6) === 0) event.rawQueryString = textOf(event.rawQueryString ?? '');
  if (random.below(8) === 0)
    event.requestContext.http.method = randomFrom(['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'], random);
  return event;
}

function callOf(name: string, services: ReturnType<typeof servicesOf>): (event: unknown) => Promise<Verdict> {
  if (name === 'api') return callApi(services);
  if (name === 'dataset-created') {
    const handler = createDatasetCreated(services);
    return (event) => refusing(() => handler(event as never));
  }
  if (name === 'scheduled') {
    const handler = createScheduled(services);
    return (event) => refusing(() => handler(event as never));
  }
  const task = createTasks(services)[name];
  return (event) => refusing(() => task(event, invocation));
}

/** The API answers whatever a client sends, never by a 500; what only its gateway could get wrong may throw. */
function callApi(services: ReturnType<typeof servicesOf>): (event: unknown) => Promise<Verdict> {
  const answer = createApiHandler(services);
  return async (event) => {
    let status = 0;
    const verdict = await refusing(async () => {
      if (!isGatewayEvent(event)) return;
      const { statusCode, body } = await answer(event as LambdaEvent, invocation as never);
      status = statusCode;
      if (statusCode >= 500 && statusCode !== 501)
        throw new Error(`expected an answer below 500, found ${statusCode}: ${body}`);
    });
    return status >= 400 ? 'refused' : verdict;
  };
}

/** Whether an event could come from API Gateway: it makes the envelope, and the client what is in it. */
function isGatewayEvent(event: unknown): boolean {
  const { version, rawPath, rawQueryString, headers, requestContext, body, isBase64Encoded } = (event ?? {}) as Record<
    string,
    unknown
  >;
  const { http, domainName } = (requestContext ?? {}) as { http?: { method?: unknown }; domainName?: unknown };
  const isText = (value: unknown): value is string => typeof value === 'string';
  return (
    version === '2.0' &&
    isText(rawPath) &&
    /^\/[\x21-\x7e]*$/.test(rawPath) &&
    isText(rawQueryString) &&
    isText(domainName) &&
    /^[\w.-]+$/.test(domainName) &&
    typeof http === 'object' &&
    http !== null &&
    isText(http.method) &&
    /^[A-Z]+$/.test(http.method) &&
    isHeaders(headers) &&
    (body === undefined || body === null || isText(body)) &&
    (isBase64Encoded === undefined || isBase64Encoded === false || (isBase64Encoded === true && isBase64(body)))
  );
}

const isBase64 = (body: unknown): boolean => Buffer.from(String(body), 'base64').toString('base64') === body;

function isHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  return Object.entries(headers).every(
    ([name, value]) => /^[\w-]+$/.test(name) && typeof value === 'string' && /^[\x20-\x7e]*$/.test(value),
  );
}
