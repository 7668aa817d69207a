import { ConflictError, InputError } from '../core/errors.ts';
import { type BlockCutter, blockCutter } from './block-cutter.ts';
import { type ColumnKind, type ColumnReader, declaredReader, type Place, undeclaredReader } from './column-reader.ts';
import { csvTokenizer } from './csv.ts';
import { columnOrder, headerNames, positionNames } from './header.ts';
import { cellHash, finishHash, mixWord } from './row-hash.ts';
import type { Block, Column, DataObject, Table, TableObject } from './table.ts';
import type { TextRow } from './text.ts';

export interface ReadOptions {
  /** Whether each object begins with a row of column names; without it they are `0`, `1`, … */
  header?: boolean;
  /** Kinds by column name, where they are known: the user's word, or a saved model's. They win over what is found. */
  kinds?: Readonly<Record<string, ColumnKind>>;
  /** Most columns that a dataset may have. */
  maxColumns?: number;
}

/**
 * Reads CSV objects into one table.
 *
 * Rows stand in byte order of the objects' keys; the first object that is not empty gives the order of the columns, and
 * later ones are matched by name. A column whose kind is not declared is a number column when 95 % of its cells that
 * are not missing are numbers (`numberShare`); any other cell in it is then an error. Missing cells are those of
 * `missingTokens`, quoted or not. Infinity in a number column, as text or by overflow, is an error.
 *
 * Objects are read in one pass, and once more only when a column turns out a category after it began with numbers.
 * Memory follows the table, not the text: of the text, one block of at most 8 MiB and one row are kept at a time.
 *
 * @throws InputError when there are no rows, for text that is not proper CSV or UTF-8, rows of unequal length, bad
 *   names, more than `maxColumns` columns, objects with different columns, and cells that do not fit their column
 * @throws ConflictError when an object changed between the passes
 */
export async function readTable(
  objects: readonly DataObject[],
  { header = true, kinds = {}, maxColumns = 4096 }: ReadOptions = {},
): Promise<Table> {
  const sorted = [...objects].sort((a, b) => compareBytes(a.key, b.key));
  const place: Place = { key: '', line: 1 };
  const collector = tableCollector(place, new Map(Object.entries(kinds)), maxColumns);
  for (const object of sorted) await collector.read(object, header);

  const { table, toReread } = collector.finish();
  if (toReread.length > 0) await rereadCategories(sorted, header, table, toReread, place);
  return table;
}

function tableCollector(place: Place, kinds: ReadonlyMap<string, ColumnKind>, maxColumns: number) {
  let dataset: { key: string; names: string[]; readers: ColumnReader[] } | undefined;
  let rowCount = 0;
  const [rowHashes, lines] = [growingIntegers(), growingIntegers()];
  const objects: TableObject[] = [];
  const blocks: Block[] = [];
  const warnings: string[] = [];

  /** Checks the names of the object at hand and answers where in its rows the dataset's columns stand. */
  function beginObject(names: string[]): Int32Array {
    if (names.length > maxColumns) {
      throw new InputError(
        `${place.key}, line ${place.line}: expected at most ${maxColumns} columns, found ${names.length}`,
        { advice: 'Leave out columns that no model needs' },
      );
    }
    if (!dataset) {
      dataset = { key: place.key, names, readers: names.map(readerOf) };
      warnings.push(...nameWarnings(place.key, names, kinds));
    }
    return columnOrder(dataset.names, names, place, dataset.key);
  }

  function readerOf(name: string): ColumnReader {
    const kind = kinds.get(name);
    return kind === undefined ? undeclaredReader(name, place) : declaredReader(name, kind, place);
  }

  function addRow(row: TextRow, order: Int32Array, readers: ColumnReader[]): void {
    let rowHash = 0;
    for (let column = 0; column < order.length; column++) {
      const [start, end] = [row.starts[order[column]], row.ends[order[column]]];
      const hash = cellHash(row.bytes, start, end);
      rowHash = mixWord(rowHash, hash);
      readers[column].add(row.bytes, start, end, hash);
    }
    rowHashes.add(finishHash(rowHash ^ order.length));
    lines.add(row.line);
    rowCount++;
  }

  return {
    async read(object: DataObject, header: boolean): Promise<void> {
      const firstRow = rowCount;
      let names: string[] | undefined;
      let order: Int32Array = new Int32Array(0);
      const cutter = blockCutter(() => names ?? []);
      await eachRow(object, place, cutter, (row) => {
        if (!names) {
          names = header ? headerNames(row, place) : positionNames(row);
          order = beginObject(names);
          if (header) return;
        }
        if (row.count !== names.length) throw raggedError(place, names, row.count);
        cutter.row(row.offset);
        if (dataset) addRow(row, order, dataset.readers);
      });

      objects.push({ key: object.key, size: object.size, firstRow, rowCount: rowCount - firstRow });
      if (rowCount === firstRow) warnings.push(`${object.key} holds ${names ? 'a header and no rows' : 'nothing'}.`);
      let blockRow = firstRow;
      for (const block of cutter.end()) {
        blocks.push({ firstRow: blockRow, ...block });
        blockRow += block.rowCount;
      }
    },

    finish(): { table: Table; toReread: number[] } {
      if (!dataset || rowCount === 0) throw noRowsError(objects, dataset !== undefined);
      const columns: Column[] = [];
      const toReread: number[] = [];
      for (const [i, reader] of dataset.readers.entries()) {
        const name = dataset.names[i];
        if (reader.allMissing()) warnings.push(`Column ${JSON.stringify(name)} has no value in any row.`);
        const column = reader.finish();
        if (column === 'reread') toReread.push(i);
        columns.push(column === 'reread' ? { kind: 'category', name, codes: new Int32Array(0), levels: [] } : column);
      }
      const [hashes, lineNumbers] = [rowHashes.finish(), lines.finish()];
      return {
        table: { rowCount, columns, objects, blocks, rowHashes: hashes, lines: lineNumbers, warnings },
        toReread,
      };
    },
  };
}

