// The script of a thread that runs kernels. The build bundles it into kernel-worker.generated.ts, as text.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { servePool } from '../kernels/pool-thread.ts';
import { kernelHost } from './kernel-host.ts';

const { memory, words } = workerData as { memory: WebAssembly.Memory; words: Int32Array };
if (parentPort) {
  const port = parentPort;
  servePool(words, memory, kernelHost(memory), () => receiveMessageOnPort(port)?.message);
}
