import { InputError } from '../../core/errors.ts';
import { readTable } from '../../data/read.ts';
import type { Column, Table } from '../../data/table.ts';
import { quoteText } from '../../data/text.ts';
import type { WorkerPool } from '../../kernels/worker-pool.ts';
import type { AnyPredictions } from '../../metrics/predictions.ts';
import type { PredictionsDocument, PredictionTask } from '../../pipeline/predictions-schema.ts';
import type { AppliedDefault } from '../../pipeline/resolve.ts';
import { formatCount } from '../../report/format.ts';
import type { Context } from '../context.ts';
import { openPool, threadsFor } from '../open-pool.ts';
import type { SourceObject } from '../sources.ts';
import { classNames } from './labels.ts';
import { matchRows } from './match-rows.ts';
import { findQuerySizes, rankingPredictions } from './rankings.ts';
import { findRoles, namesOf, type Role, type Roles } from './roles.ts';
import { binaryPredictions, multiclassPredictions, multilabelPredictions, valuePredictions } from './rows.ts';
import { textPredictions } from './texts.ts';

type Asked = PredictionsDocument['predictions'];

/** A table of predictions, and the roles of its columns. */
export interface GivenTable {
  table: Table;
  roles: Roles;
  /** The rows that have a label: ascending, or in the order of another table's. */
  rows: Int32Array;
  /** What was guessed or chosen by default. */
  notes: AppliedDefault[];
  warnings: string[];
  /** Finds a role's columns. */
  columns(role: Role): Column[];
}

/** Predictions as metrics take them, and the table that they come from. */
export interface Given extends GivenTable {
  predictions: AnyPredictions;
  /** Names of the classes or labels, if there are any. */
  classes?: string[];
}

/**
 * Reads predictions and labels from tables, and other predictions of the same rows from another file.
 *
 * @param objects.own the objects of the predictions; `against`: those of the other file
 * @throws InputError when a column is missing or wrong, or the files do not hold the same rows
 */
export async function readGiven(
  context: Context,
  { task, predictions: asked, against }: Pick<PredictionsDocument, 'task' | 'predictions' | 'against'>,
  objects: { own: SourceObject[]; against?: SourceObject[] },
): Promise<{ own: Given; against?: Given }> {
  checkIds(task, asked, against);
  const own = await openTable(context, task, asked, objects.own);
  if (!against || !objects.against) return { own: { ...own, ...(await toPredictions(context, task, asked, [own])) } };
  const { path, label, score, prediction } = against;
  const id = against.id ?? asked.id;
  const others: Asked = { ...asked, path, id, label: label ?? asked.label, score, prediction };
  let other = await openTable(context, task, others, objects.against);
  if (asked.id !== undefined && id !== undefined) {
    const { rows, warnings } = matchRows({ given: own, id: asked.id }, { given: other, id });
    own.warnings.push(...warnings);
    other = { ...other, rows };
  }
  const ownPart = await toPredictions(context, task, asked, [own, other]);
  const otherPart = await toPredictions(context, task, others, [other, own]);
  checkSameRows([asked.path, ownPart.predictions], [path, otherPart.predictions], asked.id !== undefined);
  // Both are compared under the weights of the first.
  const weighed = { ...otherPart.predictions, weights: ownPart.predictions.weights };
  return { own: { ...own, ...ownPart }, against: { ...other, ...otherPart, predictions: weighed } };
}

async function openTable(
  context: Context,
  task: PredictionTask,
  asked: Asked,
  objects: SourceObject[],
): Promise<GivenTable> {
  const { format, separator, encoding, header, label, score, prediction, weight, group, logProbabilities } = asked;
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const pool = await openPool(threadsFor(bytes, undefined, context.threads), context.takeThread);
  const read = (kinds: Record<string, 'category'>) =>
    readTable(objects, {
      packed: { pool },
      named: false,
      hashed: false,
      format,
      separator,
      encoding,
      header,
      kinds,
      ...(context.memoryBytes !== undefined && { limits: { memoryBytes: context.memoryBytes } }),
    });
  let table = await read({});
  const askedRoles = { label, score: table.sparse ? undefined : score, prediction, weight, group, logProbabilities };
  const columnNames = table.columns.map(({ name }) => name).filter((name) => name !== asked.id);
  const names = [...columnNames, ...(table.sparse ? featureNames(score) : [])];
  const rolesAsked = table.sparse ? { ...askedRoles, score } : askedRoles;
  const { roles, guesses } = findRoles(task, names, rolesAsked, `${asked.path}`);
  const columnOf = (name: string) => table.columns.find((column) => column.name === name) as Column;
  if (task === 'text') {
    // Texts that look like numbers must stay as they are written.
    const texts = [roles.label, roles.prediction, roles.logProbabilities].flatMap(namesOf);
    const numbers = texts.filter((name) => columnOf(name).kind === 'number');
    if (numbers.length > 0) table = await read(Object.fromEntries(numbers.map((name) => [name, 'category' as const])));
  }
  // No column is packed here, so nothing of the table needs the pool any more.
  if ('close' in pool) (pool as WorkerPool).close();
  const columns = (role: Role) => namesOf(roles[role]).map(columnOf);
  const { rows, warnings } = task === 'text' ? allOf(table) : labelled(table, columns('label'));
  return { table, roles, rows, notes: guesses, warnings: [...table.warnings, ...warnings], columns };
}

