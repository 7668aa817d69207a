import * as z from 'zod/mini';
import { number, text } from './fields.ts';

const scored = {
  mean: z.nullable(z.number()).check(z.describe('Mean over the folds; null where a fold has no value.')),
  standardDeviation: z.nullable(number('Of a sample of folds; null for a single one.')),
};

export const trialSchema = z.strictObject({
  number: z
    .int()
    .check(z.positive(), z.describe('Which trial, from 1; by halving, one that goes on keeps its number.')),
  round: z.optional(z.int().check(z.positive())),
  share: z.optional(number('By halving: the share of rows or epochs that this round gave.')),
  fields: z.record(z.string(), z.json()).check(z.describe('The fields that the trial sets, by path.')),
  scores: z.array(z.nullable(z.number())).check(z.describe('The metric on each fold.')),
  ...scored,
  problem: z.optional(text('Why the trial has no mean: it diverged, or its fields do not fit the data.')),
});

export const searchSchema = z.strictObject({
  kind: z.enum(['grid', 'random', 'halving']),
  metric: text('Name of the metric that trials are compared by.'),
  direction: z.enum(['higher', 'lower']).check(z.describe('Which way is better.')),
  scoredOn: text('Which rows the trials were scored on, as a sentence.'),
  best: z.int().check(z.positive(), z.describe('Number of the trial that won.')),
  sentence: text('Which trial won, and why.'),
  trials: z.array(trialSchema).check(z.describe('Every trial, in the order in which they were scored.')),
});

export const crossValidationSchema = z.strictObject({
  on: text('Which rows, in how many parts, as a sentence.'),
  metrics: z.record(z.string(), z.strictObject({ folds: z.array(z.nullable(z.number())), ...scored })),
});
