import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';

/** The body that asks for an address to upload to. */
export const uploadRequest = z.strictObject({
  file: z.string().check(z.minLength(1), z.maxLength(512), describe('A file name, or a path below the dataset.')),
  contentType: z.optional(
    z.string().check(z.maxLength(100), z.regex(/^[\x21-\x7e][\x20-\x7e]*$/, { error: 'printable ASCII' })),
  ),
});