/** The feature of a LIBSVM file that holds the score; features are named by their numbers. */
const featureNames = (score: string | undefined): string[] =>
  score !== undefined && /^\d+$/.test(score) ? [score] : [];

const allOf = (table: Table) => ({ rows: Int32Array.from({ length: table.rowCount }, (_, row) => row), warnings: [] });

/** The rows in which no label is missing. */
function labelled(table: Table, labels: readonly Column[]): { rows: Int32Array; warnings: string[] } {
  const rows = new Int32Array(table.rowCount);
  let count = 0;
  for (let row = 0; row < table.rowCount; row++) {
    let isThere = true;
    for (const column of labels) {
      if (column.kind === 'number' ? Number.isNaN(column.values[row]) : column.codes[row] < 0) isThere = false;
    }
    if (isThere) rows[count++] = row;
  }
  const without = table.rowCount - count;
  if (count === 0) {
    throw new InputError(`${table.objects[0].key}: expected labels to compare with, found none in any row`);
  }
  const names = labels.map(({ name }) => quoteText(name)).join(', ');
  const warnings =
    without > 0
      ? [`${formatCount(without, 'row')} without a label (${names}) ${without === 1 ? 'was' : 'were'} left out.`]
      : [];
  return { rows: without === 0 ? rows : rows.slice(0, count), warnings };
}

type Part = Pick<Given, 'predictions' | 'classes' | 'notes'>;

/** @param given the table to take predictions from, and others, whose labels and predictions may name further classes */
async function toPredictions(
  context: Context,
  task: PredictionTask,
  asked: Asked,
  given: [GivenTable, ...GivenTable[]],
): Promise<Part> {
  const [own] = given;
  const notes = [...own.notes];
  const note = (path: string, value: unknown) => notes.push({ path: `predictions.${path}`, value });
  switch (task) {
    case 'regression':
    case 'count':
      return { predictions: valuePredictions(own), notes };
    case 'binary':
      return { ...binaryPredictions(given, asked, note), notes };
    case 'multiclass': {
      const named = given.flatMap(({ roles: { score } }) =>
        score && 'columns' in score ? score.columns.map(({ part }) => part) : [],
      );
      const classes = classNames(
        given.flatMap(({ columns }) => [...columns('label'), ...columns('prediction')]),
        named,
      );
      return { predictions: multiclassPredictions(own, classes, asked.path), classes, notes };
    }
    case 'multilabel':
      return { ...multilabelPredictions(own, asked, note), notes };
    case 'ranking':
      return { predictions: rankingPredictions(own, await findQuerySizes(context, own, asked, note), asked), notes };
    case 'text':
      return { predictions: textPredictions(own, asked), notes };
    case 'detection':
      throw new Error('detections are read from JSON, not from tables');
  }
}

/** Checks that ids are named only where two tables of rows are compared. */
function checkIds(task: PredictionTask, { id }: Asked, against: PredictionsDocument['against']): void {
  const given = id ?? against?.id;
  if (given === undefined) return;
  if (task === 'ranking') {
    throw new InputError(`predictions.id: expected none for a ranking task, found "${given}"`);
  }
  if (!against || id === undefined) {
    const expected = against ? 'a column in predictions.id, too,' : 'another file to compare with, in `against`,';
    throw new InputError(`predictions.id: expected ${expected} where an id is named, found none`);
  }
}

/** Checks that both have the same labels in the same order, as predictions of the same rows do. */
function checkSameRows(
  [path, own]: [string, AnyPredictions],
  [otherPath, other]: [string, AnyPredictions],
  areMatched: boolean,
): void {
  const labelsOf = (predictions: AnyPredictions): ArrayLike<unknown> => {
    if (predictions.kind === 'rankings') return predictions.relevance;
    if (predictions.kind === 'texts') return predictions.references.map((accepted) => accepted.join('\n'));
    return 'actual' in predictions ? predictions.actual : [];
  };
  const [a, b] = [labelsOf(own), labelsOf(other)];
  if (a.length !== b.length) {
    throw new InputError(
      `${otherPath}: expected the rows of ${path} in the same order, found ${b.length} labels where there are ${a.length}`,
    );
  }
  for (let row = 0; row < a.length; row++) {
    if (a[row] !== b[row]) {
      throw new InputError(
        areMatched
          ? `${otherPath}: expected the labels of ${path}, found another for its row ${row + 1}`
          : `${otherPath}: expected the rows of ${path} in the same order, found another label in row ${row + 1}`,
        areMatched ? {} : { advice: 'Name the column of ids that both have: --id COLUMN, or predictions.id' },
      );
    }
  }
}
