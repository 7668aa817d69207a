import * as z from 'zod/mini';
import { count, number, share, text } from './fields.ts';
import { curveLimit, predictionLimit, sliceLimit, worstRowLimit } from './limits.ts';
import { crossValidationSchema, searchSchema } from './search-schema.ts';

const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  confidence: share('Such as 0.95.'),
  method: text('How it was found, such as "percentile bootstrap", "DeLong" or "Wilson".'),
  resamples: z.optional(count('Resamples of a bootstrap.')),
  note: z.optional(text('What to know about it, such as that blocks of rows were resampled.')),
});

/** A number that was measured, or null and why it is not there: JSON knows neither NaN nor infinity. */
export const measuredSchema = z.union([
  z.strictObject({
    value: z.number(),
    interval: z.optional(intervalSchema),
    why: z.optional(text('What to know about the value, such as how an undefined case was settled.')),
  }),
  z.strictObject({ value: z.null(), why: text('Why the value is undefined.') }),
]);

export const metricsSchema = z
  .record(z.string(), measuredSchema)
  .check(z.describe('Metrics by name, in the order in which to show them.'));

const comparisonSchema = z.strictObject({
  against: z.enum(['champion', 'baseline', 'file']),
  name: text('What it is compared with, such as the name of the baseline, a version or a file.'),
  metric: z.string(),
  value: number('Of what is evaluated.'),
  other: number('Of what it is compared with, on the same rows.'),
  difference: number('value - other, in the units of the metric.'),
  interval: z.optional(intervalSchema),
  pValue: z.optional(share('Probability of a difference as large as this, were there none.')),
  test: text('Such as "paired bootstrap", "DeLong" or "McNemar".'),
  verdict: z.enum(['better', 'worse', 'undecided']),
  sentence: text('What the comparison says, as a sentence.'),
});

const confusionMatrixSchema = z
  .strictObject({
    labels: z.array(z.string()).check(z.minLength(1)),
    counts: z
      .array(z.array(z.number().check(z.nonnegative())))
      .check(z.describe('Row: actual label; column: predicted. Sums of weights where rows have weights.')),
  })
  .check(
    z.refine(
      ({ labels, counts }) => counts.length === labels.length && counts.every((row) => row.length === labels.length),
      'a confusion matrix has one row and one column for each label',
    ),
  );

const curve = <Shape extends z.core.$ZodLooseShape>(point: Shape, description: string) =>
  z.array(z.strictObject(point)).check(z.maxLength(curveLimit), z.describe(description));

const rocSchema = z.strictObject({
  points: curve({ falsePositiveRate: z.number(), truePositiveRate: z.number() }, 'From (0, 0) to (1, 1).'),
  auc: z.number(),
});

const precisionRecallSchema = z.strictObject({
  points: curve({ recall: z.number(), precision: z.number() }, 'By falling threshold: recall rises.'),
  averagePrecision: z.number(),
  prevalence: share('Of the positive class: the precision of a guess.'),
});

const calibrationCurveSchema = z.strictObject({
  bins: z.array(
    z.strictObject({
      predicted: share('Mean predicted probability.'),
      observed: share('Share of the positive class.'),
      rowCount: count('Rows in the bin.'),
      low: z.optional(share('Lower end of the 95% interval of the observed share.')),
      high: z.optional(share('Its upper end.')),
    }),
  ),
  binning: text('How the bins were made, such as "10 bins of equal width".'),
  expectedCalibrationError: z.number(),
  maximumCalibrationError: z.number(),
});

const gainSchema = z.strictObject({
  points: curve(
    { share: z.number(), gain: z.number() },
    'Share of the rows, highest scores first, and the share of all positives among them.',
  ),
});

const residualsSchema = z.strictObject({
  points: z
    .array(z.strictObject({ predicted: z.number(), residual: z.number() }))
    .check(z.maxLength(predictionLimit), z.describe('A sample of the rows scored; residual = actual - predicted.')),
  histogram: z.strictObject({ from: z.number(), to: z.number(), counts: z.array(count('Rows of a bin.')) }),
});

const classSchema = z.strictObject({
  label: z.string(),
  support: number('Rows of the class, or the sum of their weights.'),
  metrics: metricsSchema,
});

