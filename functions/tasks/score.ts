import * as z from 'zod/mini';
import { score } from '../../lib/jobs/score.ts';
import { check, hashSchema } from '../adapter/check.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { task } from '../adapter/task.ts';

const scoreStep = z.strictObject({ scoring: hashSchema });

/** Scores the objects of a scoring; answers `{ done: false }` when time ran short, and goes on at the next call. */
export const createScore = task({
  name: 'score',
  read: (input, where) => check(scoreStep, input, where),
  fields: ({ scoring }) => ({ scoring }),
  run: (step, context) => score(context, step),
});

export const handler = onLambda(createScore);
