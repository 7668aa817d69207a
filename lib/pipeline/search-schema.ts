import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { later } from './later.ts';

// What a document may say of a search. Which fields may be searched over, and what each trial becomes, is in trials.ts.

/** Most trials of one search. */
export const trialLimit = 1_000;
/** Most folds of a cross-validation. */
const foldLimit = 100;

const count = z.int().check(z.positive());

export const foldCount = z
  .int()
  .check(
    z.minimum(2),
    z.maximum(foldLimit),
    describe('Parts of the training rows, each of which is held out once; as `data.split` parts them.'),
  );

const values = z.array(z.json()).check(z.minLength(1), describe('The values to try.'));
const range = later(() =>
  z
    .strictObject({
      from: z.number(),
      to: z.number(),
      scale: z.optional(z.enum(['linear', 'log']).check(describe('log: as many draws in 0.01 to 0.1 as in 0.1 to 1.'))),
      integer: z.optional(z.boolean().check(describe('Whether to draw whole numbers.'))),
    })
    .check(
      z.refine(({ from, to, scale }) => from < to && (scale !== 'log' || from > 0), {
        error: 'a range whose `to` lies above its `from`, which for scale log lies above 0',
      }),
    ),
);

const scored = {
  metric: z.optional(z.string().check(describe('What the trials are compared by; the first of evaluate.metrics.'))),
  folds: z.optional(foldCount),
  validation: z.optional(
    z
      .number()
      .check(z.gt(0), z.lt(1), describe('Instead of folds: share of the training rows that the trials are scored on.')),
  ),
};
const over = z
  .record(z.string(), z.union([values, range]))
  .check(describe('Fields by their path, such as model.l2, and the values, or the range to draw from, for each.'));
const trials = z.int().check(z.positive(), z.maximum(trialLimit), describe('How many to draw.'));
const seed = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));

export const searchSchema = later(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('grid').check(describe('Every combination of the values.')),
      over: z.record(z.string(), values).check(describe('Fields by their path, such as model.l2, and their values.')),
      ...scored,
    }),
    z.strictObject({
      kind: z.literal('random').check(describe('Combinations drawn by the seed, none of them twice.')),
      over,
      trials: z.optional(trials),
      seed: z.optional(seed),
      ...scored,
    }),
    z.strictObject({
      kind: z.literal('halving').check(describe('All trials on a small budget, the best of them on a larger one, …')),
      over,
      trials: z.optional(trials),
      seed: z.optional(seed),
      factor: z.optional(
        z.int().check(z.minimum(2), describe('One of so many trials goes on, with so many times the budget.')),
      ),
      budget: z.optional(z.enum(['rows', 'epochs']).check(describe('What grows: rows to train on, or stop.epochs.'))),
      smallest: z.optional(count.check(describe('The least rows, or epochs, of the first round.'))),
      ...scored,
    }),
  ]),
);

export type SearchDocument = z.infer<typeof searchSchema>;
export type SearchRange = z.infer<typeof range>;
/** A value as a document holds it. */
export type Json = z.infer<ReturnType<typeof z.json>>;