const sliceSchema = z.strictObject({
  name: text('Such as "ocean_proximity = INLAND" or "age from 20 to 30, sex = female".'),
  columns: z.array(z.string()),
  rowCount: count('Rows of the slice.'),
  metrics: metricsSchema,
  difference: z.optional(
    z.strictObject({
      metric: z.string(),
      value: number("The slice's value less that of all rows."),
      interval: z.optional(intervalSchema),
      verdict: z.enum(['better', 'worse', 'undecided']),
    }),
  ),
});

const slicesSchema = z.strictObject({
  metric: text('The metric that slices are ranked by.'),
  examined: count('Slices that were looked at; intervals are corrected for so many.'),
  leastRows: count('Smaller slices are not looked at.'),
  correction: text('How intervals are widened for looking at many, such as "Bonferroni".'),
  slices: z.array(sliceSchema).check(z.maxLength(sliceLimit), z.describe('The worst first.')),
});

const gapSchema = z.strictObject({
  difference: z.nullable(number('Largest less smallest rate between groups; 0 is equal.')),
  ratio: z.nullable(number('Smallest over largest rate between groups; 1 is equal.')),
});

const fairnessSchema = z.strictObject({
  column: z.string(),
  groups: z.array(
    z.strictObject({
      value: z.string(),
      rowCount: count('Rows of the group.'),
      selectionRate: z.nullable(z.number()),
      truePositiveRate: z.nullable(z.number()),
      falsePositiveRate: z.nullable(z.number()),
    }),
  ),
  demographicParity: gapSchema,
  equalOpportunity: gapSchema,
  equalisedOdds: gapSchema,
});

const thresholdSchema = z.strictObject({
  value: number('Scores from here on count as positive.'),
  aim: text('What it was chosen for, such as "highest F1".'),
  on: text('The rows that it was chosen on.'),
});

const probabilityCalibrationSchema = z.strictObject({
  method: z.enum(['platt', 'isotonic']),
  on: text('The rows that it was fitted on.'),
  before: z.optional(metricsSchema),
});

const worstRowSchema = z.strictObject({
  place: text('Object and line of the row.'),
  actual: z.string(),
  predicted: z.string(),
  loss: z.number(),
  features: z
    .record(z.string(), z.nullable(z.string()))
    .check(z.describe("The row's cells as texts; null where missing.")),
});

export const evaluationSchema = z.strictObject({
  on: text('Which rows were scored, as a sentence.'),
  rowCount: count('Rows scored.'),
  groupCount: z.optional(count('Queries, images or references scored, where rows belong to such.')),
  metrics: metricsSchema,
  baseline: z.optional(
    z.strictObject({ name: text('Such as "mean of the training target".'), metrics: metricsSchema }),
  ),
  champion: z.optional(z.strictObject({ version: z.string(), metrics: metricsSchema })),
  against: z.optional(z.strictObject({ name: text('The other file of predictions.'), metrics: metricsSchema })),
  comparisons: z.optional(z.array(comparisonSchema)),
  confusionMatrix: z.optional(confusionMatrixSchema),
  classes: z.optional(z.array(classSchema).check(z.describe('Metrics of each class or label.'))),
  roc: z.optional(rocSchema),
  precisionRecall: z.optional(precisionRecallSchema),
  calibrationCurve: z.optional(calibrationCurveSchema),
  gain: z.optional(gainSchema),
  predictedVsActual: z.optional(
    z
      .array(z.strictObject({ actual: z.number(), predicted: z.number() }))
      .check(z.maxLength(predictionLimit), z.describe('A sample of the rows scored, in the units of the target.')),
  ),
  residuals: z.optional(residualsSchema),
  slices: z.optional(slicesSchema),
  fairness: z.optional(z.array(fairnessSchema)),
  threshold: z.optional(thresholdSchema),
  calibration: z.optional(probabilityCalibrationSchema),
  worstRows: z.optional(z.array(worstRowSchema).check(z.maxLength(worstRowLimit), z.describe('Largest loss first.'))),
  positiveClass: z.optional(text('The label that counts as positive.')),
  search: z.optional(searchSchema),
  crossValidation: z.optional(crossValidationSchema),
});
