import { Agent, type IncomingMessage, request } from 'node:http';

/** One request, which is sent again and again. */
export interface LoadRequest {
  url: string;
  body: string;
}

export interface LoadResult {
  sent: number;
  /** Answers other than 200, and requests without an answer. */
  errors: number;
  /** Answers in a second, from the first request to the last answer. */
  perSecond: number;
  /** Milliseconds from the time at which a request was due to its whole answer. */
  p50: number;
  p99: number;
  longest: number;
}

/**
 * Sends requests at a fixed rate, whether or not earlier ones were answered: a server that falls behind is seen to, since
 * each request's time counts from when it was due.
 */
export async function sendAtRate(
  target: LoadRequest,
  options: { perSecond: number; seconds: number },
): Promise<LoadResult> {
  const { perSecond, seconds } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const count = Math.round(perSecond * seconds);
  const milliseconds: number[] = [];
  const failures: unknown[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  for (let sent = 0; sent < count; ) {
    for (const due = dueBy(performance.now() - startMs, perSecond, count); sent < due; sent++) {
      const dueMs = startMs + (sent * 1000) / perSecond;
      const answered = post(agent, target).then(
        () => void milliseconds.push(performance.now() - dueMs),
        (error: unknown) => void failures.push(error),
      );
      pending.push(answered);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  agent.destroy();
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => milliseconds[Math.ceil(share * milliseconds.length) - 1] ?? Number.NaN;
  return {
    sent: count,
    errors: failures.length,
    perSecond: milliseconds.length / Math.max(elapsedSeconds, seconds),
    p50: at(0.5),
    p99: at(0.99),
    longest: at(1),
  };
}

const dueBy = (elapsedMs: number, perSecond: number, count: number): number =>
  Math.min(count, Math.floor((elapsedMs * perSecond) / 1000) + 1);

function post(agent: Agent, { url, body }: LoadRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sending = request(url, { agent, method: 'POST', headers, timeout: 10_000 }, (response: IncomingMessage) => {
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`expected 200, found ${response.statusCode}`));
      });
      response.resume();
    });
    sending.on('timeout', () => sending.destroy(new Error('expected an answer within 10 s, found none')));
    sending.on('error', reject);
    sending.end(body);
  });
}
