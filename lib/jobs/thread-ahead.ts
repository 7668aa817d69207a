import { workerSource } from '../data/kernel-worker.generated.ts';
import { startThread } from '../kernels/start-thread.ts';
import { keepStarted } from './started-thread.ts';

/** Starts a worker thread and keeps it for the first pool that needs one. */
export const startThreadAhead = (): void => keepStarted(startThread(workerSource));
