import { evaluate } from '../../lib/jobs/evaluate.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { runTask } from '../adapter/run-task.ts';

/** Measures a run's candidate on the held-out rows, and the champion on the same ones. */
export const createEvaluate = runTask('evaluate', evaluate);

export const handler = onLambda(createEvaluate);
