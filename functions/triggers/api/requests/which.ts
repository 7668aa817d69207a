import * as z from 'zod/mini';
import { aliasSchema, hashSchema } from '../../../adapter/check.ts';

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;

/** The fields by which a request names a model's version. */
export const which = {
  version: z.optional(hashSchema.check(describe('A version by its name; without it, the one that the alias names.'))),
  alias: z.optional(aliasSchema.check(describe('`champion` when left out.'))),
};
