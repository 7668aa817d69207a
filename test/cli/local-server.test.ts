import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, serveHere } from '../../cli/local-server.ts';

let server: LocalServer;

beforeEach(async () => {
  server = await serveHere({ fetch: () => new Response('served') }, 0);
});

afterEach(() => server.close());

const ask = (method: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    const asking = request(server.url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.once('error', reject).end();
  });

const here = () => server.url.slice(0, -1);

test.each([
  // A page of another site can make a browser POST without a body, for which browsers ask no permission (CORS).
  ['another site', 'POST', { origin: 'https://attacker.example' }, 403],
  ['another port of this machine', 'POST', { origin: 'http://127.0.0.1:1' }, 403],
  ['a page without an origin', 'POST', { origin: 'null' }, 403],
  ['another site, by an old form', 'POST', { 'sec-fetch-site': 'cross-site' }, 403],
  ['another site, with another method', 'PUT', { origin: 'https://attacker.example' }, 403],
  ['a name of the web that points here', 'GET', { host: 'attacker.example' }, 403],
  ['another site that looks, and is not shown the answer', 'GET', { origin: 'https://attacker.example' }, 200],
  ['a program', 'POST', {}, 200],
  ['a program that names this host by its name', 'POST', { host: 'localhost' }, 200],
] as const)('%s asks by %s: %j', async (_, method, headers, status) => {
  expect(await ask(method, headers)).toBe(status);
});

test('its own pages may ask', async () => {
  expect(await ask('POST', { origin: here(), 'sec-fetch-site': 'same-origin' })).toBe(200);
});
