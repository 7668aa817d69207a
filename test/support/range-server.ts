import { Worker } from 'node:worker_threads';

/** A server of one object, on a thread of its own: whoever waits for its answer may block. */
export interface RangeServer {
  url: string;
  /** Lets so many requests fail. */
  fail(requests: number): void;
  /** Whether the object was replaced: its tag is then no longer `first`. */
  replaced(isReplaced: boolean): void;
  close(): Promise<unknown>;
}

/** Words of `control`: how many requests are to fail, and whether the object has another tag now. */
const script = `
const { createServer } = require('node:http');
const { parentPort, workerData: { bytes, control } } = require('node:worker_threads');
createServer((request, response) => {
  const [, start, end] = /bytes=(\\d+)-(\\d+)/.exec(request.headers.range).map(Number);
  if (Atomics.sub(control, 0, 1) > 0) return void response.writeHead(503).end();
  if (request.headers['if-match'] !== (control[1] === 0 ? '"first"' : '"second"')) return void response.writeHead(412).end();
  response.writeHead(206).end(bytes.subarray(start, end + 1));
}).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

/** Serves ranges of an object whose tag is `first`. */
export async function rangeServer(bytes: Uint8Array): Promise<RangeServer> {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(script, { eval: true, workerData: { bytes: new Uint8Array(bytes), control } });
  const port = await new Promise((resolve) => worker.once('message', resolve));
  return {
    url: `http://127.0.0.1:${port}/`,
    fail: (requests) => void Atomics.store(control, 0, requests),
    replaced: (isReplaced) => void Atomics.store(control, 1, Number(isReplaced)),
    close: () => worker.terminate(),
  };
}
