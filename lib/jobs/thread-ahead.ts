import { workerSource } from '../data/kernel-worker.generated.ts';
import { startThread } from '../kernels/start-thread.ts';
import { keepStarted } from './started-thread.ts';

/** Starts a thread, and leaves it for the pool that will want it. */
export const startThreadAhead = (): void => keepStarted(startThread(workerSource));
