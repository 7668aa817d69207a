import { ConflictError, InputError } from '../core/errors.ts';
import { type BadRows, type BadRowsPolicy, badRows, type RowAtHand } from './bad-rows.ts';
import { type ColumnCollector, columnCollector } from './collect.ts';
import type { ColumnKind, LetGo, Place, ReaderContext } from './column-reader.ts';
import type { DataFormat } from './detect.ts';
import { dropRows } from './drop-rows.ts';
import type { TextEncoding } from './encoding.ts';
import { defaultLimits, type ReadLimits } from './limits.ts';
import { checkMemory, type ReadShare } from './memory.ts';
import { type ObjectRowsOptions, type RowSink, type RowText, readObjectRows } from './object-rows.ts';
import { isParquetName } from './open-object.ts';
import { type PackedReading, readPacked } from './read-packed.ts';
import { kindWarnings, missingWarning } from './read-warnings.ts';
import { roundToSingle } from './single.ts';
import type { Block, Column, DataObject, Table, TableObject } from './table.ts';

/** What to read of objects, and how. */
export interface ReadOptions {
  /** The objects' format; `auto` finds it by looking at each. */
  format?: DataFormat;
  /** The character between the cells of delimited text; found by looking where it is not told. */
  separator?: string;
  encoding?: TextEncoding;
  /** Whether each delimited object begins with a row of column names; without it they are `0`, `1`, … */
  header?: boolean;
  /** Kinds by column name, where they are known: the user's word, or a saved model's. They win over what is found. */
  kinds?: Readonly<Record<string, ColumnKind>>;
  /** Which columns to read, by name, of a format in which columns can be read apart (Parquet); all by default. */
  wanted?: (name: string) => boolean;
  /**
   * Whether the cells of a column, whose kind is not declared, may be let go of when there are more than 100,000 different
   * texts and it turns out to be free text or an identifier; never by default.
   */
  mayLetGo?: (name: string) => boolean;
  /** Which number columns are rounded to float32, where that loses nothing that matters; none by default. */
  single?: (name: string) => boolean;
  /** Kernels to read delimited text and flat Parquet with, where they support what the objects contain. */
  packed?: PackedReading;
  /**
   * Whether blocks are named by hashes of their content (`blockHashes`), which the name of a model's version needs. Reading
   * text takes about two thirds longer with them. True by default.
   */
  named?: boolean;
  /** Whether rows are hashed, which a split by content and a count of duplicates need. True by default. */
  hashed?: boolean;
  /** What becomes of rows that can't be read. */
  badRows?: BadRowsPolicy;
  /** What an infinite number is, written as such or too large for a float64: a bad cell, or a missing one. */
  infinite?: 'error' | 'missing';
  /** Whether the table is for a trained model: then no message advises to declare a column otherwise. */
  forModel?: boolean;
  limits?: Partial<ReadLimits>;
}

/**
 * Reads objects of any format into one table.
 *
 * Rows stand in byte order of the objects' keys; the first object that is not empty gives the order of the columns, and
 * later ones are matched by name. A column whose kind is not declared is a number column when 95 % of its cells that
 * are not missing are numbers (`numberShare`); any other cell in it is then bad. Cells of JSON and Parquet are what
 * their types say: a text that reads like a number is a text, unless the column is declared. Missing cells are null,
 * absent ones, and those of `missingTokens`, quoted or not.
 *
 * Objects are read in one pass, and once more only when a column turns out of another kind than its first cells.
 * Memory follows the table, not the text: of the text, one block of at most 8 MiB and one row are kept at a time; of
 * Parquet one row group.
 *
 * @throws InputError when there are no rows, for data that is not proper or not as declared, for objects with different
 *   columns, and beyond a limit; that the memory will not do is foreseen from the first pieces
 * @throws ConflictError when an object changed between the passes
 */
