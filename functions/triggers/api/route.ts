import type * as z from 'zod/mini';
import type { Context } from '../../../lib/jobs/context.ts';
import type { Services } from '../../adapter/services.ts';
import type { ModelCache } from './model-cache.ts';
import type { RequestName } from './requests/schemas.ts';
import type { Components, Named } from './schemas.ts';

export type Method = 'get' | 'post' | 'put';

/** One operation of the API: what serves it, and what the OpenAPI document says of it. */
export interface Route {
  method: Method;
  /** As OpenAPI writes it: /models/{name}. A parameter named `path` may hold slashes. */
  path: string;
  summary: string;
  description?: string;
  parameters: Record<string, z.ZodMiniType<string>>;
  /** A schema's name; `bytes` for a body that is taken as it comes. */
  body?: RequestName | 'bytes';
  answers: Record<number, RouteAnswer>;
  /** Statuses of the problems that it may answer, besides 400, 500 and 503. */
  problems: number[];
  handle(call: Call): Promise<Response>;
}

export interface RouteAnswer {
  description: string;
  /** A schema's name, or those of which it is one, or a media type without any. */
  content?: keyof Components | (keyof Components)[] | `${string}/${string}`;
  headers?: Record<string, string>;
}

/** A request on its way through a route, its parts checked. */
export interface Call {
  parameters: Record<string, string>;
  body: unknown;
  url: URL;
  accept: string;
  context: Context;
  services: Services;
  models: ModelCache;
  /** What the log calls this request. */
  request: string;
}

/** A route whose body has a schema. */
export function route<Name extends RequestName>(
  definition: Omit<Route, 'body' | 'handle'> & {
    body: Name;
    handle(call: Omit<Call, 'body'> & { body: Named<Name> }): Promise<Response>;
  },
): Route {
  return definition as Route;
}

/** A JSON answer, held to a schema by its type. */
export function answer<Name extends keyof Components>(
  _schema: Name,
  body: Named<Name>,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
