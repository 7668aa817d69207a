import * as z from 'zod/mini';
import { describe } from '../../../../lib/pipeline/describe.ts';
import { pipelineSchema } from '../../../../lib/pipeline/schema.ts';
import { nameSchema } from '../../../adapter/check.ts';

/** The body that begins a training, by a pipeline or by its name. */
export const trainingRequest = z.strictObject({
  pipeline: z.union([nameSchema.check(describe('The name of a pipeline in the store.')), pipelineSchema]),
});
