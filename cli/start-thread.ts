// Starts a thread for a command that is yet to be loaded: cli/hone.mjs runs this where it looks as if there will be work for
// one, so that it is there when the work is.
import { startThreadAhead } from '../lib/jobs/thread-ahead.ts';

startThreadAhead();
