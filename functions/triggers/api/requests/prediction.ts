import * as z from 'zod/mini';
import { rowLimit } from '../../../../lib/jobs/predict.ts';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { which } from './which.ts';

/** The body that asks for predictions: of the rows in it, or of a dataset. */
export const predictionRequest = z.union(
  [
    z.strictObject({
      rows: z
        .array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])))
        .check(z.minLength(1), z.maxLength(rowLimit), describe('One object a row, one property a feature.')),
      ...which,
    }),
    z.strictObject({
      input: z
        .string()
        .check(z.minLength(1), describe('A dataset to score object by object: a prefix, or one object.')),
      id: z.optional(z.string().check(describe('The column whose cells name the rows in the output.'))),
      ...which,
    }),
  ],
  { error: ({ input }) => wrongParts(input) },
);

/** A message for a body with both kinds of prediction; zod would only say that it matches neither. */
function wrongParts(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('rows' in body && 'input' in body)) return undefined;
  return 'expected rows or input, found both';
}
