import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { versionSchema } from '../../../adapter/check.ts';

/** The body that moves an alias. */
export const aliasRequest = z.strictObject({
  version: versionSchema,
  from: z.optional(
    z.nullable(versionSchema.check(describe('Move only if the alias still names this version; null: names none.'))),
  ),
});
