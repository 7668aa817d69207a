import * as z from 'zod/mini';
import { type PlanOutcome, type PlanStep, plan } from '../../lib/jobs/plan.ts';
import { check, nameSchema } from '../adapter/check.ts';
import { onLambda } from '../adapter/on-lambda.ts';
import { task } from '../adapter/task.ts';

const planStep = z.strictObject({
  pipeline: z.nullable(nameSchema),
  dataset: z.string().check(z.minLength(1)),
  trigger: z.string().check(z.regex(/^[A-Za-z0-9-]{1,36}$/, { error: 'letters, digits and "-", at most 36' })),
});

/** Looks whether a dataset is complete, and what to do then: wait, train, inspect, or nothing. */
export const createPlan = task<PlanStep, PlanOutcome>({
  name: 'plan',
  read: (input, where) => check(planStep, input, where),
  fields: ({ pipeline, dataset, trigger }) => ({ pipeline, dataset, trigger }),
  run: (step, context) => plan(context, step),
});

export const handler = onLambda(createPlan);
