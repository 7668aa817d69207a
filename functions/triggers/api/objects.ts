import { NotFoundError } from '../../../lib/core/errors.ts';
import { RequestError } from './problem.ts';
import type { Call } from './route.ts';

/** Bytes that Lambda lets an answer have: 6 MB with the envelope around it. */
const answerLimitBytes = 5 * 1024 * 1024;

/** Seconds for which a redirected browser may fetch what it was sent to. */
const linkSeconds = 300;

const contentTypes = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['json', 'application/json'],
  ['yml', 'text/plain; charset=utf-8'],
]);

/** An object of the store as the answer, or a presigned URL to it when it is larger than an answer may be. */
export async function sendObject(
  { context: { store }, url }: Pick<Call, 'context' | 'url'>,
  key: string,
): Promise<Response> {
  const contentType = contentTypes.get(key.split('.').at(-1) ?? '');
  const found = contentType && (await store.head(key));
  if (!found) throw new NotFoundError(`${url.pathname}: expected a report, found none`);
  if (found.size > answerLimitBytes && store.presignGet) {
    const location = await store.presignGet(key, { expiresInSeconds: linkSeconds });
    return new Response(null, { status: 302, headers: { location } });
  }
  const { body } = await store.get(key);
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType, 'cache-control': 'no-cache' } });
}

/** Refuses an answer that Lambda would cut off. */
export function checkAnswerSize(text: string): void {
  if (text.length <= answerLimitBytes) return;
  throw new RequestError(
    413,
    `expected an answer of at most ${answerLimitBytes} bytes, found ${text.length}: ask about fewer rows`,
  );
}
