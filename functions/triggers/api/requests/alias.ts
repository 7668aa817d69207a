import * as z from 'zod/mini';
import { hashSchema } from '../../../adapter/check.ts';

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;

/** The body that moves an alias. */
export const aliasRequest = z.strictObject({
  version: hashSchema,
  from: z.optional(
    z.nullable(hashSchema.check(describe('Move only if the alias still names this version; null: names none.'))),
  ),
});
