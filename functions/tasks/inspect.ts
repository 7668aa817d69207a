import * as z from 'zod/mini';
import { type InspectionResult, inspectDataset } from '../../lib/jobs/inspect.ts';
import { endInspection } from '../../lib/jobs/plan.ts';
import { check } from '../adapter/check.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { task } from '../adapter/task.ts';

// The step is what `plan` answered, and more than the dataset stands in it.
const inspectStep = z.object({ dataset: z.string().check(z.minLength(1)), trigger: z.optional(z.string()) });

/** Describes a dataset that no pipeline asks for, and drafts a pipeline for it. */
export const createInspect = task<{ dataset: string; trigger?: string }, InspectionResult>({
  name: 'inspect',
  read: (input, where) => check(inspectStep, input, where),
  fields: ({ dataset }) => ({ dataset }),
  async run({ dataset, trigger }, context) {
    const result = await inspectDataset(context, { dataset });
    if (trigger !== undefined) await endInspection(context, { dataset, trigger });
    return result;
  },
});

export const handler = onLambda(createInspect);
