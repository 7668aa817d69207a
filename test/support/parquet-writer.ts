import { zstdCompressSync } from 'node:zlib';
import { snappy } from './snappy-writer.ts';

/** Columns of numbers (DOUBLE, where nothing else is said), texts (UTF-8) or booleans, null where missing. */
export type ParquetColumns = Record<string, (number | null)[] | (string | null)[] | (boolean | null)[]>;

type Cell = number | string | boolean | null;

export type NumberStorage = 'INT32' | 'INT64' | 'UINT_32' | 'UINT_64' | 'FLOAT' | 'DOUBLE';

export interface ParquetOptions {
  /** How columns of numbers are stored, by name. */
  types?: Readonly<Record<string, NumberStorage>>;
  codec?: 'UNCOMPRESSED' | 'SNAPPY' | 'ZSTD';
  /** Version of the data pages. */
  version?: 1 | 2;
  /** Whether columns other than booleans are written with a dictionary of their distinct values. */
  dictionary?: boolean;
  /** Columns that can't be null. */
  required?: readonly string[];
  /** Groups of nullable numbers, by name, that the schema lists before the columns; they are in no row group. */
  nested?: Readonly<Record<string, readonly string[]>>;
  /** Most rows of a page; a row group has one page to a column where it is left out. */
  pageRows?: number;
}

const physicalTypes = { BOOLEAN: 0, INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
const codecs = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 } as const;
const [plain, runs, dictionaryPlaces] = [0, 3, 8];

/**
 * A Parquet file: of plain, unpacked pages where nothing else is said.
 *
 * @see Apache Parquet, parquet-format 2.11, parquet.thrift; Thrift compact protocol
 */
