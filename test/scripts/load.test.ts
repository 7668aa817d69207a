import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { sendAtRate } from '../../scripts/load/requests.ts';
import { root } from '../support/cli.ts';

test('predictions are answered without an error before, while and after a training runs beside them', () => {
  const load = join(root, 'scripts/load/main.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [load, '--seconds', '3', '--rate', '100'], {
    encoding: 'utf8',
  });
  const rows = [...stdout.matchAll(/^ {2}(before|while|after).*? {2,}(\d+) +(\d+) /gm)];
  expect(
    rows.map(([, when, , errors]) => [when, errors]),
    stderr,
  ).toEqual([
    ['before', '0'],
    ['while', '0'],
    ['after', '0'],
  ]);
});

describe('requests at a rate', () => {
  const ask = (url: string) => sendAtRate({ url, body: '{}' }, { perSecond: 200, seconds: 1 });

  test('are timed from when they were due: with a server that hung, all that waited were slow', async () => {
    let isStill = false;
    const held: (() => void)[] = [];
    const { url, close } = await serve((answer) => {
      if (isStill) held.push(answer);
      else answer(200);
    });
    const begin = setTimeout(() => {
      isStill = true;
      setTimeout(() => {
        isStill = false;
        for (const answer of held) answer();
      }, 400);
    }, 300);
    const { sent, errors, p99, tenths } = await ask(url);
    clearTimeout(begin);
    close();
    // Counted from when they were sent, only the 64 requests on the open connections would have been slow.
    expect([sent, errors]).toEqual([200, 0]);
    expect(p99).toBeGreaterThan(300);
    expect(tenths.slice(4, 6).every((longest) => longest > 150)).toBe(true);
  });

  test('that are refused, cut off or not answered at all are errors', async () => {
    let count = 0;
    const { url, close } = await serve((answer, socket) => {
      count++;
      if (count % 10 === 0) answer(503);
      else if (count % 10 === 5) socket.destroy();
      else answer(200);
    });
    expect(await ask(url)).toMatchObject({ sent: 200, errors: 40 });
    close();
    expect(await ask(url)).toMatchObject({ sent: 200, errors: 200 });
  });
});

async function serve(
  onRequest: (answer: (status?: number) => void, socket: Duplex) => void,
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    onRequest((status = 200) => response.writeHead(status).end('{}'), request.socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