export async function readTable(objects: readonly DataObject[], options: ReadOptions = {}): Promise<Table> {
  const sorted = sortedByKey(objects);
  const packed = options.packed && (await readPacked(sorted, options, options.packed));
  if (packed) {
    // There are no rows that can't be read, and no object without rows.
    if (!options.forModel) packed.warnings.unshift(...kindWarnings(namesOf(packed), options.kinds ?? {}, new Set()));
    return packed;
  }
  const flat = options.packed && (await readFlat(sorted, options, options.packed));
  if (flat) return flat;
  const pass = beginPass(options, new Map(Object.entries(options.kinds ?? {})));
  const found = nothingFound();
  const share = { read: 0, of: sorted.reduce((sum, { size }) => sum + size, 0) };
  for (const object of sorted) await readInto(pass, counted(object, share), found, { share });
  const [worst] = pass.badRows.listing?.().first ?? [];
  if (pass.collector.rowCount === 0 && worst) throw new InputError(worst.sentence, worst);
  if (pass.collector.rowCount === 0) throw noRowsError(found.objects, pass.collector.names.length > 0);
  if (pass.collector.names.length === 0) throw new InputError(`${sorted[0].key}: expected columns, found none`);

  const table = toTable(pass, found, options);
  await rereadColumns(sorted, options, pass, table);
  const { rows, rejected, checkShare } = pass.badRows;
  checkShare(table.rowCount + rejected.length - rows.size);
  // Each column was found, or read again.
  const whole = withoutFreeTexts(table);
  const result = rejected.length > 0 ? dropRows(whole, rows, rejected) : whole;
  const bad = pass.badRows.listing?.();
  if (bad) result.bad = bad;
  for (const column of result.columns) {
    if (column.kind === 'number' && options.single?.(column.name)) roundToSingle(column);
  }
  return result;
}

const namesOf = ({ columns }: Table): string[] => columns.map(({ name }) => name);

/** Reads Parquet by kernels, if the format or all keys say that it is Parquet; only then is that module loaded. */
async function readFlat(
  objects: DataObject[],
  options: ReadOptions,
  packed: PackedReading,
): Promise<Table | undefined> {
  if (options.format !== 'parquet' && !objects.every(({ key }) => isParquetName(key))) return undefined;
  const { readPackedParquet } = await import('./read-packed-parquet.ts');
  return readPackedParquet(objects, options, packed);
}

/** One pass over the objects: what it collects, and what it does with bad rows. */
interface Pass {
  place: Place;
  text: RowText;
  badRows: BadRows;
  context: ReaderContext;
  collector: ColumnCollector;
  options: ObjectRowsOptions;
}

/** What a pass over the objects needs. */
function beginPass(
  options: ReadOptions,
  kinds: ReadonlyMap<string, ColumnKind>,
  { only, hashed = options.hashed }: { only?: ReadonlySet<string>; hashed?: boolean } = {},
): Pass {
  const place: Place = { key: '', line: 1 };
  const limits = { ...defaultLimits, ...options.limits };
  const text: RowText = { current: () => undefined };
  const atHand: RowAtHand = {
    get row() {
      return collector.rowCount;
    },
    get key() {
      return place.key;
    },
    get line() {
      return place.line;
    },
    text: () => text.current(),
  };
  const rejections = badRows(options.badRows ?? 'fail', atHand);
  const context: ReaderContext = {
    place,
    badRows: rejections,
    infinite: options.infinite ?? 'error',
    infiniteCells: { count: 0 },
    forModel: options.forModel,
    levels: limits.levels,
    mayLetGo: (name) => options.mayLetGo?.(name) === true && !Object.hasOwn(options.kinds ?? {}, name),
  };
  const collector = columnCollector({ context, place, kinds, limit: limits.columns, only, hashed });
  return {
    place,
    text,
    badRows: rejections,
    context,
    collector,
    options: {
      format: options.format ?? 'auto',
      separator: options.separator,
      encoding: options.encoding ?? 'auto',
      header: options.header ?? true,
      named: options.named ?? true,
      wanted: options.wanted ?? (() => true),
      limits,
    },
  };
}

interface FoundObjects {
  objects: TableObject[];
  blocks: Block[];
  warnings: string[];
  unread: Set<string>;
}

const nothingFound = (): FoundObjects => ({ objects: [], blocks: [], warnings: [], unread: new Set() });

async function readInto(
  pass: Pass,
  object: DataObject,
  found: FoundObjects,
  { again = false, share }: { again?: boolean; share?: ReadShare } = {},
): Promise<void> {
  const { collector, place, text } = pass;
  const firstRow = collector.rowCount;
  const checkSize = (rows: number, read?: ReadShare) => {
    const { sparseCells, names } = collector;
    const size = { rows, columns: names.length, sparseCells, textBytes: collector.textBytes() };
    checkMemory(object.key, size, pass.options.limits.memoryBytes, read);
  };
  collector.beginObject();
  const sink: RowSink = {
    names: collector.setNames,
    row: collector.addRow,
    columns: collector.addColumns,
    // A row that can't be cut was told of in the first pass.
    badRow: again ? () => {} : pass.badRows.rejectText,
    ...(share && {
      expect: (rowCount: number) => checkSize(firstRow + rowCount),
      pause: () => checkSize(collector.rowCount, share),
    }),
  };
  const facts = await readObjectRows(object, pass.options, { place, sink, text }, { blocks: !again });
  collector.endObject();

  found.warnings.push(...facts.warnings);
  for (const name of facts.unread) found.unread.add(name);
  const rowCount = collector.rowCount - firstRow;
  found.objects.push({ key: object.key, size: object.size, firstRow, rowCount });
  if (rowCount === 0) found.warnings.push(`${object.key} holds ${facts.isEmpty ? 'nothing' : 'a header and no rows'}.`);
  let blockRow = firstRow;
  for (const block of facts.blocks) {
    found.blocks.push({ firstRow: blockRow, ...block });
    blockRow += block.rowCount;
  }
}

