import * as z from 'zod/mini';
import { pipelineSchema } from '../../../../lib/pipeline/schema.ts';
import { nameSchema } from '../../../adapter/check.ts';

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;

/** The body that begins a training, by a pipeline or by its name. */
export const trainingRequest = z.strictObject({
  pipeline: z.union([nameSchema.check(describe('The name of a pipeline in the store.')), pipelineSchema]),
});
