import * as z from 'zod/mini';
import { InputError } from '../core/errors.ts';
import { evaluationSchema, type measuredSchema, type metricsSchema } from './evaluation-schema.ts';
import { count, number, text } from './fields.ts';
import { coefficientLimit, curveLimit } from './limits.ts';
import type { crossValidationSchema, searchSchema, trialSchema } from './search-schema.ts';

const gateSchema = z.strictObject({
  sentence: text('The gate and how it came out, as a sentence.'),
  metric: text('Name of the metric that the gate reads.'),
  expected: text('What the gate asks for, such as "at most 70000".'),
  found: z.nullable(z.number()),
  verdict: z
    .enum(['pass', 'fail', 'undecided'])
    .check(z.describe('Undecided: the rows are too few to say, and neither pass nor fail is shown.')),
  confidence: z.optional(number('Of the test that the gate asks for, such as 0.95.')),
  slice: z.optional(text('The slice that the gate reads, where it is not all rows.')),
});

const verdictSchema = z.strictObject({
  gate: z
    .enum(['pass', 'fail', 'undecided', 'none'])
    .check(z.describe('Whether all gates held; undecided when none failed and one is undecided; none without gates.')),
  sentence: text('What came of it, in one sentence.'),
  why: z.optional(z.array(z.string()).check(z.describe('Would one ship it, and why: the reasons, weightiest first.'))),
  gates: z.array(gateSchema),
  champion: z.strictObject({
    moved: z.boolean(),
    version: z.nullable(z.string()).check(z.describe('The version that champion names now; null when there is none.')),
    sentence: text('What happened to champion, and why.'),
  }),
});

const columnSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['number', 'integer', 'category', 'boolean', 'date-time', 'text', 'identifier', 'constant']),
  kindReason: z.optional(text('Why the column is of this kind.')),
  role: z.enum(['feature', 'target', 'weight', 'excluded', 'prediction', 'group', 'slice']),
  reason: z.optional(text('Why the column has this role, where the request does not say it.')),
  missing: count('Cells without a value.'),
  distinct: count('Different values, missing cells left out.'),
  sampled: z.optional(count('Rows, evenly spaced, that `distinct` and `histogram` are of; all, where it is absent.')),
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  mean: z.optional(z.number()),
  standardDeviation: z.optional(number('Of a sample: the sum of squares is divided by one less than the count.')),
  histogram: z.optional(
    z
      .strictObject({ from: z.number(), to: z.number(), counts: z.array(z.int().check(z.nonnegative())) })
      .check(z.describe('Counts in bins of equal width; each holds its lower edge, and the last its upper edge too.')),
  ),
  mostFrequent: z.optional(
    z
      .array(z.strictObject({ value: z.string(), count: z.int().check(z.nonnegative()) }))
      .check(z.describe('The most frequent values, most frequent first.')),
  ),
});

const dataSchema = z.strictObject({
  objects: z.array(z.strictObject({ key: z.string(), size: count('Bytes.'), rowCount: count('Rows.') })),
  rowCount: count('Rows read.'),
  trainingRowCount: count('Rows that the model was fitted on.'),
  testRowCount: count('Rows held out.'),
  split: text('How rows were divided, as a sentence.'),
  target: z.nullable(z.string()),
  columns: z.array(columnSchema),
  warnings: z.array(z.string()).check(z.describe('What was noticed in the data, as sentences.')),
});

const coefficientSchema = z.strictObject({
  feature: z.string(),
  class: z.optional(z.string()),
  value: z.number(),
});

const modelSchema = z.strictObject({
  kind: z.string(),
  loss: z.string(),
  l2: z.number(),
  l1: z.optional(z.number()),
  hidden: z.optional(z.array(z.int()).check(z.describe('Units of each hidden layer.'))),
  warmStart: z.optional(text('The version whose parameters training started from.')),
  parameterCount: count('Parameters, intercepts among them.'),
  optimizer: z.looseObject({ name: z.string() }).check(z.describe('Its name and options.')),
  optimizerReason: z.optional(text('Why this optimizer, where the request named none.')),
  coefficients: z
    .array(coefficientSchema)
    .check(z.maxLength(coefficientLimit), z.describe('The largest in absolute value first, intercepts left out.')),
  coefficientUnits: z.optional(
    text('What one unit of a coefficient means, such as "log(price) for one standard deviation of the feature".'),
  ),
  intercepts: z.optional(z.array(z.strictObject({ class: z.optional(z.string()), value: z.number() }))),
  sizeBytes: count('Bytes of the model file.'),
});

