import { type Connection, connectionTo } from './connection.ts';

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
  /** The longest time in milliseconds in which the client itself could not run: the machine's fault, not the server's. */
  longestPause: number;
  /** The longest time of the requests that were due in each tenth of a second. */
  tenths: number[];
}

/** Connections that are open at the same time. */
const connectionCount = 64;

/**
 * Sends requests at a fixed rate, whether or not earlier ones were answered: a server that falls behind is seen to, since
 * each request's time counts from when it was due.
 *
 * @param options.risesFor seconds in which the rate rises from 0 to its full value; 0 by default
 */
export async function sendAtRate(
  target: LoadRequest,
  { perSecond, seconds, risesFor = 0 }: { perSecond: number; seconds: number; risesFor?: number },
): Promise<LoadResult> {
  const dueMs = dueTimes(perSecond, risesFor);
  const count = Math.round(perSecond * (seconds - risesFor / 2));
  const connections = Array.from({ length: connectionCount }, () => connectionTo(target.url));
  const idle = [...connections];
  const took = new Float64Array(count);
  let [sent, answered, errors, longestPause] = [0, 0, 0, 0];
  const startMs = performance.now();
  const now = () => performance.now() - startMs;
  await new Promise<void>((resolve) => {
    const ask = async (nth: number, connection: Connection) => {
      if (!(await connection.post(target.body))) errors++;
      took[nth] = now() - dueMs(nth);
      if (++answered === count) resolve();
      idle.push(connection);
      askDue();
    };
    // Requests for which no connection is free wait until an answer frees one.
    const askDue = () => {
      for (const nowMs = now(); sent < count && dueMs(sent) <= nowMs; ) {
        const connection = idle.pop();
        if (!connection) return;
        void ask(sent++, connection);
      }
    };
    let lastMs = 0;
    const timer = setInterval(() => {
      longestPause = Math.max(longestPause, now() - lastMs);
      lastMs = now();
      askDue();
      if (answered === count) clearInterval(timer);
    }, 1);
  });
  const elapsedSeconds = now() / 1000;
  for (const connection of connections) connection.close();
  const tenths = new Array<number>(Math.ceil(seconds * 10)).fill(0);
  for (const [nth, ms] of took.entries()) {
    const tenth = Math.min(tenths.length - 1, Math.floor(dueMs(nth) / 100));
    tenths[tenth] = Math.max(tenths[tenth], ms);
  }
  const sorted = took.toSorted();
  const at = (share: number) => sorted[Math.ceil(share * count) - 1];
  return {
    sent: count,
    errors,
    perSecond: (count - errors) / Math.max(elapsedSeconds, seconds),
    p50: at(0.5),
    p99: at(0.99),
    longest: at(1),
    longestPause,
    tenths,
  };
}

/** When each request is due, in ms. While the rate rises linearly, the nth is due at t where n = rate · t² / (2 · risesFor). */
function dueTimes(perSecond: number, risesFor: number): (nth: number) => number {
  const risen = (perSecond * risesFor) / 2;
  return (nth) =>
    1000 * (nth < risen ? Math.sqrt((2 * risesFor * nth) / perSecond) : risesFor + (nth - risen) / perSecond);
}
