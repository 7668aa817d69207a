import * as z from 'zod/mini';
import { type InspectionResult, inspectDataset } from '../../lib/jobs/inspect.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { task } from '../adapter/task.ts';

// The step is what `plan` answered, and more than the dataset stands in it.
const inspectStep = z.object({ dataset: z.string().check(z.minLength(1)) });

/** Describes a dataset that no pipeline asks for, and drafts a pipeline for it. */
export const createInspect = task<{ dataset: string }, InspectionResult>({
  name: 'inspect',
  schema: inspectStep,
  fields: ({ dataset }) => ({ dataset }),
  run: ({ dataset }, context) => inspectDataset(context, { dataset }),
});

export const handler = onLambda(createInspect);