export function writeParquet(columns: ParquetColumns, groupRows: number, options: ParquetOptions = {}): Uint8Array {
  const names = Object.keys(columns);
  const rowCount = columns[names[0]].length;
  const parts: Uint8Array[] = [ascii('PAR1')];
  let position = 4;
  const groups: Field[][] = [];
  for (let first = 0; first < rowCount; first += groupRows) {
    const end = Math.min(first + groupRows, rowCount);
    const chunks = names.map((name) => {
      const storage = storageOf(name, columns[name], options);
      const pages = pagesOf(
        columns[name].slice(first, end),
        storage,
        options.required?.includes(name) !== true,
        options,
      );
      const start = position;
      const packed = pages.data.reduce((sum, { bytes }) => sum + bytes.length, pages.dictionary?.bytes.length ?? 0);
      const unpacked = pages.data.reduce((sum, page) => sum + page.unpacked, pages.dictionary?.unpacked ?? 0);
      const offset = start + (pages.dictionary?.bytes.length ?? 0);
      parts.push(...(pages.dictionary ? [pages.dictionary.bytes] : []), ...pages.data.map(({ bytes }) => bytes));
      position += packed;
      const meta: Field[] = [
        [1, int(physicalTypes[physicalOf(storage)])],
        [2, list(5, [int(plain).bytes, int(runs).bytes, int(dictionaryPlaces).bytes])],
        [3, list(8, [text(name).bytes])],
        [4, int(codecs[options.codec ?? 'UNCOMPRESSED'])],
        [5, long(end - first)],
        [6, long(unpacked)],
        [7, long(packed)],
        [9, long(offset)],
        ...(pages.dictionary ? [[11, long(start)] as Field] : []),
      ];
      return struct([
        [2, long(start)],
        [3, { type: 12, bytes: struct(meta) }],
      ]);
    });
    groups.push([
      [1, list(12, chunks)],
      [2, long(position)],
      [3, long(end - first)],
    ]);
  }
  const schema = [
    struct([
      [4, text('schema')],
      [5, int(names.length + Object.keys(options.nested ?? {}).length)],
    ]),
    ...Object.entries(options.nested ?? {}).flatMap(([name, inner]) => [
      struct([
        [3, int(0)],
        [4, text(name)],
        [5, int(inner.length)],
      ]),
      ...inner.map((own) =>
        struct([
          [1, int(physicalTypes.DOUBLE)],
          [3, int(1)],
          [4, text(own)],
        ]),
      ),
    ]),
    ...names.map((name) => {
      const storage = storageOf(name, columns[name], options);
      const fields: Field[] = [
        [1, int(physicalTypes[physicalOf(storage)])],
        [3, int(options.required?.includes(name) ? 0 : 1)],
        [4, text(name)],
      ];
      const converted = { BYTE_ARRAY: 0, UINT_32: 13, UINT_64: 14 }[storage as string];
      if (converted !== undefined) fields.push([6, int(converted)]);
      return struct(fields);
    }),
  ];
  const footer = struct([
    [1, int(1)],
    [2, list(12, schema)],
    [3, long(rowCount)],
    [4, list(12, groups.map(struct))],
  ]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return join([...parts, footer, length, ascii('PAR1')]);
}

type Storage = NumberStorage | 'BOOLEAN' | 'BYTE_ARRAY';

/** A column that holds nothing but null is one of numbers. */
function storageOf(name: string, cells: Cell[], { types = {} }: ParquetOptions): Storage {
  if (cells.some((cell) => typeof cell === 'string')) return 'BYTE_ARRAY';
  if (cells.some((cell) => typeof cell === 'boolean')) return 'BOOLEAN';
  return types[name] ?? 'DOUBLE';
}

const physicalOf = (storage: Storage): keyof typeof physicalTypes =>
  storage === 'UINT_32' ? 'INT32' : storage === 'UINT_64' ? 'INT64' : storage;

interface Page {
  bytes: Uint8Array;
  unpacked: number;
}

function pagesOf(
  cells: Cell[],
  storage: Storage,
  isNullable: boolean,
  { codec = 'UNCOMPRESSED', version = 1, dictionary = false, pageRows = cells.length }: ParquetOptions,
): { data: Page[]; dictionary?: Page } {
  const pack = { UNCOMPRESSED: (bytes: Uint8Array) => bytes, SNAPPY: snappy, ZSTD: zstdCompressSync }[codec];
  const different =
    dictionary && storage !== 'BOOLEAN' ? [...new Set(cells.filter((cell) => cell !== null))] : undefined;
  const data: Page[] = [];
  for (let first = 0; first < cells.length; first += pageRows) {
    const own = cells.slice(first, first + pageRows);
    const present = own.filter((cell) => cell !== null);
    const values = different ? places(present, different) : plainValues(present, storage);
    const levels = isNullable ? presentLevels(own) : new Uint8Array(0);
    const encoding = different ? dictionaryPlaces : plain;
    data.push(
      version === 1
        ? pageV1(own.length, encoding, isNullable ? join([uint32(levels.length), levels, values]) : values, pack)
        : pageV2(own.length, own.length - present.length, encoding, levels, values, pack),
    );
  }
  if (!different) return { data };
  const body = plainValues(different, storage);
  const counts: Field = [
    7,
    {
      type: 12,
      bytes: struct([
        [1, int(different.length)],
        [2, int(plain)],
      ]),
    },
  ];
  return { data, dictionary: page(2, body.length, pack(body), counts) };
}

function pageV1(count: number, encoding: number, body: Uint8Array, pack: (bytes: Uint8Array) => Uint8Array): Page {
  const fields: Field[] = [
    [1, int(count)],
    [2, int(encoding)],
    [3, int(runs)],
    [4, int(runs)],
  ];
  return page(0, body.length, pack(body), [5, { type: 12, bytes: struct(fields) }]);
}

function pageV2(
  count: number,
  nullCount: number,
  encoding: number,
  levels: Uint8Array,
  values: Uint8Array,
  pack: (bytes: Uint8Array) => Uint8Array,
): Page {
  const fields: Field[] = [
    [1, int(count)],
    [2, int(nullCount)],
    [3, int(count)],
    [4, int(encoding)],
    [5, int(levels.length)],
    [6, int(0)],
  ];
  const body = join([levels, pack(values)]);
  return page(3, levels.length + values.length, body, [8, { type: 12, bytes: struct(fields) }]);
}

function page(type: number, unpacked: number, body: Uint8Array, own: Field): Page {
  const header = struct([[1, int(type)], [2, int(unpacked)], [3, int(body.length)], own]);
  return { bytes: join([header, body]), unpacked: header.length + unpacked };
}

/** Definition levels: bit-packed in groups of eight, one bit each, least significant first; a run where all are there. */
function presentLevels(cells: Cell[]): Uint8Array {
  if (cells.length > 8 && cells.every((cell) => cell !== null)) {
    return join([varint(BigInt(cells.length << 1)), Uint8Array.of(1)]);
  }
  return packedBits(
    cells.map((cell) => (cell === null ? 0 : 1)),
    1,
  );
}

/** Indices into a dictionary: a run for eight or more equal ones, bit-packed groups for all others. */
function places(cells: Cell[], different: Cell[]): Uint8Array {
  const placeOf = new Map(different.map((cell, i) => [cell, i]));
  const all = cells.map((cell) => placeOf.get(cell) ?? 0);
  const width = Math.max(1, 32 - Math.clz32(different.length - 1));
  const parts: Uint8Array[] = [Uint8Array.of(width)];
  let waiting: number[] = [];
  for (let i = 0; i < all.length; ) {
    let end = i + 1;
    while (all[end] === all[i]) end++;
    if (end - i >= 8 && waiting.length % 8 === 0) {
      if (waiting.length > 0) parts.push(packedBits(waiting, width));
      waiting = [];
      parts.push(varint(BigInt((end - i) << 1)), uint32(all[i]).subarray(0, Math.ceil(width / 8)));
      i = end;
    } else waiting.push(all[i++]);
  }
  if (waiting.length > 0) parts.push(packedBits(waiting, width));
  return join(parts);
}

function packedBits(values: number[], width: number): Uint8Array {
  const groupCount = Math.ceil(values.length / 8);
  const packed = new Uint8Array(groupCount * width);
  values.forEach((value, i) => {
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit;
      if ((value >> bit) & 1) packed[at >> 3] |= 1 << (at & 7);
    }
  });
  return join([varint(BigInt((groupCount << 1) | 1)), packed]);
}

