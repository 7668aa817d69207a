import * as z from 'zod/mini';

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;

/** The body that asks for an address to upload to. */
export const uploadRequest = z.strictObject({
  file: z.string().check(z.minLength(1), z.maxLength(512), describe('A file name, or a path below the dataset.')),
  contentType: z.optional(
    z.string().check(z.maxLength(100), z.regex(/^[\x21-\x7e][\x20-\x7e]*$/, { error: 'printable ASCII' })),
  ),
});
