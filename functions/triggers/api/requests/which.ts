import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { aliasSchema, versionSchema } from '../../../adapter/check.ts';

/** The fields by which a request names a model's version. */
export const which = {
  version: z.optional(
    versionSchema.check(
      describe('A version by its name, or its first six digits or more; without it, the one that the alias names.'),
    ),
  ),
  alias: z.optional(aliasSchema.check(describe('`champion` when left out.'))),
};
