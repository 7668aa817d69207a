import { InputError } from '../core/errors.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import {
  type ColumnKind,
  type ColumnReader,
  declaredReader,
  type LetGo,
  type Place,
  type ReaderContext,
  undeclaredReader,
} from './column-reader.ts';
import { columnOrder } from './header.ts';
import { listNames } from './lookup.ts';
import { cellHash, finishHash, mixWord, rowHash } from './row-hash.ts';
import type { Column } from './table.ts';
import { type SparseCells, type TextRow, utf8Buffer } from './text.ts';

/** The columns of a dataset as they are being read, whichever objects and formats the rows come from. */
export interface ColumnCollector {
  rowCount: number;
  /** Cells of sparse features. */
  readonly sparseCells: number;
  /** Bytes of the distinct texts of its columns. */
  textBytes(): number;
  /** Of the dataset, in the order of its first object; empty before the first row. */
  names: readonly string[];
  /** Begins the next object. */
  beginObject(): void;
  /**
   * Takes the names of the object's columns, in its own order; again when there are more.
   *
   * @param growing whether more may come: then absent ones are missing, until `endObject` compares them
   */
  setNames(names: readonly string[], growing: boolean): void;
  /** Takes a row whose cells stand in the order of the object's names. */
  addRow(row: TextRow): void;
  /** Takes rows whose cells stand in typed columns, in the order of the object's names. */
  addColumns(columns: readonly TypedColumn[], rowCount: number): void;
  /** @throws InputError when the object's columns differ from the dataset's */
  endObject(): void;
  /** The columns, or the kinds to read them again as. */
  finish(): { columns: (Column | ColumnKind | LetGo)[]; allMissing: boolean[]; rows: RowFacts; sparse?: SparseMatrix };
}

/** A column of typed cells: numbers, NaN where missing, or texts. */
export type TypedColumn = { values: Float64Array } | { texts: readonly (string | undefined)[] };

/** What is known of rows besides their cells. */
export interface RowFacts {
  hashes: Uint32Array;
  lines: Uint32Array;
}

/** Which columns are collected, and how. */
export interface CollectOptions {
  context: ReaderContext;
  place: Place;
  kinds: ReadonlyMap<string, ColumnKind>;
  /** Most columns. */
  limit: number;
  /** Collect these columns alone, and of the others nothing. */
  only?: ReadonlySet<string>;
  /** Whether rows are hashed; by default they are. */
  hashed?: boolean;
}