const trainingSchema = z.strictObject({
  solution: z.enum(['converged', 'step-limit', 'deadline', 'diverged']),
  sentence: text('Why training stopped.'),
  steps: count('Steps taken.'),
  epochs: number('Looks at each row; a fraction when training stopped within an epoch.').check(z.nonnegative()),
  curve: z
    .array(z.strictObject({ step: z.int().check(z.nonnegative()), epoch: z.number(), loss: z.nullable(z.number()) }))
    .check(z.maxLength(curveLimit), z.describe('Loss against steps; null where it was no longer finite.')),
  curveOf: z.optional(
    z
      .enum(['rows', 'epochs', 'batches'])
      .check(
        z.describe(
          "What a point's loss is of: all training rows, the mean of an epoch's batches, or the step's batch.",
        ),
      ),
  ),
  warnings: z.optional(z.array(z.string()).check(z.describe('What to know about the fit, as sentences.'))),
  loss: z.optional(z.nullable(number('Mean loss of the steps of the last epoch.'))),
});

/**
 * What a training, an evaluation or an inspection found. This schema is the published format of `report.json`.
 *
 * Numbers are finite: what is undefined is null, with the reason beside it. Names that end in a unit carry it.
 */
export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    kind: z.enum(['training', 'evaluation', 'inspection']),
    name: text('Name of the pipeline, or of the dataset when there is none.'),
    title: z.string(),
    task: z.optional(
      z.enum(['regression', 'count', 'binary', 'multiclass', 'multilabel', 'ranking', 'detection', 'text']),
    ),
    run: z.optional(text('The run that wrote this report.')),
    version: z.optional(text('The version that was trained or evaluated.')),
    createdAt: z.iso.datetime().check(z.describe('UTC, ISO 8601.')),
    verdict: verdictSchema,
    data: dataSchema,
    model: z.optional(modelSchema),
    training: z.optional(trainingSchema),
    evaluation: z.optional(evaluationSchema),
    request: z.json().check(z.describe('The pipeline document with every default filled in; null without one.')),
    defaults: z
      .array(z.strictObject({ path: z.string(), value: z.json() }))
      .check(z.describe('Each value that the request did not state, and what was taken.')),
    footprint: z.optional(
      z.record(z.string(), z.number()).check(z.describe('What it took; the unit stands at the end of each name.')),
    ),
    footprintBasis: z.optional(text('What cost, energy and carbon are estimates of, as a sentence.')),
    draft: z.optional(
      z
        .strictObject({ key: z.optional(z.string()), text: z.string() })
        .check(z.describe('A draft of a pipeline document, in YAML, for data that has none yet.')),
    ),
    generatedBy: z.strictObject({ name: z.literal('hone'), version: z.string(), recipe: z.int() }),
  })
  .check(z.describe('A quality report: what was trained or evaluated, on which data, and how good it is.'));

/** A quality report, as in its JSON. */
export type Report = z.infer<typeof reportSchema>;
export type Measured = z.infer<typeof measuredSchema>;
export type Metrics = z.infer<typeof metricsSchema>;
export type Evaluation = z.infer<typeof evaluationSchema>;
export type SearchResult = z.infer<typeof searchSchema>;
export type ScoredTrial = z.infer<typeof trialSchema>;
export type CrossValidation = z.infer<typeof crossValidationSchema>;
export type Coefficient = z.infer<typeof coefficientSchema>;
export type ColumnSummary = z.infer<typeof columnSchema>;

/** Reports that were checked before: each way of rendering a report checks it. */
const checked = new WeakSet<object>();

/**
 * Checks that `value` is a report, and returns it with its fields in the schema's order. A report that it returned before is
 * not checked again, as a report never changes.
 *
 * @param where what the value was read from or made for; begins the error's message
 * @throws InputError naming the first path that is wrong, what was expected and what was found
 */
export function checkReport(value: unknown, where = 'report'): Report {
  if (typeof value === 'object' && value !== null && checked.has(value)) return value as Report;
  const result = z.safeParse(reportSchema, value);
  if (result.success) {
    checked.add(result.data);
    return result.data;
  }
  const { path, message } = deepestIssue(result.error.issues[0]);
  throw new InputError(`${where}, ${path.length > 0 ? path.join('.') : 'the document'}: ${message}`);
}

/** The JSON Schema (draft 2020-12) that is published for `report.json`. */
export function reportJsonSchema(): object {
  return { title: 'hone report', ...z.toJSONSchema(reportSchema) };
}

type Issue = z.core.$ZodIssue;

/** The member of a union that got furthest says best what is wrong. */
function deepestIssue(issue: Issue): { path: PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().map(deepestIssue);
  if (inner.length === 0) return issue;
  const deepest = inner.reduce((best, next) => (next.path.length > best.path.length ? next : best));
  return { path: [...issue.path, ...deepest.path], message: deepest.message };
}
