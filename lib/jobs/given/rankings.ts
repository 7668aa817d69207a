import { InputError } from '../../core/errors.ts';
import { placeOf } from '../../data/lookup.ts';
import type { Column, Table } from '../../data/table.ts';
import { quoteText } from '../../data/text.ts';
import type { RankingPredictions } from '../../metrics/predictions.ts';
import type { PredictionsDocument } from '../../pipeline/predictions-schema.ts';
import type { Context } from '../context.ts';
import { findDataset, listDataset, type SourceObject } from '../sources.ts';
import { numbersOn } from './labels.ts';
import type { GivenTable } from './read-given.ts';
import { weightsOf } from './rows.ts';

type Asked = PredictionsDocument['predictions'];

/** The endings of files of query sizes that LightGBM and XGBoost look for beside their data. */
const sizeEndings = ['.query', '.group'];

/**
 * The number of items of each query, in order: from the object that the document names or, if there is no column of queries,
 * from one beside the data with the same name and the ending .query (LightGBM) or .group (XGBoost).
 */
export async function findQuerySizes(
  context: Context,
  { roles }: GivenTable,
  { path, groupSizes }: Asked,
  note: (path: string, value: unknown) => void,
): Promise<Int32Array | undefined> {
  if (groupSizes !== undefined) return readSizes((await listDataset(context, groupSizes))[0]);
  if (roles.group) return undefined;
  for (const ending of sizeEndings) {
    const beside = path.replace(/\.[A-Za-z]\w*(\.(gz|zst))?$/, '') + ending;
    const [object] = beside === path ? [] : await findDataset(context, beside);
    if (!object) continue;
    note('groupSizes', beside);
    return readSizes(object);
  }
  return undefined;
}

/** The items of each query, with their relevance and scores; rows of one query need not stand together. */
export function rankingPredictions(given: GivenTable, sizes: Int32Array | undefined, asked: Asked): RankingPredictions {
  const { table, rows, columns, roles } = given;
  const relevance = numbersOn(table, columns('label')[0], rows, 'label');
  const wrong = relevance.findIndex((value) => value < 0);
  if (wrong >= 0) {
    throw new InputError(
      `${placeOf(table, rows[wrong])} (label): expected a relevance from 0, found ${relevance[wrong]}`,
    );
  }
  const score = roles.score && 'name' in roles.score ? roles.score.name : '';
  const [scoreColumn] = columns('score');
  const scores = scoreColumn ? numbersOn(table, scoreColumn, rows, 'score') : featureOn(table, rows, Number(score));
  const itemWeights = weightsOf(given);
  const [groupColumn] = columns('group');
  if (!groupColumn) {
    const queryOffsets = offsetsOf(sizes ?? Int32Array.of(rows.length), given, asked);
    return { kind: 'rankings', relevance, scores, queryOffsets, weights: firstOf(itemWeights, queryOffsets) };
  }
  const { order, queryOffsets } = byQuery(given, groupColumn);
  const inOrder = (values: Float64Array) => Float64Array.from(order, (i) => values[i]);
  return {
    kind: 'rankings',
    relevance: inOrder(relevance),
    scores: inOrder(scores),
    queryOffsets,
    weights: firstOf(itemWeights && inOrder(itemWeights), queryOffsets),
  };
}

/** A query has the weight of its first item. */
const firstOf = (weights: Float64Array | undefined, queryOffsets: Int32Array): Float64Array | undefined =>
  weights && Float64Array.from(queryOffsets.subarray(0, -1), (start) => weights[start]);

/** A feature of a sparse table; 0 where it is not stored. */
function featureOn({ sparse }: Table, rows: Int32Array, feature: number): Float64Array {
  const values = new Float64Array(rows.length);
  if (!sparse || feature < 1 || feature > sparse.columnCount) {
    throw new InputError(
      `predictions.score: expected a feature from 1 to ${sparse?.columnCount ?? 0}, found ${feature}`,
    );
  }
  for (let i = 0; i < rows.length; i++) {
    for (let at = sparse.rowStarts[rows[i]]; at < sparse.rowStarts[rows[i] + 1]; at++) {
      if (sparse.columns[at] === feature - 1) values[i] = sparse.data[at];
    }
  }
  return values;
}

function offsetsOf(sizes: Int32Array, { table, rows }: GivenTable, { groupSizes, path }: Asked): Int32Array {
  const offsets = new Int32Array(sizes.length + 1);
  for (const [query, size] of sizes.entries()) offsets[query + 1] = offsets[query] + size;
  const total = offsets[sizes.length];
  if (rows.length !== table.rowCount) {
    throw new InputError(
      `${path}: expected a label in each row where queries go by their sizes, found ${table.rowCount - rows.length} without`,
    );
  }
  if (total === rows.length) return offsets;
  throw new InputError(
    `${groupSizes ?? 'the sizes of queries'}: expected ${rows.length} items in all, as ${path} has rows, found ${total}`,
  );
}

/** Groups items by query; queries are in the order of their first items. */
function byQuery({ table, rows }: GivenTable, column: Column): { order: Int32Array; queryOffsets: Int32Array } {
  const places = new Map<number, number>();
  const queryOf = Int32Array.from(rows, (row) => {
    const key = column.kind === 'number' ? column.values[row] : column.codes[row];
    if (Number.isNaN(key) || (column.kind === 'category' && key < 0)) {
      throw new InputError(
        `${placeOf(table, row)}, column ${quoteText(column.name)} (group): expected a query, found a missing value`,
      );
    }
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, places.size);
    return places.size - 1;
  });
  const queryOffsets = new Int32Array(places.size + 1);
  for (const query of queryOf) queryOffsets[query + 1]++;
  for (let query = 0; query < places.size; query++) queryOffsets[query + 1] += queryOffsets[query];
  const next = queryOffsets.slice();
  const order = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) order[next[queryOf[i]]++] = i;
  return { order, queryOffsets };
}

const sizesLimitBytes = 256 * 2 ** 20;

async function readSizes(object: SourceObject): Promise<Int32Array> {
  if (object.size > sizesLimitBytes) {
    throw new InputError(`${object.key}: expected at most ${sizesLimitBytes} bytes of sizes, found ${object.size}`);
  }
  const text = new TextDecoder().decode(await object.readRange(0, object.size));
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return Int32Array.from(lines, (line, i) => {
    if (/^\d{1,9}$/.test(line)) return Number(line);
    throw new InputError(`${object.key}, line ${i + 1}: expected a number of items, found ${quoteText(line)}`);
  });
}
