import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { InputError } from '../../../lib/core/errors.ts';
import { knownKeys } from '../../../lib/pipeline/known-keys.ts';
import { check } from '../../adapter/check.ts';
import { contextOf, type Services } from '../../adapter/services.ts';
import { type Invocation, traceOf } from '../../adapter/telemetry.ts';
import { datasets } from './datasets.ts';
import { evaluations } from './evaluations.ts';
import { type ModelCache, modelCache } from './model-cache.ts';
import { models } from './models.ts';
import { page } from './page.ts';
import { predictions } from './predictions.ts';
import { problemResponse, RequestError } from './problem.ts';
import { reports } from './reports.ts';
import { requestSchema } from './requests/schemas.ts';
import type { Call, Route } from './route.ts';
import { trainings } from './trainings.ts';

/** Most bytes of a JSON request. */
const bodyLimitBytes = 1024 * 1024;

type Bindings = { Bindings: { lambdaContext?: Invocation } };
type HonoContext = Parameters<Parameters<Hono<Bindings>['notFound']>[0]>[0];

/**
 * The HTTP API as a Hono app, which answers on Lambda (`hono/aws-lambda`) and on this machine (`@hono/node-server`).
 *
 * @param options.uploadLimitBytes makes the server itself take uploads of at most so many bytes, for a store that can't
 *   presign; left out on Lambda
 */
export function createApi(services: Services, { uploadLimitBytes = 0 } = {}): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const cache = modelCache();
  const routes = apiRoutes({ acceptsUploads: uploadLimitBytes > 0 });
  for (const route of routes) {
    const limit = route.body === 'bytes' ? uploadLimitBytes : bodyLimitBytes;
    const path = honoPath(route.path);
    const tooLarge = new RequestError(
      413,
      `expected a body of at most ${limit} bytes, found more: larger data goes by the store`,
    );
    const handlers: MiddlewareHandler<Bindings>[] = [(c) => serve(c, route, services, cache)];
    // Routes that read no body need no limit.
    if (route.body !== undefined) handlers.unshift(atMost(limit, (c) => refuse(c, services, tooLarge)));
    app.on(route.method.toUpperCase(), [path], ...handlers);
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    const allow = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
    const error = new RequestError(405, `expected ${allow.join(' or ')} here`, { allow: allow.join(', ') });
    app.all(honoPath(path), (c) => refuse(c, services, error));
  }
  app.notFound((c) =>
    refuse(c, services, new RequestError(404, 'expected a path of this API; /openapi.json lists them')),
  );
  app.onError((error, c) => {
    services.telemetry.error('unhandled', { error: traceOf(error) });
    return refuse(c, services, error);
  });
  return app;
}

/** All operations; the OpenAPI document, one of them, is made of the others and of itself. */
export function apiRoutes(options: { acceptsUploads: boolean }): Route[] {
  const routes: Route[] = [
    ...page,
    ...trainings,
    ...evaluations,
    ...predictions,
    ...models,
    ...datasets(options),
    ...reports,
  ];
  const openapi: Route = {
    method: 'get',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI document.',
    parameters: {},
    answers: { 200: { description: 'The document.', content: 'application/json' } },
    problems: [],
    async handle() {
      const { openApiDocument } = await import('./openapi.ts');
      return Response.json(openApiDocument(routes));
    },
  };
  routes.push(openapi);
  return routes;
}

/** Refuses longer bodies: by content-length where it is given, since measuring the body takes as long as a prediction. */
function atMost(limit: number, onError: (c: HonoContext) => Response): MiddlewareHandler<Bindings> {
  const measured = bodyLimit({ maxSize: limit, onError });
  return async (c, next) => {
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return measured(c, next);
    return Number(length) <= limit ? next() : onError(c);
  };
}