/** Collects rows into columns, and matches later objects by name with the first. */
export function columnCollector({
  context,
  place,
  kinds,
  limit,
  only,
  hashed = true,
}: CollectOptions): ColumnCollector {
  const readers: ColumnReader[] = [];
  const positions = new Map<string, number>();
  const names: string[] = [];
  const [hashes, lines, sparse] = [growingIntegers(), growingIntegers(), growingSparse()];
  let firstKey: string | undefined;
  let isSparse: boolean | undefined;
  /** Of the object at hand: its names, and for each of the dataset's columns where it stands among them, or -1. */
  let objectNames: readonly string[] | undefined;
  let order = new Int32Array(0);
  let known = 0;
  let isGrowing = false;
  const hashCells = cellHasher();

  const collector: ColumnCollector = {
    rowCount: 0,
    get sparseCells() {
      return sparse.cellCount();
    },
    textBytes: () => readers.reduce((sum, reader) => sum + reader.textBytes(), 0),
    names,
    beginObject() {
      objectNames = undefined;
      known = 0;
    },
    setNames(found, growing) {
      if (found.length > limit) throw tooManyColumnsError(place, limit, found.length);
      isGrowing = growing;
      if (firstKey === undefined) firstKey = place.key;
      const isFirst = firstKey === place.key;
      if (!isFirst && !growing) columnOrder(names, found, place, firstKey);
      if (known === 0) order = new Int32Array(names.length).fill(-1);
      for (; known < found.length; known++) {
        const column = positions.get(found[known]) ?? (isFirst ? addColumn(found[known]) : undefined);
        if (column === undefined) throw otherColumnError(place, found[known], firstKey);
        order[column] = known;
      }
      objectNames = found;
    },
    addRow(row) {
      addCells(row);
      if (hashed) hashes.add(hashCells(row, order));
      lines.add(row.line);
      isSparse ??= row.sparse !== undefined;
      if (isSparse !== (row.sparse !== undefined)) throw mixedError(place, isSparse);
      if (row.sparse) sparse.add(row.sparse);
      collector.rowCount++;
    },
    addColumns(columns, rowCount) {
      isSparse ??= false;
      if (isSparse) throw mixedError(place, isSparse);
      const rowHashes = new Int32Array(rowCount);
      const firstLine = place.line;
      const firstRow = collector.rowCount;
      for (let column = 0; column < order.length; column++) {
        collector.rowCount = firstRow;
        place.line = firstLine;
        addTyped(readers[column], columns[order[column]], rowHashes);
      }
      for (let row = 0; row < rowCount; row++) {
        if (hashed) hashes.add(finishHash(rowHashes[row] ^ order.length));
        lines.add(firstLine + row);
      }
      collector.rowCount = firstRow + rowCount;
      place.line = firstLine + rowCount;
    },
    endObject() {
      // An object without any row has no columns to compare.
      if (objectNames && isGrowing && firstKey !== place.key && firstKey !== undefined) {
        columnOrder(names, objectNames, place, firstKey);
      }
    },
    finish: () => ({
      columns: readers.map((reader) => reader.finish()),
      allMissing: readers.map((reader) => reader.allMissing()),
      rows: { hashes: hashes.finish(), lines: lines.finish() },
      sparse: isSparse ? sparse.finish() : undefined,
    }),
  };
  return collector;

  function addColumn(name: string): number {
    const reader = readerOf(name);
    for (let row = 0; row < collector.rowCount; row++) reader.addMissing();
    positions.set(name, names.length);
    names.push(name);
    readers.push(reader);
    const grown = new Int32Array(names.length).fill(-1);
    grown.set(order);
    order = grown;
    return names.length - 1;
  }

  function readerOf(name: string): ColumnReader {
    if (only && !only.has(name)) return nothingReader;
    const kind = kinds.get(name);
    return kind === undefined ? undeclaredReader(name, context) : declaredReader(name, kind, context);
  }

  /** Hands a row's cells to the readers. */
  function addCells({ bytes, starts, ends, texts }: TextRow): void {
    for (let column = 0; column < order.length; column++) {
      const at = order[column];
      if (at < 0) readers[column].addMissing();
      else readers[column].add(bytes, starts[at], ends[at], texts !== undefined && texts[at] === 1);
    }
  }

  function addTyped(reader: ColumnReader, column: TypedColumn, rowHashes: Int32Array): void {
    const { length } = rowHashes;
    for (let row = 0; row < length; row++, collector.rowCount++, place.line++) {
      if ('values' in column) {
        const value = column.values[row];
        reader.addNumber(value);
        rowHashes[row] = mixWord(rowHashes[row], Number.isNaN(value) ? emptyHash : numberHash(value));
        continue;
      }
      const text = column.texts[row];
      if (text === undefined) {
        reader.addMissing();
        rowHashes[row] = mixWord(rowHashes[row], emptyHash);
        continue;
      }
      const end = utf8.encode(text);
      const hash = cellHash(utf8.bytes, 0, end);
      reader.add(utf8.bytes, 0, end, true);
      rowHashes[row] = mixWord(rowHashes[row], hash);
    }
  }
}

