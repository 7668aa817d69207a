import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { InputError } from '../lib/core/errors.ts';

export interface LocalServer {
  /** Where it answers, with a slash at its end: http://127.0.0.1:3000/ */
  url: string;
  /** Ends it, and the connections that are open. */
  close(): void;
}

/**
 * Serves an app on 127.0.0.1, to this machine alone.
 *
 * @param port 0 takes a free one
 * @throws InputError when the port is in use
 */
export async function serveHere(
  app: { fetch(request: Request): Response | Promise<Response> },
  port: number,
): Promise<LocalServer> {
  const server = createServer(
    getRequestListener((request) => {
      if (!isForThisMachine(request)) return forbidden('expected the host 127.0.0.1 or localhost');
      if (isOfAnotherSite(request)) return forbidden('expected a request of this server’s own pages, or of a program');
      return app.fetch(request);
    }),
  );
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = 'Give another with --port';
      const inUse = new InputError(`port ${port}: expected a free one, found it in use`, { advice });
      reject(error.code === 'EADDRINUSE' ? inUse : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

// A page on the web may point a name of its own at 127.0.0.1 and so talk to this server as if it were its own; its
// requests carry that name.
const ownNames = new Set(['127.0.0.1', 'localhost']);
const isForThisMachine = ({ url }: Request): boolean => ownNames.has(new URL(url).hostname);

// A page of any site can make a browser send simple requests, such as a POST without a body. Headers say whose page it is.
function isOfAnotherSite({ method, headers, url }: Request): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const origin = headers.get('origin');
  if (origin !== null) return origin !== new URL(url).origin;
  return ['cross-site', 'same-site'].includes(headers.get('sec-fetch-site') ?? '');
}

const forbidden = (detail: string): Response =>
  new Response(`${JSON.stringify({ title: 'Forbidden', status: 403, detail })}\n`, {
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
  });
