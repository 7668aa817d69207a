import * as z from 'zod/mini';

/**
 * The description of a field, for the JSON Schema of a document.
 *
 * zod types this check for schemas, though it runs on the values of one; hence the cast.
 */
export const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;