/** The object, whose bytes are counted as they are read from first to last. */
function counted(object: DataObject, share: ReadShare): DataObject {
  return {
    ...object,
    async *read() {
      for await (const chunk of object.read()) {
        share.read += chunk.length;
        yield chunk;
      }
    },
  };
}

type UnfinishedTable = Omit<Table, 'columns'> & { columns: (Column | ColumnKind | LetGo)[] };

function toTable(
  { collector, context }: Pass,
  found: FoundObjects,
  { kinds = {}, forModel = false, packed }: ReadOptions,
): UnfinishedTable {
  const names = [...collector.names];
  const { columns, allMissing, rows, sparse } = collector.finish();
  // What a model's columns are is its schema's matter.
  const declared = forModel ? [] : kindWarnings(names, kinds, found.unread);
  const warnings = [...declared, ...found.warnings];
  for (const [i, name] of names.entries()) {
    if (allMissing[i]) warnings.push(missingWarning(name));
  }
  const infinite = context.infiniteCells.count;
  if (infinite > 0) {
    warnings.push(
      `${infinite === 1 ? 'One infinite number was' : `${infinite} infinite numbers were`} read as missing.`,
    );
  }
  return {
    rowCount: rows.lines.length,
    columns,
    objects: found.objects,
    blocks: found.blocks,
    rowHashes: rows.hashes,
    lines: rows.lines,
    warnings,
    ...(sparse && { sparse, ...(packed && { sparseMemory: packed.pool.memory }) }),
    ...(found.unread.size > 0 && { unread: [...found.unread] }),
  };
}

/** The table, each of whose columns was found, or read again, with those beside it that were let go of. */
function withoutFreeTexts({ columns: all, ...table }: UnfinishedTable): Table {
  const columns = all.filter((column) => typeof column !== 'string' && column.kind !== 'let-go') as Column[];
  if (columns.length === all.length) return { ...table, columns };
  const freeTexts = all.flatMap((column, position) =>
    typeof column !== 'string' && column.kind === 'let-go' ? [{ ...column.freeText, position }] : [],
  );
  return { ...table, columns, freeTexts, unread: [...(table.unread ?? []), ...freeTexts.map(({ name }) => name)] };
}

/** Reads the objects again for the columns that turned out of another kind, and puts them into `table`. */
async function rereadColumns(
  objects: readonly DataObject[],
  options: ReadOptions,
  first: Pass,
  table: UnfinishedTable,
): Promise<void> {
  const { names } = first.collector;
  const kinds = new Map<string, ColumnKind>();
  for (const [i, column] of table.columns.entries()) if (typeof column === 'string') kinds.set(names[i], column);
  if (kinds.size === 0) return;

  const pass = beginPass(options, kinds, { only: new Set(kinds.keys()), hashed: false });
  const rereader = pass.collector;
  const found = nothingFound();
  for (const object of objects) await readInto(pass, object, found, { again: true });
  if (rereader.rowCount !== table.rowCount) {
    throw new ConflictError(
      `${objects[0].key}: expected ${table.rowCount} rows as at first, found ${rereader.rowCount}`,
      {
        advice: 'The data changed while it was read; read it again',
      },
    );
  }
  const { columns } = rereader.finish();
  for (const [i, column] of table.columns.entries()) if (typeof column === 'string') table.columns[i] = columns[i];
  first.badRows.adopt(pass.badRows);
}

/** The objects in byte order of their keys. */
export const sortedByKey = (objects: readonly DataObject[]): DataObject[] =>
  objects.toSorted((a, b) => compareBytes(a.key, b.key));

/** UTF-8 bytes order as code points do; UTF-16 code units do not, beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < left.length && i < right.length; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

const encoder = new TextEncoder();

function noRowsError(objects: readonly TableObject[], headerSeen: boolean): InputError {
  if (objects.length === 0) return new InputError('expected an object with rows, found no objects');
  const where = objects.length === 1 ? objects[0].key : `${objects[0].key} and ${objects.length - 1} more`;
  if (headerSeen) return new InputError(`${where}: expected rows below the header, found none`);
  return new InputError(
    `${where}: expected a header and rows, found ${objects.length === 1 ? 'an empty object' : 'empty objects'}`,
  );
}
