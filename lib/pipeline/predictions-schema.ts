import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { wrongLimits } from './gate-schema.ts';
import { nameInWords, namePattern } from './names.ts';
import { scheduleSchema } from './schedule-schema.ts';

// The shape of a document that asks for the evaluation of predictions, whoever made them. Every object is strict, so that
// a misspelt key is refused by name.

const name = z
  .string()
  .check(z.regex(namePattern, { error: nameInWords }), describe('Names the document, and its reports.'));
const column = (text: string) => z.optional(z.string().check(z.minLength(1), describe(text)));
const columnNames = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));
const path = z
  .string()
  .check(
    z.minLength(1),
    describe('An object or a prefix in the store, s3://…, or, on the command line, a local path.'),
  );
const share = z.number().check(z.gt(0), z.lt(1));

/** The tasks whose predictions can be evaluated. */
const predictionTasks = [
  'binary',
  'multiclass',
  'multilabel',
  'regression',
  'count',
  'ranking',
  'detection',
  'text',
] as const;

const predictions = z.strictObject({
  path,
  format: z.optional(z.enum(['auto', 'csv', 'tsv', 'jsonl', 'parquet', 'libsvm'])),
  separator: z.optional(z.string().check(z.regex(/^[\t -!#-~]$/, { error: 'one character of ASCII, no quote' }))),
  encoding: z.optional(z.enum(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1'])),
  header: z.optional(z.boolean().check(describe('Whether the first line names the columns.'))),
  label: column(
    'The column of what is so: a class, a number, a relevance, a text. Several, such as labels or references, by one star: truth_*.',
  ),
  score: column(
    'The column of scores or probabilities; of several classes or labels, one each, by one star in the name: p_*. Of a LIBSVM file, the number of a feature.',
  ),
  prediction: column(
    'The column of what the model says: a class, a number, a text; of several labels one each, by one star.',
  ),
  weight: column("The column of the rows' weights, zero or more."),
  id: column(
    'With `against`: the column that names the rows, which may then stand in another order in the other file.',
  ),
  group: column("Ranking: the column that names each item's query."),
  groupSizes: z.optional(
    z
      .string()
      .check(z.minLength(1), describe('Ranking: an object with the number of items of each query, one a line.')),
  ),
  truth: z.optional(z.string().check(z.minLength(1), describe('Detection: the object of annotations in COCO format.'))),
  positive: z.optional(
    z.union([z.string(), z.number(), z.boolean()]).check(describe('Binary tasks: the label that counts as positive.')),
  ),
  threshold: z.optional(z.number().check(describe('Scores from here on count as positive.'))),
  pattern: z.optional(z.string().check(describe('Text: a regular expression to look for, for patternMatch.'))),
  logProbabilities: column("Text: the column of each token's log-probability, as JSON lists; for perplexity."),
});

const against = z.strictObject({
  path,
  id: predictions.shape.id,
  label: predictions.shape.label,
  score: predictions.shape.score,
  prediction: predictions.shape.prediction,
});

const certainty = {
  confidence: z.optional(
    share.check(describe('Asks for significance: undecided unless an interval of this confidence lies on one side.')),
  ),
  atLeastRows: z.optional(z.int().check(z.positive(), describe('With fewer rows the gate is undecided.'))),
};
const onSlices = z.optional(z.boolean().check(describe('Whether it must hold on each slice, too.')));

const gate = z.union(
  [
    z.strictObject({ metric: z.string(), atMost: z.number(), ...certainty, slices: onSlices }),
    z.strictObject({ metric: z.string(), atLeast: z.number(), ...certainty, slices: onSlices }),
    z.strictObject({
      metric: z.string(),
      noWorseThan: z.enum(['baseline', 'against']),
      by: z.optional(
        z.number().check(z.nonnegative(), describe("Share of the other's value by which this one may be worse.")),
      ),
      ...certainty,
    }),
  ],
  { error: ({ input }) => wrongLimits(input) },
);

const evaluate = z.strictObject({
  metrics: z.optional(z.array(z.string()).check(z.minLength(1))),
  gates: z.optional(z.array(gate)),
  slices: z.optional(columnNames.check(describe('Columns to slice by.'))),
  fairness: z.optional(columnNames.check(describe('Columns whose groups should be treated alike; binary tasks.'))),
  baseline: z.optional(
    z
      .enum(['mean', 'last value', 'most frequent', 'random order', 'none'])
      .check(describe('What to compare with; the one usual for the task by default.')),
  ),
  confidence: z.optional(share.check(describe('Of intervals and comparisons; 0.95 by default.'))),
  resamples: z.optional(z.int().check(z.minimum(20), z.maximum(100_000), describe('Draws of a bootstrap.'))),
  seed: z.optional(z.int().check(z.minimum(0), z.maximum(0xffff_ffff))),
  worstRows: z.optional(
    z
      .int()
      .check(
        z.minimum(0),
        z.maximum(100),
        describe('How many rows with large losses the report shows; they are private data.'),
      ),
  ),
});

/** The predictions document, as written. */
export const predictionsSchema = z.strictObject({
  name,
  task: z.enum(predictionTasks),
  predictions,
  against: z.optional(against.check(describe("Another model's predictions of the same rows."))),
  evaluate: z.optional(evaluate),
  schedule: z.optional(scheduleSchema),
});

/** A predictions document as its author writes it, checked: what it leaves out is not there. */
export type PredictionsDocument = z.infer<typeof predictionsSchema>;
/** A gate of a predictions document. */
export type PredictionsGate = z.infer<typeof gate>;
/** A task whose predictions can be evaluated. */
export type PredictionTask = PredictionsDocument['task'];
