import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { later } from './later.ts';

// What a document may say of the model. Which of it goes together is checked in resolve-model.ts.

const positive = z.number().check(z.positive());
const nonNegative = z.number().check(z.nonnegative());
const share = z.number().check(z.gt(0), z.lt(1));

export const modelSchema = later(() =>
  z.strictObject({
    kind: z.optional(
      z
        .enum(['linear', 'logistic', 'softmax', 'mlp'])
        .check(describe('linear for regression and count, logistic for binary, softmax for multiclass; mlp for any.')),
    ),
    loss: z.optional(
      z
        .enum([
          'squared',
          'absolute',
          'huber',
          'quantile',
          'log-cosh',
          'poisson',
          'gamma',
          'tweedie',
          'logistic',
          'hinge',
          'squared-hinge',
          'cross-entropy',
          'focal',
        ])
        .check(describe('What a wrong prediction costs in training.')),
    ),
    delta: z.optional(positive.check(describe('huber: from which residual on it counts by its size alone.'))),
    quantile: z.optional(share.check(describe('quantile: the share of targets that shall lie below the prediction.'))),
    power: z.optional(
      z.number().check(z.minimum(1), z.maximum(2), describe('tweedie: how the variance grows with the mean, 1 to 2.')),
    ),
    gamma: z.optional(nonNegative.check(describe('focal: how much less rows count that are easily right.'))),
    labelSmoothing: z.optional(
      z
        .number()
        .check(
          z.minimum(0),
          z.maximum(1),
          describe('logistic, cross-entropy: share of a target given to all classes.'),
        ),
    ),
    classWeights: z.optional(
      z
        .union([z.literal('balanced'), z.record(z.string(), nonNegative)])
        .check(describe('How much the rows of a class count: by name, 1 for those left out, or balanced.')),
    ),
    l2: z.optional(nonNegative.check(describe('Weight of the squared-norm penalty; the intercept is not penalised.'))),
    l1: z.optional(nonNegative.check(describe('Weight of the sum of sizes: coefficients become exactly zero.'))),
    penaliseIntercept: z.optional(z.boolean().check(describe('Whether l1 and l2 fall on the intercept too.'))),
    hidden: z.optional(
      z.array(z.int().check(z.positive())).check(z.minLength(1), describe('mlp: units of each hidden layer.')),
    ),
    activation: z.optional(z.enum(['relu', 'tanh', 'sigmoid', 'gelu'])),
    dropout: z.optional(
      z.number().check(z.gte(0), z.lt(1), describe('mlp: chance of a hidden unit to sit out a training step.')),
    ),
    initialisation: z.optional(z.enum(['he-uniform', 'he-normal', 'xavier-uniform', 'xavier-normal'])),
    seed: z.optional(z.int().check(z.minimum(0), z.maximum(0xffff_ffff), describe('mlp: draws the first weights.'))),
    calibrate: z.optional(
      z
        .enum(['platt', 'isotonic'])
        .check(describe('Binary tasks: how probabilities are calibrated, on a fifth of the training rows.')),
    ),
    warmStart: z.optional(
      z
        .string()
        .check(
          z.regex(/^(?:champion|[0-9a-f]{32})$/, { error: 'champion, or the 32 digits of a version' }),
          describe('Start from the parameters of a registered version of this pipeline.'),
        ),
    ),
  }),
);

export type ModelDocument = z.infer<typeof modelSchema>;
