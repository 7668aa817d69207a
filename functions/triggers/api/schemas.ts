import * as z from 'zod/mini';
import { describe } from '../../../lib/pipeline/describe.ts';
import { metricsSchema } from '../../../lib/report/evaluation-schema.ts';
import { aliasSchema, hashSchema, nameSchema } from '../../adapter/check.ts';
import { aliasRequest } from './requests/alias.ts';
import { evaluationRequest } from './requests/evaluation.ts';
import { predictionRequest } from './requests/prediction.ts';
import { trainingRequest } from './requests/training.ts';
import { uploadRequest } from './requests/upload.ts';

// What goes in and out over HTTP: the OpenAPI document is made of these schemas, and tests check the answers with them.
// Requests are checked against those in requests/, which are loaded one by one.

const text = (description: string) => z.string().check(describe(description));

const metrics = metricsSchema;
const gate = z.enum(['pass', 'fail', 'undecided', 'none']);
const links = z.record(z.string(), z.string()).check(describe('Paths on this server, by what they lead to.'));

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
  TrainingRequest: trainingRequest,
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
  EvaluationRequest: evaluationRequest,
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
  PredictionRequest: predictionRequest,
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
  AliasRequest: aliasRequest,
  Alias: z.strictObject({ model: nameSchema, alias: aliasSchema, version: hashSchema, from: z.nullable(hashSchema) }),
  UploadRequest: uploadRequest,
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
