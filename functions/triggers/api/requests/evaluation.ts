import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { predictionsSchema } from '../../../../lib/pipeline/predictions-schema.ts';
import { nameSchema } from '../../../adapter/check.ts';
import { which } from './which.ts';

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

/** A message for a body with both kinds of evaluation; zod would only say that it matches neither. */
function evaluationParts(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('model' in body && 'predictions' in body)) return undefined;
  return 'expected model or predictions, found both';
}