async function serve(c: HonoContext, route: Route, services: Services, models: ModelCache): Promise<Response> {
  const { telemetry, now } = services;
  const invocation = c.env?.lambdaContext;
  const request = invocation?.awsRequestId ?? services.newId();
  const startMs = now();
  telemetry.begin(invocation);
  telemetry.note({ route: `${route.method.toUpperCase()} ${route.path}`, request });
  let response: Response;
  try {
    const parts = await readParts(c, route);
    const context = await contextOf(services, invocation);
    const url = new URL(c.req.url);
    const accept = c.req.header('accept') ?? '';
    response = await route.handle({ ...parts, url, accept, context, services, models, request });
  } catch (error) {
    response = problemResponse(error, { path: c.req.path, request });
    const log = response.status >= 500 ? telemetry.error : telemetry.info;
    log('problem', { status: response.status, error: traceOf(error) });
  }
  const milliseconds = now() - startMs;
  telemetry.info('request', { status: response.status, milliseconds });
  telemetry.measure('RequestTime', 'Milliseconds', milliseconds);
  telemetry.measure(response.status >= 500 ? 'RequestsFailed' : 'RequestsAnswered', 'Count', 1);
  telemetry.end();
  return guarded(response);
}

/** Checks what the client sent against what the route asks for. */
async function readParts(c: HonoContext, route: Route): Promise<Pick<Call, 'parameters' | 'body'>> {
  const { parameters, body } = route;
  if (c.req.url.includes('?')) await checkQuery(c, route);
  const given = c.req.param() as Record<string, string>;
  const checked = Object.entries(parameters).map(([name, schema]) => [name, check(schema, given[name], name)]);
  return { parameters: Object.fromEntries(checked), body: await readBody(c, body) };
}

/**
 * Refuses parameters in the query, of which no operation has any: one that is passed over in silence, such as an alias, would
 * have another effect than the client believes.
 */
async function checkQuery(c: HonoContext, { method, path, parameters, body }: Route): Promise<void> {
  const [name] = new URL(c.req.url).searchParams.keys();
  if (name === undefined) return;
  const ofBody =
    body === undefined || body === 'bytes' ? [] : knownKeys({ schema: await requestSchema(body), root: {} }, []);
  const taken = ['none'];
  const inPath = Object.keys(parameters);
  if (inPath.length > 0) taken.push(`in its path ${inPath.join(', ')}`);
  if (ofBody.length > 0) taken.push(`in its body ${ofBody.join(', ')}`);
  const found = JSON.stringify(name.slice(0, 60));
  throw new InputError(
    `query: expected no parameters, found ${found}; ${method.toUpperCase()} ${path} takes ${taken.join('; ')}`,
  );
}

async function readBody(c: HonoContext, body: Route['body']): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body === 'bytes') return new Uint8Array(await c.req.arrayBuffer());
  const contentType = c.req.header('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType)) {
    throw new RequestError(415, `content-type: expected application/json, found ${JSON.stringify(contentType)}`);
  }
  const schema = await requestSchema(body);
  const text = await c.req.text();
  try {
    return check(schema, parseJson(text), 'body');
  } catch (error) {
    if (!(error instanceof InputError && error.message.includes('Infinity'))) throw error;
    const { parseWithLargeNumbers } = await import('../../../lib/jobs/large-numbers.ts');
    return check(schema, parseWithLargeNumbers(text), 'body');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new InputError('body: expected JSON, found nothing');
  if (isDeeper(text, depthLimit)) {
    throw new InputError(`body: expected JSON nested at most ${depthLimit} deep, found more`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`body: expected JSON, found ${(error as Error).message}`, { cause: error });
  }
}

/** What requests nest in earnest stays far below; deeper ones would exhaust the stack of what walks them. */
const depthLimit = 64;

/** Whether a text that may be JSON nests more than `limit` brackets, those within its texts left out. */
function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (inText && mark === '\\') at++;
    else if (mark === '"') inText = !inText;
    else if (inText) continue;
    else if (mark === '[' || mark === '{') depth++;
    else if (mark === ']' || mark === '}') depth--;
    if (depth > limit) return true;
  }
  return false;
}

function refuse(c: HonoContext, services: Services, error: unknown): Response {
  const request = c.env?.lambdaContext?.awsRequestId ?? services.newId();
  return guarded(problemResponse(error, { path: c.req.path, request }));
}

/** Keeps browsers from guessing at content types, from caching answers and from telling other sites where they were. */
function guarded(response: Response): Response {
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('referrer-policy', 'no-referrer');
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
  return response;
}

const honoPath = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'path' ? ':path{.+}' : `:${name}`));
