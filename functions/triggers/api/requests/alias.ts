import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { hashSchema } from '../../../adapter/check.ts';

/** The body that moves an alias. */
export const aliasRequest = z.strictObject({
  version: hashSchema,
  from: z.optional(
    z.nullable(hashSchema.check(describe('Move only if the alias still names this version; null: names none.'))),
  ),
});
