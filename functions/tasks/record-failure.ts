import * as z from 'zod/mini';
import type { Context } from '../../lib/jobs/context.ts';
import { isPassing } from '../../lib/jobs/failed-work.ts';
import { abandonPlan } from '../../lib/jobs/plan.ts';
import { recordFailure } from '../../lib/jobs/runs.ts';
import { check, hashSchema, nameSchema } from '../adapter/check.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { readProblem } from '../adapter/problems.ts';
import { task } from '../adapter/task.ts';

/** What the failed state was given, and its error as Step Functions reports it. */
const failureStep = z.object({
  run: z.optional(hashSchema),
  scoring: z.optional(hashSchema),
  pipeline: z.optional(z.nullable(nameSchema)),
  dataset: z.optional(z.string()),
  trigger: z.optional(z.string()),
  error: z.object({ Error: z.string(), Cause: z.optional(z.string()) }),
});
type FailureStep = z.infer<typeof failureStep>;

/** What was recorded: the failure's name, and what it was about. */
type FailureAnswer = { error: string } & Partial<Record<'run' | 'scoring' | 'dataset' | 'problem', string>>;

/**
 * Notes a workflow's failure: as error.json of its run or scoring, or, before there is one, in the note that a workflow
 * waits for the dataset: it is taken back, or, when another try may go well, left for the hourly tick.
 */
export const createRecordFailure = task<FailureStep, FailureAnswer>({
  name: 'record-failure',
  read: (input, where) => check(failureStep, input, where),
  fields: ({ run, scoring, pipeline, dataset, error }) => ({ run, scoring, pipeline, dataset, failure: error.Error }),
  async run(step, context, telemetry) {
    const { key, ...problem } = await readProblem(context, step.error);
    await record(context, step, problem);
    telemetry.warn('workflow failed', { failure: problem.name, problem: key });
    telemetry.measure('WorkflowsFailed', 'Count', 1);
    const { run, scoring, dataset } = step;
    return { error: problem.name, run, scoring, dataset, problem: key };
  },
});

async function record(
  context: Context,
  { run, scoring, pipeline = null, dataset, trigger }: FailureStep,
  problem: { name: string; message: string },
): Promise<void> {
  const id = run ?? scoring;
  if (id !== undefined) await recordFailure(context, id, problem);
  if (trigger !== undefined && dataset !== undefined) {
    await abandonPlan(context, { pipeline, dataset, trigger }, { final: !isPassing(problem.name) });
  }
}

export const handler = onLambda(createRecordFailure);