function plainValues(cells: Cell[], storage: Storage): Uint8Array {
  const numbers = cells as number[];
  switch (storage) {
    case 'BYTE_ARRAY':
      return join((cells as string[]).map(plainText));
    case 'BOOLEAN': {
      const bits = new Uint8Array(Math.ceil(cells.length / 8));
      cells.forEach((cell, i) => {
        if (cell) bits[i >> 3] |= 1 << (i & 7);
      });
      return bits;
    }
    case 'FLOAT':
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case 'DOUBLE':
      return new Uint8Array(Float64Array.from(numbers).buffer);
    case 'INT64':
    case 'UINT_64':
      return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
    default:
      return new Uint8Array(Int32Array.from(numbers, (value) => value | 0).buffer);
  }
}

function plainText(cell: string): Uint8Array {
  const bytes = new TextEncoder().encode(cell);
  return join([uint32(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

interface Value {
  /** Of the compact protocol: 5 i32, 6 i64, 8 binary, 9 list, 12 struct. */
  type: number;
  bytes: Uint8Array;
}

type Field = [id: number, value: Value];

const zigzag = (value: number): Uint8Array =>
  varint(BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n)));
const int = (value: number): Value => ({ type: 5, bytes: zigzag(value) });
const long = (value: number): Value => ({ type: 6, bytes: zigzag(value) });

function text(value: string): Value {
  const bytes = new TextEncoder().encode(value);
  return { type: 8, bytes: join([varint(BigInt(bytes.length)), bytes]) };
}

function list(elementType: number, elements: Uint8Array[]): Value {
  const isShort = elements.length < 15;
  const head = Uint8Array.of(((isShort ? elements.length : 15) << 4) | elementType);
  return { type: 9, bytes: join([head, ...(isShort ? [] : [varint(BigInt(elements.length))]), ...elements]) };
}

function struct(fields: Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const [id, { type, bytes }] of fields) {
    parts.push(Uint8Array.of(((id - last) << 4) | type), bytes);
    last = id;
  }
  return join([...parts, Uint8Array.of(0)]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

const ascii = (value: string): Uint8Array => new TextEncoder().encode(value);

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
