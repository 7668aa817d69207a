// Starts a worker thread while the command itself is not loaded yet. cli/hone.mjs runs this script when the data is large.
import { startThreadAhead } from '../lib/jobs/thread-ahead.ts';

startThreadAhead();
