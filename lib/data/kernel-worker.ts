// The script of a thread that runs kernels. The build bundles it into kernel-worker.generated.ts, as text.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { servePool } from '../kernels/pool-thread.ts';
import { kernelHost } from './kernel-host.ts';

const { memory, words, thread } = workerData as { memory: WebAssembly.Memory; words: Int32Array; thread: number };
if (parentPort) {
  const port = parentPort;
  servePool(words, memory, {
    thread,
    imports: kernelHost(memory),
    receive: () => receiveMessageOnPort(port)?.message,
  });
}
