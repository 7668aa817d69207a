/** Columns of numbers (DOUBLE) or texts (UTF-8), null where missing. */
export type ParquetColumns = Record<string, (number | null)[] | (string | null)[]>;

/**
 * A Parquet file of plain, unpacked pages: one page to a column of a row group.
 *
 * @see Apache Parquet, parquet-format 2.11, parquet.thrift; Thrift compact protocol
 */
export function writeParquet(columns: ParquetColumns, groupRows: number): Uint8Array {
  const names = Object.keys(columns);
  const rowCount = columns[names[0]].length;
  const parts: Uint8Array[] = [ascii('PAR1')];
  let position = 4;
  const groups: Field[][] = [];
  for (let first = 0; first < rowCount; first += groupRows) {
    const end = Math.min(first + groupRows, rowCount);
    const chunks = names.map((name) => {
      const page = dataPage(columns[name].slice(first, end));
      const offset = position;
      parts.push(page);
      position += page.length;
      const meta: Field[] = [
        [1, int(typeOf(columns[name]))],
        [2, list(5, [int(0).bytes, int(3).bytes])],
        [3, list(8, [text(name).bytes])],
        [4, int(0)],
        [5, long(end - first)],
        [6, long(page.length)],
        [7, long(page.length)],
        [9, long(offset)],
      ];
      return struct([
        [2, long(offset)],
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
      [5, int(names.length)],
    ]),
    ...names.map((name) => {
      const fields: Field[] = [
        [1, int(typeOf(columns[name]))],
        [3, int(1)],
        [4, text(name)],
      ];
      if (typeOf(columns[name]) === 6) fields.push([6, int(0)]);
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

/** A column that holds nothing but null is one of numbers. */
const typeOf = (cells: (number | string | null)[]): number => (cells.some((cell) => typeof cell === 'string') ? 6 : 5);

function dataPage(cells: (number | string | null)[]): Uint8Array {
  // Definition levels: bit-packed in groups of eight, one bit each, least significant first.
  const groupCount = Math.ceil(cells.length / 8);
  const packed = new Uint8Array(groupCount);
  cells.forEach((cell, i) => {
    if (cell !== null) packed[i >> 3] |= 1 << (i & 7);
  });
  const levels = join([varint(BigInt((groupCount << 1) | 1)), packed]);
  const levelsLength = new Uint8Array(4);
  new DataView(levelsLength.buffer).setUint32(0, levels.length, true);
  const values = cells.filter((cell) => cell !== null).map(plainValue);
  const body = join([levelsLength, levels, ...values]);
  const header = struct([
    [1, int(0)],
    [2, int(body.length)],
    [3, int(body.length)],
    [
      5,
      {
        type: 12,
        bytes: struct([
          [1, int(cells.length)],
          [2, int(0)],
          [3, int(3)],
          [4, int(3)],
        ]),
      },
    ],
  ]);
  return join([header, body]);
}

function plainValue(cell: number | string): Uint8Array {
  if (typeof cell === 'number') return new Uint8Array(Float64Array.of(cell).buffer);
  const bytes = new TextEncoder().encode(cell);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return join([length, bytes]);
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
