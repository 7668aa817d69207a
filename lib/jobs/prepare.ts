import { InputError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import { recipe } from '../core/recipe.ts';
import { blockOffsets } from '../data/block-offsets.ts';
import { beginDistributions } from '../data/distribution.ts';
import { type Encoding, encodeRows } from '../data/encode.ts';
import { encodeSparse, fitSparse, hasSparse } from '../data/encode-sparse.ts';
import { makeFeatureRoom } from '../data/feature-room.ts';
import { fitEncoding } from '../data/fit-encoding.ts';
import { headerWarnings } from '../data/header.ts';
import { listNames } from '../data/lookup.ts';
import { checkFeatureMemory } from '../data/memory.ts';
import { beginFacts } from '../data/number-facts.ts';
import type { ColumnProfile } from '../data/profile.ts';
import { type SuspectedLeak, suspectedLeaks } from '../data/schema/leaks.ts';
import { fitSchema, type Schema } from '../data/schema/schema.ts';
import { suspectedSparseLeaks } from '../data/schema/sparse-leaks.ts';
import { splitRows } from '../data/split.ts';
import { blockHashes, type Table } from '../data/table.ts';
import { encodeTarget, fitTarget, labelledRows, type TargetEncoding } from '../data/target.ts';
import type { Examples } from '../models/model.ts';
import { contentRequest } from '../pipeline/content-request.ts';
import type { Request, StopRequest } from '../pipeline/resolve.ts';
import { type Context, memoised } from './context.ts';
import { classWeighted } from './model-for.ts';
import { readData } from './read-data.ts';
import { readOptions } from './read-options.ts';
import { type RunRequest, shortHash } from './runs.ts';
import { weightsOf } from './weights.ts';
import { readWinner } from './winner.ts';

/** Rows to train on, with the preparation that was fitted on them. */
export interface Fitted {
  table: Table;
  /** Row numbers, ascending. */
  training: Int32Array;
  encoding: Encoding;
  target: TargetEncoding;
}

/** A run's data, read and split, with what was fitted on its training part. */
export interface Prepared extends Fitted {
  /** What the run asks for; where it asks for a search that has ended, with what the search found. */
  request: Request;
  /** Row numbers of the part that is held out; the training part itself when the split is `none`. */
  test: Int32Array;
  /** The same rows for scoring: in the table, or in a table of their own. */
  heldOut: { table: Table; rows: Int32Array };
  /** Row numbers of the part on which a threshold and a calibration are chosen, if the request asks for them. */
  tuning?: Int32Array;
  /** What the training part looks like, for later data to be held against. */
  schema: Schema;
  /** Features that predict the target so well that they probably were not known before it. */
  leaks: SuspectedLeak[];
  /** The name of the version that this data and what was asked make. */
  version: string;
  warnings: string[];
  readMilliseconds: number;
  /** Profiles of the columns over all rows, if they had to be made before features overwrote the numbers. */
  profiles?: ColumnProfile[];
}

/**
 * Reads a run's objects, splits their rows, and fits the preparation of features and target on the training part.
 *
 * @throws InputError when the data is not what the request takes it for
 */
export async function prepare(context: Context, run: RunRequest): Promise<Prepared> {
  const winner = await readWinner(context.store, run);
  return memoised(context, 'prepared', `${run.run} ${winner ? JSON.stringify(winner.fields) : ''}`, async () => {
    const { table, readMilliseconds } = await readData(context, run);
    const request = winner?.request ?? run.request;
    const fitted = fitToRequest(request, table);
    const { memoryBytes } = readOptions(context, request.data).limits;
    if (table.numbers && memoryBytes !== undefined) makeFeatureRoom(table, fitted.encoding.columns.length, memoryBytes);
    else if (!hasSparse(table) && memoryBytes !== undefined) {
      checkFeatureMemory(
        table.objects[0].key,
        { rows: table.rowCount, columns: table.columns.length },
        { rows: fitted.training.length, columns: fitted.encoding.columns.length },
        memoryBytes,
      );
    }
    return { ...fitted, request, version: versionOf(run.request, table), readMilliseconds };
  });
}

/** Takes a run's data out of the context until it is given back. In the meantime, `prepare` reads it again. */
export function takePrepared({ memory }: Pick<Context, 'memory'>): { giveBack(): void } {
  const kept = memory.get('prepared');
  memory.delete('table');
  memory.delete('prepared');
  return { giveBack: () => void memory.set('prepared', kept) };
}

/**
 * Rows to learn from as an objective takes them, weighted by their column and by their classes.
 *
 * @param features those of these rows, if they are encoded already
 * @param room for their targets, if these are to lie beside the features
 */
export function toTrainingExamples(
  { table, encoding, target }: Omit<Fitted, 'training'>,
  { data, model }: Pick<Request, 'data' | 'model'>,
  rows: Int32Array,
  features?: Matrix,
  room?: Float64Array,
): Examples {
  const targets = encodeTarget(target, table, rows, room);
  const encode = () => (hasSparse(table) ? encodeSparse(encoding, table, rows) : encodeRows(encoding, table, rows));
  return {
    features: features ?? encode(),
    targets,
    weights: classWeighted(model, target, targets, weightsOf(table, data.weight, rows)),
    blockOffsets: blockOffsets(table, rows),
  };
}

/**
 * The training rows, and those among them that early stopping watches, when the request asks for some.
 *
 * They are drawn as the held-out rows are: by content, by group, the latest, …, and by the same seed, made another.
 *
 * @throws InputError when no row is left on one side
 */
export function trainingParts(
  { table, training }: Pick<Fitted, 'table' | 'training'>,
  { data }: Pick<Request, 'data'>,
  stop: StopRequest,
): { training: Int32Array; validation?: Int32Array } {
  if (stop.validation === undefined) return { training };
  const split = data.split === 'none' ? { seed: 0 } : data.split;
  // Beyond all seeds that a pipeline can name: with the same one, none of the training rows would be drawn.
  const seed = split.seed + 2 ** 32;
  const parts = splitRows(table, training, { ...split, test: stop.validation, seed, target: data.target });
  if (parts.test.length === 0) {
    throw new InputError(`stop.validation: expected rows to watch, found none among ${training.length} training rows`, {
      advice: 'Give more rows or a larger share, or leave it out',
    });
  }
  return { training: parts.training, validation: parts.test };
}

/** The features' and the target's encoding, as a request asks for them, fitted on the rows to train on. */
export function fitPreparation({ task, data, prepare }: Request, table: Table, training: Int32Array): Fitted {
  const { target: column, positive, include, exclude, weight } = data;
  const target = fitTarget(table, training, {
    task,
    target: column,
    positive: positive ?? undefined,
    transform: prepare.target,
    clip: prepare.clip,
  });
  const encoding = hasSparse(table)
    ? fitSparse(table, training, { include: include ?? undefined, exclude, ...prepare })
    : fitEncoding(table, training, {
        features: include ?? undefined,
        exclude: [column, ...(weight === null ? [] : [weight]), ...exclude].filter(
          (name) => !table.unread?.includes(name),
        ),
        ...prepare,
        kinds: data.columns,
      });
  return { table, training, encoding, target };
}

/**
 * Splits a table's labelled rows as a request asks, fits the preparation on those to train on, and looks for leaks.
 *
 * @throws InputError when no row is left on one side, or a column is not what the request takes it for
 */
export function fitToRequest(
  request: Request,
  table: Table,
): Omit<Prepared, 'request' | 'version' | 'readMilliseconds'> {
  const { target: column, split, weight } = request.data;
  // Other threads, if there are any, compute what the report says of columns, while this one goes through the rows.
  beginFacts(table);
  const { rows: labelled, warnings: unlabelled } = labelledRows(table, column);
  const parts =
    split === 'none'
      ? { training: labelled, test: labelled }
      : splitRows(table, labelled, { ...split, target: column });
  const { test } = parts;
  const { training, tuning } = withoutTuning(request, table, parts.training);
  if (training.length === 0 || test.length === 0) {
    throw new InputError(
      `data.split: expected rows on both sides, found ${training.length} to train on and ${test.length} to test on`,
      { advice: 'Give more rows, another share or seed, or write `split: none` to evaluate on the training rows' },
    );
  }
  const { encoding, target } = fitPreparation(request, table, training);
  beginDistributions(table);
  const unheaded = request.data.header ? headerWarnings(table) : [];
  const warnings = [...table.warnings, ...unheaded, ...unlabelled];
  warnings.push(...leftOutWarnings(encoding));
  const features = encoding.features.map(({ name }) => name);
  const look = {
    target: column,
    isRegression: request.task === 'regression' || request.task === 'count',
    names: features,
  };
  const leaks = hasSparse(table) ? suspectedSparseLeaks(table, training, look) : suspectedLeaks(table, training, look);
  for (const { name, reason } of leaks) {
    warnings.push(`Column "${name}" is suspected to leak the target: ${reason}. Exclude it unless it is known before.`);
  }
  const schema = fitSchema(table, training, {
    declared: request.data.columns,
    roleOf: (name) =>
      name === column ? 'target' : name === weight ? 'weight' : features.includes(name) ? 'feature' : 'unused',
  });
  const heldOut = { table, rows: test };
  return { table, training, test, heldOut, ...(tuning && { tuning }), encoding, target, schema, leaks, warnings };
}

/** Whether a request keeps rows back, to choose a threshold or a calibration on. */
export const keepsTuning = ({ model, evaluate }: Pick<Request, 'model' | 'evaluate'>): boolean =>
  evaluate.threshold !== undefined || model.calibrate !== undefined;

/**
 * Splits rows into those to train on and those that are kept back, to choose a threshold and a calibration on.
 *
 * @param seedOffset added to the seed of the pipeline's split; by default beyond the seeds of pipelines and early stopping
 */
export function withoutTuning(
  request: Pick<Request, 'data' | 'model' | 'evaluate'>,
  table: Table,
  rows: Int32Array,
  seedOffset = 2 ** 33,
): { training: Int32Array; tuning?: Int32Array } {
  if (!keepsTuning(request)) return { training: rows };
  const { data } = request;
  const split = data.split === 'none' ? { seed: 0 } : data.split;
  const seed = split.seed + seedOffset;
  const { training, test } = splitRows(table, rows, { ...split, test: tuningShare, seed, target: data.target });
  return { training, tuning: test };
}

/** Share of the training rows that is kept back. */
const tuningShare = 0.2;

const versionOf = (request: Request, table: Table): string =>
  shortHash({ request: contentRequest(request), blocks: blockHashes(table), recipe });

/** A sentence for each reason for which columns were left out. */
function leftOutWarnings({ leftOut }: Encoding): string[] {
  const byReason = Map.groupBy(leftOut, ({ reason }) => reason);
  return Array.from(byReason, ([reason, columns]) => {
    const names = columns.map(({ name }) => name);
    const what = names.length === 1 ? `Column ${listNames(names)} was` : `Columns ${listNames(names)} were`;
    return `${what} left out: ${reason}.`;
  });
}
