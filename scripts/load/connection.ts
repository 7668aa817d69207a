import { connect, type Socket } from 'node:net';

/** A connection that is kept open, is opened again after a break, and carries one request at a time. */
export interface Connection {
  /** Whether the answer was 200, and came within ten seconds. */
  post(body: string): Promise<boolean>;
  close(): void;
}

const answerLimitMs = 10_000;

/**
 * A connection to a server of HTTP/1.1.
 *
 * It knows only as much of HTTP as a load test of our own server needs, and takes a third of the time of node:http: client
 * and server share a machine, and it is the server that is measured.
 */
export function connectionTo(url: string): Connection {
  const { hostname, port, pathname, host } = new URL(url);
  let socket: Socket | undefined;
  let received = '';
  let onAnswer: ((isGood: boolean) => void) | undefined;
  const settle = (isGood: boolean) => {
    const settled = onAnswer;
    [onAnswer, received] = [undefined, ''];
    settled?.(isGood);
  };
  const open = (): Socket => {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true, timeout: answerLimitMs });
    opened.setEncoding('latin1');
    opened.on('data', (piece: string) => {
      received += piece;
      if (isWholeAnswer(received)) settle(received.startsWith('HTTP/1.1 200 '));
    });
    opened.on('timeout', () => opened.destroy());
    opened.on('error', () => opened.destroy());
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
      settle(false);
    });
    return opened;
  };
  return {
    post: (body) =>
      new Promise((resolve) => {
        onAnswer = resolve;
        socket ??= open();
        const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json`;
        socket.write(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
    close: () => socket?.destroy(),
  };
}

/** Whether a text holds a whole answer, by its content-length or the empty last chunk. */
function isWholeAnswer(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head + 4 + Number(length);
}
