import * as z from 'zod/mini';
import { describe } from './describe.ts';
import { gateSchema } from './gate-schema.ts';
import { later } from './later.ts';
import { modelSchema } from './model-schema.ts';
import { nameInWords, namePattern } from './names.ts';
import { optimizerSchema } from './optimizer-schema.ts';
import { durationSchema as duration, scheduleSchema } from './schedule-schema.ts';
import { foldCount, searchSchema } from './search-schema.ts';

// The shape of a pipeline document as a user writes it. Descriptions end up in the JSON Schema that editors read.
// Every object is strict, so that a misspelt key is refused by name. Defaults are applied in resolve.ts, which also
// records them for the report.

const name = z
  .string()
  .check(z.regex(namePattern, { error: nameInWords }), describe('Names the pipeline and its models.'));

const positive = z.number().check(z.positive());
const count = z.int().check(z.positive());
const seed = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
const columnNames = z.array(z.string()).check(z.minLength(1));
// A column of a file without a header is named by its position, from 0, and YAML takes such a name for a number.
const columnName = z.union([z.string().check(z.minLength(1)), z.int().check(z.minimum(0))], {
  error: ({ input }) => {
    const found = input === undefined ? 'nothing' : JSON.stringify(input).slice(0, 60);
    return `expected the name of a column, or its position from 0 in a file without a header, found ${found}`;
  },
});

const split = later(() =>
  z.union([
    z.literal('none'),
    z.strictObject({
      test: z.optional(
        z.number().check(z.gt(0), z.lt(1), describe('Share of the rows that is held out of training, for evaluation.')),
      ),
      by: z.optional(
        z
          .enum(['hash', 'random', 'time', 'group', 'stratified'])
          .check(
            describe(
              "hash: by a hash of the row's content, or of its cell in `column`. random: drawn by the seed. " +
                'time: the latest rows of `column`. group: whole groups of equal cells in `column`. ' +
                'stratified: as random, within each value of the target. Equal rows stay together in each.',
            ),
          ),
      ),
      column: z.optional(columnName.check(describe('The column of times, groups, or cells to hash.'))),
      seed: z.optional(seed),
    }),
  ]),
);

const badRows = later(() =>
  z
    .union([
      z.literal('fail'),
      z.strictObject({
        skip: z.strictObject({
          count: z.optional(z.int().check(z.minimum(0), describe('At most so many rows.'))),
          share: z.optional(z.number().check(z.gte(0), z.lte(1), describe('At most this share of all rows.'))),
        }),
      }),
    ])
    .check(describe('What becomes of rows that can’t be read: an error, or they are left out and listed.')),
);

const limits = later(() =>
  z.strictObject({
    columns: z.optional(count.check(describe('Most columns.'))),
    features: z.optional(count.check(describe('Most features in LIBSVM format: its largest index.'))),
    lineBytes: z.optional(count.check(describe('Most bytes of one row of text.'))),
    objectBytes: z.optional(count.check(describe('Most bytes of one object as it is stored.'))),
    decompressedBytes: z.optional(count.check(describe('Most bytes of one object when decompressed.'))),
    ratio: z.optional(positive.check(describe('Most bytes out of each compressed byte.'))),
    depth: z.optional(count.check(describe('Deepest nesting in JSON.'))),
    levels: z.optional(count.check(describe('Most different texts in one column.'))),
    memoryBytes: z.optional(count.check(describe("Most bytes of memory to work in; a function's own by default."))),
    diskBytes: z.optional(
      z
        .int()
        .check(
          z.minimum(0),
          describe('Most bytes of the temporary disk for what does not fit memory; all that is free by default.'),
        ),
    ),
  }),
);

const ready = later(() =>
  z.union([
    z.strictObject({ quiet: duration.check(describe('Complete when nothing was written for so long.')) }),
    z.strictObject({ marker: z.string().check(z.minLength(1), describe('Complete when this object is there.')) }),
  ]),
);

