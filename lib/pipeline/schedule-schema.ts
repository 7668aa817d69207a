import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { parseDuration } from './duration.ts';

/** A time as documents write it. */
export const durationSchema = z
  .string()
  .check(
    z.refine((text) => parseDuration(text) !== undefined, { error: 'a duration such as "60 s", "5 min", "12 h"' }),
  );

/** How often a document's evaluation is repeated. */
export const scheduleSchema = z.strictObject({
  every: durationSchema.check(
    z.refine((text) => (parseDuration(text) ?? Number.POSITIVE_INFINITY) >= 3_600_000, { error: 'one hour or more' }),
    describe('Evaluate again so often, on data that has come since.'),
  ),
});
