import * as z from 'zod/mini';
import { predictionsSchema } from '../../../../lib/pipeline/predictions-schema.ts';
import { nameSchema } from '../../../adapter/check.ts';
import { which } from './which.ts';

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;

/** The body that asks for an evaluation: of a model's version on data, or of predictions. */
export const evaluationRequest = z.union(
  [
    z.strictObject({
      model: nameSchema,
      ...which,
      data: z.strictObject({
        path: z.string().check(z.minLength(1), describe('An object or a prefix in the store, or s3://….')),
      }),
    }),
    z.omit(predictionsSchema, { schedule: true }),
  ],
  { error: ({ input }) => evaluationParts(input) },
);

/** Says when an evaluation asks for both of what it may ask for; zod knows only that neither fits. */
function evaluationParts(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('model' in body && 'predictions' in body)) return undefined;
  return 'expected model or predictions, found both';
}