const data = z.strictObject({
  path: z
    .string()
    .check(
      z.minLength(1),
      describe('An object or a prefix in the store, s3://…, or, on the command line, a local path (./, ../ or /).'),
    ),
  format: z.optional(
    z
      .enum(['auto', 'csv', 'tsv', 'jsonl', 'parquet', 'libsvm'])
      .check(
        describe('`auto` looks at each object; each may be packed by gzip or zstd, which is always found by looking.'),
      ),
  ),
  separator: z.optional(
    z
      .string()
      .check(
        z.regex(/^[\t -!#-~]$/, { error: 'one character of ASCII, no quote' }),
        describe('The character between cells; found by looking among comma, tab, semicolon and bar when left out.'),
      ),
  ),
  encoding: z.optional(
    z
      .enum(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1'])
      .check(describe('`auto` is UTF-8, or UTF-16 where a byte order mark says so.')),
  ),
  header: z.optional(z.boolean().check(describe('Whether the first line names the columns.'))),
  target: columnName.check(describe('The column to predict; without a header, its position from 0.')),
  positive: z.optional(
    z.union([z.string(), z.number(), z.boolean()]).check(describe('Binary tasks: the value that counts as positive.')),
  ),
  weight: z.optional(columnName.check(describe("A column of the rows' weights, zero or more."))),
  include: z.optional(
    z.array(columnName).check(z.minLength(1), describe('Use these columns as features, and no others.')),
  ),
  exclude: z.optional(z.array(columnName).check(describe('Use all columns but these as features.'))),
  columns: z.optional(
    z
      .record(z.string(), z.enum(['number', 'integer', 'category', 'boolean', 'date-time', 'text', 'identifier']))
      .check(describe('The kind of a column, where yours counts and not what the data looks like.')),
  ),
  split: z.optional(split),
  ready: z.optional(ready),
  badRows: z.optional(badRows),
  infinite: z.optional(
    z.enum(['error', 'missing']).check(describe('What a number too large for a float64, or written `inf`, is.')),
  ),
  limits: z.optional(limits),
});

const ascending = { error: 'two numbers, the second above the first' };
const ascendingPair = z.tuple([z.number(), z.number()]).check(z.refine(([low, high]) => low < high, ascending));
const share = z.number().check(z.minimum(0), z.maximum(1));
const twoShares = z.tuple([share, share]).check(z.refine(([low, high]) => low < high, ascending));

const scale = later(() =>
  z.union([
    z.enum(['standard', 'minMax', 'robust', 'quantile', 'none']),
    z.strictObject({ kind: z.literal('minMax'), range: z.optional(ascendingPair) }),
    z.strictObject({ kind: z.literal('robust'), quantiles: z.optional(twoShares) }),
    z.strictObject({
      kind: z.literal('quantile'),
      count: z.optional(z.int().check(z.minimum(2), z.maximum(10_000))),
      output: z.optional(z.enum(['uniform', 'normal'])),
    }),
  ]),
);

const impute = later(() =>
  z.union([
    z.enum(['mean', 'median', 'mostFrequent']),
    z.strictObject({ constant: z.union([z.number(), z.string().check(z.minLength(1))]) }),
  ]),
);

const missingIndicator = z
  .boolean()
  .check(describe('Whether a column with missing training cells gets one more that says where.'));
const minFrequency = count.check(describe('Levels in fewer training rows share one column, "other".'));
const maxLevels = count.check(describe('The most frequent levels have a column each, the others share "other".'));

const columnPreparation = later(() =>
  z.strictObject({
    scale: z.optional(scale),
    impute: z.optional(impute),
    missingIndicator: z.optional(missingIndicator),
    encode: z.optional(
      z
        .enum(['oneHot', 'ordinal', 'hash', 'ngrams', 'parts', 'epoch', 'both', 'none'])
        .check(describe('Texts: oneHot, ordinal, hash or ngrams. Dates: parts, epoch or both. none leaves it out.')),
    ),
    order: z.optional(columnNames.check(describe('Ordinal: all levels, from the lowest to the highest.'))),
    minFrequency: z.optional(minFrequency),
    maxLevels: z.optional(maxLevels),
    buckets: z.optional(z.int().check(z.minimum(1), z.maximum(65_536), describe('Columns of hashes or n-grams.'))),
    seed: z.optional(seed),
    of: z.optional(z.enum(['words', 'characters']).check(describe('What n-grams are made of.'))),
    lengths: z.optional(
      z.tuple([z.int().check(z.minimum(1), z.maximum(10)), z.int().check(z.minimum(1), z.maximum(10))]).check(
        z.refine(([fewest, most]) => fewest <= most, { error: 'the fewest and the most of an n-gram, in this order' }),
        describe('Fewest and most words or characters of an n-gram.'),
      ),
    ),
  }),
);

const targetTransform = z.enum(['standard', 'log', 'none']);

const prepare = later(() =>
  z.strictObject({
    scale: z.optional(scale),
    impute: z.optional(impute),
    missingIndicator: z.optional(missingIndicator),
    dates: z.optional(z.enum(['parts', 'epoch', 'both', 'none']).check(describe('What becomes of dates.'))),
    minFrequency: z.optional(minFrequency),
    maxLevels: z.optional(maxLevels),
    columns: z.optional(z.record(z.string(), columnPreparation).check(describe('Single columns, by name.'))),
    target: z.optional(
      z.union([
        targetTransform,
        z.strictObject({
          transform: z.optional(targetTransform),
          clip: z.optional(
            z
              .union([z.strictObject({ values: ascendingPair }), z.strictObject({ quantiles: twoShares })])
              .check(describe('Training targets beyond these values, or quantiles of the training part, become them.')),
          ),
        }),
      ]),
    ),
  }),
);

const stop = later(() =>
  z.strictObject({
    epochs: z.optional(count),
    steps: z.optional(count),
    gradientNorm: z.optional(positive),
    tolerance: z.optional(positive),
    patience: z.optional(count),
    validation: z.optional(
      z
        .number()
        .check(
          z.gt(0),
          z.lt(1),
          describe('Share of the training rows to watch: patience counts their loss, and its lowest is what is kept.'),
        ),
    ),
  }),
);

const positiveOrZero = z.number().check(z.nonnegative());

const evaluate = later(() =>
  z.strictObject({
    metrics: z.optional(z.array(z.string()).check(z.minLength(1))),
    gates: z.optional(
      z
        .array(gateSchema)
        .check(
          describe('Left out: no worse than the baseline in the first metric. []: whatever is trained is champion.'),
        ),
    ),
    folds: z.optional(foldCount),
    threshold: z.optional(
      z
        .union([
          z.enum(['f1', 'youden']),
          z.strictObject({
            costs: z.strictObject({
              falsePositive: positiveOrZero,
              falseNegative: positiveOrZero,
              truePositive: z.optional(positiveOrZero),
              trueNegative: z.optional(positiveOrZero),
            }),
          }),
          z.strictObject({ precision: share.check(describe('At least this, and as much recall as goes with it.')) }),
          z.strictObject({ recall: share.check(describe('At least this, and as much precision as goes with it.')) }),
        ])
        .check(
          describe(
            'Binary tasks: what the threshold is chosen for, on a fifth of the training rows; 0.5 when left out.',
          ),
        ),
    ),
    slices: z.optional(
      columnNames.check(describe('Columns to slice the rows by: each, and up to four of them in pairs.')),
    ),
    fairness: z.optional(columnNames.check(describe('Columns whose groups should be treated alike; binary tasks.'))),
    worstRows: z.optional(
      z
        .int()
        .check(
          z.minimum(0),
          z.maximum(100),
          describe('How many rows with large losses the report shows: they are private data. None by default.'),
        ),
    ),
  }),
);

const words = (text: string) => z.optional(z.string().check(z.minLength(1), z.maxLength(4000), describe(text)));

const card = later(() =>
  z
    .strictObject({
      owner: words('Who made the model and answers for it.'),
      licence: words('Under which licence it may be used.'),
      contact: words('Where to turn with questions.'),
      intendedUse: words('What it is for, and for whom.'),
      outOfScope: words('What it must not be used for.'),
      ethics: words('Whom it may harm, and what was done about that.'),
      caveats: words('What else to know before using it.'),
    })
    .check(describe("What the model card says beyond what hone knows; it changes no version's name.")),
);

/** The pipeline document, as written. */
export const pipelineSchema = z.strictObject({
  name,
  task: z.enum(['regression', 'count', 'binary', 'multiclass']),
  data,
  prepare: z.optional(prepare),
  model: z.optional(modelSchema),
  optimizer: z.optional(optimizerSchema),
  stop: z.optional(stop),
  search: z.optional(searchSchema),
  evaluate: z.optional(evaluate),
  schedule: z.optional(scheduleSchema),
  card: z.optional(card),
  threads: z.optional(
    z
      .int()
      .check(
        z.positive(),
        z.maximum(64),
        describe("Threads to work with, as many as the machine has by default; it changes no version's name."),
      ),
  ),
});

/** A pipeline as its author writes it, checked: what it leaves out is not there. */
export type PipelineDocument = z.infer<typeof pipelineSchema>;
export type Task = PipelineDocument['task'];
