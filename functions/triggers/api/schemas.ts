import * as z from 'zod/mini';
import { rowLimit } from '../../../lib/jobs/predict.ts';
import { predictionsSchema } from '../../../lib/pipeline/predictions-schema.ts';
import { pipelineSchema } from '../../../lib/pipeline/schema.ts';
import { metricsSchema } from '../../../lib/report/evaluation-schema.ts';
import { hashSchema, nameSchema } from '../../adapter/check.ts';

// What goes in and out over HTTP. Requests are checked against these schemas, the OpenAPI document is made of them, and
// tests hold the answers to them.

// zod types this check for schemas, though it runs on the values of one.
const describe = (text: string) => z.describe(text) as unknown as z.core.$ZodCheck<unknown>;
const text = (description: string) => z.string().check(describe(description));

export const aliasSchema = z
  .string()
  .check(
    z.regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'lower-case letters, digits and "-", at most 32, a letter first' }),
  );

const metrics = metricsSchema;
const gate = z.enum(['pass', 'fail', 'undecided', 'none']);
const links = z.record(z.string(), z.string()).check(describe('Paths on this server, by what they lead to.'));

const which = {
  version: z.optional(hashSchema.check(describe('A version by its name; without it, the one that the alias names.'))),
  alias: z.optional(aliasSchema.check(describe('`champion` when left out.'))),
};

const failure = z.strictObject({ name: text('InputError, NumericError, …'), message: z.string() });

const trainingResult = z.strictObject({
  run: hashSchema,
  version: hashSchema,
  status: z.enum(['trained', 'found']).check(describe('`found` when the version had been trained before.')),
  solution: z.string(),
  gate,
  metrics,
  report: text('Key of the report in the store.'),
});

const scoringResult = z.strictObject({
  scoring: hashSchema,
  model: nameSchema,
  version: hashSchema,
  rows: z.int(),
  outputs: z.array(z.string()).check(describe('Keys of the objects that were written.')),
  warnings: z.array(z.string()),
});

const signature = z.strictObject({
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['number', 'category', 'date-time', 'text']),
      levels: z.optional(z.array(z.string()).check(describe('The values that training saw.'))),
    }),
  ),
  output: z.union([
    z.strictObject({ name: z.string(), kind: z.literal('number') }),
    z.strictObject({ name: z.string(), kind: z.literal('category'), classes: z.array(z.string()) }),
  ]),
});

const state = z.enum(['running', 'done', 'failed']);

/** Every schema that the OpenAPI document names. */
export const components = {
  TrainingRequest: z.strictObject({
    pipeline: z.union([nameSchema.check(describe('The name of a pipeline in the store.')), pipelineSchema]),
  }),
  Training: z.strictObject({
    run: hashSchema,
    status: state,
    progress: z.optional(
      z.nullable(
        z.strictObject({
          step: z.int(),
          epoch: z.number(),
          loss: z.nullable(z.number()),
          gradientNorm: z.nullable(z.number()),
        }),
      ),
    ),
    result: z.optional(trainingResult),
    error: z.optional(failure),
    links,
  }),
  EvaluationRequest: z.union(
    [
      z.strictObject({
        model: nameSchema,
        ...which,
        data: z.strictObject({
          path: z.string().check(z.minLength(1), describe('An object or a prefix in the store, or s3://….')),
        }),
      }),
      z.omit(predictionsSchema, { schedule: true }),
    ],
    { error: ({ input }) => evaluationParts(input) },
  ),
  Evaluation: z.strictObject({
    run: hashSchema,
    model: z.optional(nameSchema.check(describe("Of a model's version."))),
    version: z.optional(hashSchema),
    name: z.optional(nameSchema.check(describe('Of predictions that were made elsewhere.'))),
    status: z.enum(['evaluated', 'found']),
    gate,
    metrics,
    on: text('Which rows were scored.'),
    report: text('Key of the report in the store.'),
    links,
  }),
  PredictionRequest: z.union(
    [
      z.strictObject({
        rows: z
          .array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])))
          .check(z.minLength(1), z.maxLength(rowLimit), describe('One object a row, one property a feature.')),
        ...which,
      }),
      z.strictObject({
        input: z
          .string()
          .check(z.minLength(1), describe('A dataset to score object by object: a prefix, or one object.')),
        id: z.optional(z.string().check(describe('The column whose cells name the rows in the output.'))),
        ...which,
      }),
    ],
    { error: ({ input }) => wrongParts(input) },
  ),
  Predictions: z.strictObject({
    model: nameSchema,
    version: hashSchema,
    predictions: z.array(
      z.union([
        z.nullable(z.number().check(describe('null where it is beyond the range of numbers; a warning says so.'))),
        z.strictObject({ label: z.string(), probabilities: z.record(z.string(), z.number()) }),
        z.strictObject({
          label: z.string(),
          margin: z
            .number()
            .check(describe('From a hinge loss: how far the row is on the side of the positive class.')),
        }),
      ]),
    ),
    warnings: z.array(z.string()),
  }),
  Scoring: z.strictObject({
    scoring: hashSchema,
    status: state,
    objects: z.optional(z.int()),
    result: z.optional(scoringResult),
    error: z.optional(failure),
    links,
  }),
  Models: z.strictObject({
    models: z.array(
      z.strictObject({
        name: nameSchema,
        champion: z.nullable(hashSchema),
        metric: z.nullable(
          z
            .strictObject({ name: z.string(), value: z.nullable(z.number()) })
            .check(describe("The champion's first metric.")),
        ),
        links,
      }),
    ),
  }),
  Model: z.strictObject({
    name: nameSchema,
    versions: z.array(hashSchema),
    aliases: z.record(z.string(), hashSchema),
    champion: z.nullable(
      z.strictObject({
        version: hashSchema,
        task: z.string(),
        signature,
        metrics,
        trainingRowCount: z.int(),
        testRowCount: z.int(),
      }),
    ),
  }),
  AliasRequest: z.strictObject({
    version: hashSchema,
    from: z.optional(
      z.nullable(hashSchema.check(describe('Move only if the alias still names this version; null: names none.'))),
    ),
  }),
  Alias: z.strictObject({ model: nameSchema, alias: aliasSchema, version: hashSchema, from: z.nullable(hashSchema) }),
  UploadRequest: z.strictObject({
    file: z.string().check(z.minLength(1), z.maxLength(512), describe('A file name, or a path below the dataset.')),
    contentType: z.optional(
      z.string().check(z.maxLength(100), z.regex(/^[\x21-\x7e][\x20-\x7e]*$/, { error: 'printable ASCII' })),
    ),
  }),
  Upload: z.strictObject({
    url: text('Where to PUT the bytes.'),
    method: z.literal('PUT'),
    key: z.string(),
    headers: z.record(z.string(), z.string()).check(describe('Headers to send with them.')),
    expiresInSeconds: z.nullable(z.int()),
  }),
  Stored: z.strictObject({ key: z.string(), size: z.int() }),
  Problem: z.strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    error: text('InputError, NotFoundError, ConflictError, NumericError, StoreError, RequestError or InternalError.'),
    request: text('What the log calls this request.'),
  }),
};

export type Components = typeof components;
export type Named<Name extends keyof Components> = z.infer<Components[Name]>;

/** The error for an evaluation of both a model and predictions; zod would only say that neither shape fits. */
function evaluationParts(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('model' in body && 'predictions' in body)) return undefined;
  return 'expected model or predictions, found both';
}

/** Likewise for a prediction of both rows and a dataset. */
function wrongParts(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('rows' in body && 'input' in body)) return undefined;
  return 'expected rows or input, found both';
}