/** Hashes rows by their cells, in the order of the dataset's columns: `order` says where each stands in the row, or -1. */
function cellHasher(): (row: TextRow, order: Int32Array) => number {
  let joined = new Uint8Array(1024);

  return (row, order) => {
    const { bytes, starts, ends } = row;
    let length = 0;
    for (let column = 0; column < order.length; column++) {
      const at = order[column];
      if (column > 0) length = append(comma, 0, 1, length);
      if (at >= 0) length = append(bytes, starts[at], ends[at], length);
    }
    // Columns that come with later rows must not tell equal rows apart: empty cells at the end do not count.
    const hash = rowHash(joined, 0, length);
    return row.sparse ? finishHash(mixSparse(hash, row.sparse)) : hash;
  };

  /** Writes bytes to `joined` behind `length` others, and answers how many there are then. */
  function append(bytes: Uint8Array, start: number, end: number, length: number): number {
    const next = length + end - start;
    if (next > joined.length) {
      const grown = new Uint8Array(2 * next);
      grown.set(joined.subarray(0, length));
      joined = grown;
    }
    for (let from = start; from < end; from++) joined[length++] = bytes[from];
    return next;
  }
}

/** Takes the cells of a column that nobody asks for. */
const nothingReader: ColumnReader = {
  add() {},
  addNumber() {},
  addMissing() {},
  finish: () => ({ kind: 'number', name: '', values: new Float64Array(0) }),
  textBytes: () => 0,
  allMissing: () => false,
};

const utf8 = utf8Buffer();
const comma = Uint8Array.of(0x2c);
const emptyHash = cellHash(new Uint8Array(0), 0, 0);

const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

function numberHash(value: number): number {
  // Adding zero makes -0 and 0 one number, as they are equal.
  scratch[0] = value + 0;
  return finishHash(mixWord(mixWord(0, scratchWords[0]), scratchWords[1]));
}

function mixSparse(rowHash: number, { count, indices, values }: SparseCells): number {
  let hash = rowHash;
  for (let i = 0; i < count; i++) {
    if (values[i] !== 0) hash = mixWord(mixWord(hash, indices[i]), numberHash(values[i]));
  }
  return hash;
}

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

/** Rows of a sparse matrix, one after another; zeros that are written are left out. */
function growingSparse() {
  let columns = new Int32Array(1024);
  let values = new Float64Array(1024);
  let starts = new Float64Array(1024);
  let [rowCount, length, columnCount] = [0, 0, 0];
  return {
    add(row: SparseCells): void {
      if (rowCount + 1 === starts.length) starts = new Float64Array(starts.buffer.transfer(starts.length * 2 * 8));
      while (length + row.count > columns.length) {
        columns = new Int32Array(columns.buffer.transfer(columns.length * 2 * 4));
        values = new Float64Array(values.buffer.transfer(values.length * 2 * 8));
      }
      for (let i = 0; i < row.count; i++) {
        columnCount = Math.max(columnCount, row.indices[i] + 1);
        if (row.values[i] === 0) continue;
        columns[length] = row.indices[i];
        values[length++] = row.values[i];
      }
      starts[++rowCount] = length;
    },
    cellCount: () => length,
    finish: (): SparseMatrix => ({
      rowCount,
      columnCount,
      rowStarts: starts.slice(0, rowCount + 1),
      columns: columns.slice(0, length),
      data: values.slice(0, length),
    }),
  };
}

function tooManyColumnsError({ key, line }: Place, limit: number, found: number): InputError {
  return new InputError(`${key}, line ${line}: expected at most ${limit} columns, found ${found}`, {
    advice: 'Leave out columns that no model needs, or raise data.limits.columns',
  });
}

function otherColumnError({ key, line }: Place, name: string, first: string): InputError {
  return new InputError(`${key}, line ${line}: expected the columns of ${first}, found them with ${listNames([name])}`);
}

function mixedError({ key }: Place, isSparse: boolean): InputError {
  const [expected, found] = isSparse ? ['LIBSVM', 'another format'] : ['another format than LIBSVM', 'LIBSVM'];
  return new InputError(`${key}: expected ${expected} as in the objects before, found ${found}`);
}
