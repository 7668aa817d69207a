import { HoneError } from '../../../lib/core/errors.ts';

/** What goes wrong between a client and this server, before any job: RFC 9110's status codes in the client's range. */
export class RequestError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'RequestError';
    this.status = status;
    this.headers = headers;
  }
}

/** A problem as RFC 9457 has it, with two members of our own: the error's name, and the request that the log knows. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  instance: string;
  error: string;
  request: string;
}

const titles = new Map([
  [400, 'Bad Request'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [409, 'Conflict'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [422, 'Unprocessable Content'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [503, 'Service Unavailable'],
]);

const statusOf = new Map([
  ['InputError', 400],
  ['NotFoundError', 404],
  ['ConflictError', 409],
  ['NumericError', 422],
  ['StoreError', 503],
]);

/** Seconds after which a client may ask a store again that did not answer. */
const retryAfterSeconds = 5;

/**
 * The answer to a request that failed. What the client can mend it is told in full; of what it can't, it learns only
 * which request to look for in the log.
 */
export function problemResponse(error: unknown, { path, request }: { path: string; request: string }): Response {
  const { status, detail, headers, name } = describe(error, request);
  const problem: Problem = {
    type: 'about:blank',
    title: titles.get(status) ?? 'Error',
    status,
    detail,
    instance: path,
    error: name,
    request,
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

function describe(
  error: unknown,
  request: string,
): { status: number; detail: string; headers: Record<string, string>; name: string } {
  if (error instanceof RequestError) {
    return { status: error.status, detail: error.message, headers: error.headers, name: error.name };
  }
  const status = error instanceof HoneError ? (statusOf.get(error.name) ?? 500) : 500;
  if (status === 503) {
    const detail = 'The store or the workflow engine did not answer. Try again.';
    return { status, detail, headers: { 'retry-after': String(retryAfterSeconds) }, name: 'StoreError' };
  }
  if (status === 500) {
    const detail = `Something went wrong on this side; the log has more under request ${request}.`;
    return { status, detail, headers: {}, name: 'InternalError' };
  }
  const { message, name } = error as HoneError;
  return { status, detail: message, headers: {}, name };
}