/** Reads the objects again for the columns at `positions`, which turned out categories, and puts them into `table`. */
async function rereadCategories(
  objects: readonly DataObject[],
  header: boolean,
  table: Table,
  positions: readonly number[],
  place: Place,
): Promise<void> {
  const names = table.columns.map((column) => column.name);
  const readers = positions.map((i) => declaredReader(names[i], 'category', place));
  let rowCount = 0;
  for (const object of objects) {
    let order: Int32Array | undefined;
    await eachRow(object, place, undefined, (row) => {
      if (!order) {
        order = columnOrder(names, header ? headerNames(row, place) : positionNames(row), place, table.objects[0].key);
        if (header) return;
      }
      rowCount++;
      for (let i = 0; i < positions.length; i++) {
        const [start, end] = [row.starts[order[positions[i]]], row.ends[order[positions[i]]]];
        readers[i].add(row.bytes, start, end, cellHash(row.bytes, start, end));
      }
    });
  }
  if (rowCount !== table.rowCount) {
    throw new ConflictError(`${objects[0].key}: expected ${table.rowCount} rows as at first, found ${rowCount}`, {
      advice: 'The data changed while it was read; read it again',
    });
  }
  positions.forEach((position, i) => {
    table.columns[position] = readers[i].finish() as Column;
  });
}

/** Calls `onRow` with each row of an object, the header's too, and keeps `place` up to date. */
async function eachRow(
  object: DataObject,
  place: Place,
  cutter: BlockCutter | undefined,
  onRow: (row: TextRow) => void,
): Promise<void> {
  const tokenizer = csvTokenizer(object.key);
  const onTextRow = (row: TextRow) => {
    place.line = row.line;
    onRow(row);
  };
  place.key = object.key;
  for await (const chunk of object.read()) {
    // Small pieces, so that an object that arrives as one chunk is not copied whole.
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      cutter?.push(piece);
      tokenizer.push(piece, onTextRow);
    }
  }
  tokenizer.end(onTextRow);
}

const pieceBytes = 1 << 18;

function growingIntegers() {
  let values = new Uint32Array(1024);
  let length = 0;
  return {
    add(value: number): void {
      if (length === values.length) values = new Uint32Array(values.buffer.transfer(length * 2 * 4));
      values[length++] = value;
    },
    finish: () => new Uint32Array(values.buffer.transfer(length * 4)),
  };
}

/** UTF-8 bytes order as code points do; UTF-16 code units do not, beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < left.length && i < right.length; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

const encoder = new TextEncoder();

function nameWarnings(key: string, names: readonly string[], kinds: ReadonlyMap<string, ColumnKind>): string[] {
  const warnings: string[] = [];
  const other = names.length === 1 ? /[;\t|]/.exec(names[0]) : null;
  if (other) {
    warnings.push(`${key} has one column and ${JSON.stringify(other[0])} in its name: cells are separated by commas.`);
  }
  for (const [name, kind] of kinds) {
    if (!names.includes(name)) {
      warnings.push(`Column ${JSON.stringify(name)} is declared a ${kind} column, but the data has no such column.`);
    }
  }
  return warnings;
}

function raggedError({ key, line }: Place, names: readonly string[], found: number): InputError {
  const missing = found < names.length ? `: none for column ${JSON.stringify(names[found])}` : '';
  return new InputError(
    `${key}, line ${line}: expected ${names.length} ${names.length === 1 ? 'cell' : 'cells'}, found ${found}${missing}`,
    {
      advice: found > names.length ? 'A cell that holds a comma stands in quotes' : undefined,
    },
  );
}

function noRowsError(objects: readonly TableObject[], headerSeen: boolean): InputError {
  if (objects.length === 0) return new InputError('expected an object with rows, found no objects');
  const where = objects.length === 1 ? objects[0].key : `${objects[0].key} and ${objects.length - 1} more`;
  if (headerSeen) return new InputError(`${where}: expected rows below the header, found none`);
  return new InputError(
    `${where}: expected a header and rows, found ${objects.length === 1 ? 'an empty object' : 'empty objects'}`,
  );
}
