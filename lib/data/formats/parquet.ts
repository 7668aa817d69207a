import {
  type DecodedArray,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import { HoneError, InputError } from '../../core/errors.ts';
import type { TypedColumn } from '../collect.ts';
import type { ReadLimits } from '../limits.ts';
import type { RangedFile } from '../open-object.ts';
import { compressors } from './parquet-codecs.ts';
import { fetchRanges, type Range } from './parquet-ranges.ts';
import { checkRuns } from './parquet-runs.ts';
import { type ParquetType, parquetType, toTypedColumn } from './parquet-types.ts';

/** A Parquet file whose directory was read: what it holds, and its row groups, to be read one at a time. */
export interface ParquetFile {
  /** Columns to be read, in the file's order. */
  names: string[];
  /** Columns that are wanted but can't be read as plain values, and why. */
  leftOut: { name: string; reason: string }[];
  /** Columns that are not wanted. */
  unread: string[];
  rowCount: number;
  /** The rows of each row group that has any, in order. */
  rowGroups(): AsyncGenerator<ParquetRowGroup, void, void>;
  /** Where the columns of each row group that has rows lie; undefined where one holds more than flat numbers. */
  flatGroups(): FlatGroup[] | undefined;
  /** Sentences on what was noticed so far. */
  warnings(): string[];
}

/** A row group of flat columns of numbers and booleans. */
export interface FlatGroup {
  rowCount: number;
  /** In the order of `names`. */
  chunks: FlatChunk[];
}

/** Where a column of a row group lies, and how it is stored. */
export interface FlatChunk extends Range {
  of: 'boolean' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float' | 'double';
  codec: string;
  isNullable: boolean;
  /** Bytes of all pages and their headers, unpacked. */
  unpackedBytes: number;
}

export interface ParquetRowGroup {
  rowCount: number;
  columns: TypedColumn[];
}

/**
 * Opens a Parquet file by its directory, fetching no more than that.
 *
 * Integers, floats and decimals are numbers, each the nearest float64; booleans, texts, dates and times are texts, the
 * last three in the forms of ISO 8601; null is missing. Columns of lists, maps, structs and other nested values, of bytes
 * without a meaning, and of intervals are left out.
 *
 * @param key names the object in errors
 * @param wanted whether to read a column, by name
 * @throws InputError when the file is damaged, encrypted, in several files, or beyond the limits
 * @see Apache Parquet, parquet-format 2.11
 */
export async function openParquet(
  key: string,
  file: RangedFile,
  { wanted, limits }: { wanted: (name: string) => boolean; limits: ReadLimits },
): Promise<ParquetFile> {
  const metadata = await readMetadata(key, file);
  const columns: { name: string; type: ParquetType; isNullable: boolean; flat?: FlatType }[] = [];
  const result = { leftOut: [] as ParquetFile['leftOut'], unread: [] as string[] };
  const seen = new Set<string>();
  const nodes = guard(key, () => parquetSchema(metadata).children);
  checkPaths(key, metadata, nodes);
  if (nodes.length > limits.columns) throw tooManyColumnsError(key, limits.columns, nodes.length);
  for (const node of nodes) {
    const { name } = node.element;
    if (seen.has(name)) throw new InputError(`${key}: expected each column once, found ${JSON.stringify(name)} twice`);
    seen.add(name);
    const type = parquetType(node);
    if (!wanted(name)) result.unread.push(name);
    else if (typeof type === 'string') result.leftOut.push({ name, reason: type });
    else {
      const isNullable = node.element.repetition_type !== 'REQUIRED';
      columns.push({ name, type, isNullable, flat: flatType(node, type) });
    }
  }
  // From here on the library hands over values as they are stored; what they mean is decided in parquet-types.
  for (const element of metadata.schema) {
    element.converted_type = undefined;
    element.logical_type = undefined;
  }
  const noticed = { wideIntegers: new Set<string>() };
  const bounded = boundedCompressors(key, limits);

  return {
    ...result,
    names: columns.map(({ name }) => name),
    rowCount: Number(metadata.num_rows),
    warnings: () =>
      Array.from(noticed.wideIntegers, (name) => {
        return `${key}, column ${JSON.stringify(name)}: integers beyond 2 to the 53 were read as the nearest float64.`;
      }),
    flatGroups() {
      const groups = metadata.row_groups.filter((group) => Number(group.num_rows) !== 0);
      const flat = groups.map((group) => flatGroup(key, file.size, group, columns));
      return flat.every((group) => group !== undefined) ? flat : undefined;
    },
    async *rowGroups() {
      let firstRow = 0;
      for (const group of metadata.row_groups) {
        const rowCount = Number(group.num_rows);
        if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount > maxGroupRows) {
          throw new InputError(`${key}: expected row groups of at most ${maxGroupRows} rows, found ${rowCount}`);
        }
        if (rowCount > 0) yield await readGroup(group, firstRow, rowCount);
        firstRow += rowCount;
      }
    },
  };

  async function readGroup(group: RowGroup, firstRow: number, rowCount: number): Promise<ParquetRowGroup> {
    const fetched = await fetchRanges(
      file,
      chunkRanges(key, file.size, group, new Set(columns.map(({ name }) => name))),
    );
    const read: TypedColumn[] = [];
    for (const { name, type, isNullable } of columns) {
      const values = await guardAsync(key, `column ${JSON.stringify(name)}`, () =>
        readColumn({
          ...checkedChunk(group, name, { isNullable, rowCount }, fetched),
          metadata,
          columns: [name],
          rowStart: firstRow,
          rowEnd: firstRow + rowCount,
          parsers: rawParsers,
          utf8: false,
        }),
      );
      if (values.length !== rowCount) {
        throw new InputError(
          `${key}, column ${JSON.stringify(name)}: expected ${rowCount} values in a row group, found ${values.length}`,
        );
      }
      read.push(
        toTypedColumn(type, values, {
          onWideInteger: () => noticed.wideIntegers.add(name),
          place: (row) => `${key}, row ${firstRow + row + 1}, column ${JSON.stringify(name)}`,
        }),
      );
    }
    return { rowCount, columns: read };
  }

  /** What a column of a row group is read from: its bytes, and its codec, by both of which it is held to its rows. */
  function checkedChunk(
    group: RowGroup,
    name: string,
    own: { isNullable: boolean; rowCount: number },
    fetched: (start: number, end?: number) => ArrayBuffer,
  ) {
    const [meta, other] = group.columns.flatMap(({ meta_data: meta }) =>
      meta?.path_in_schema[0] === name ? [meta] : [],
    );
    if (!meta || other) throw new Error(`${meta ? 'several columns' : 'no column'} of that name in a row group`);
    const first = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const last = first + Number(meta.total_compressed_size);
    const bytes = fetched(first, last);
    const slice = (start: number, end?: number) => (start === first && end === last ? bytes : fetched(start, end));
    const { type, codec } = meta;
    const unpack = codec === 'UNCOMPRESSED' ? undefined : bounded[codec];
    // Of a codec that is not there the library tells.
    const isKnown = codec === 'UNCOMPRESSED' || unpack !== undefined;
    const mostBytes = (pageBytes: number) => mostUnpacked(pageBytes, limits);
    const isBoolean = type === 'BOOLEAN';
    const checked = isKnown ? checkRuns(bytes, { ...own, isBoolean, unpack, mostBytes }) : undefined;
    return { file: { byteLength: file.size, slice }, compressors: { [codec]: checked } };
  }
}

/** The values of one column of one row group. */
async function readColumn(options: Parameters<typeof parquetRead>[0]): Promise<DecodedArray> {
  const chunks: DecodedArray[] = [];
  // What this callback threw, nobody would catch; it only keeps what it is given.
  await parquetRead({ ...options, onChunk: ({ columnData }) => chunks.push(columnData) });
  return chunks.length === 1 ? chunks[0] : chunks.flatMap((chunk) => Array.from(chunk as ArrayLike<unknown>));
}

/** A row group is decoded whole. */
const maxGroupRows = 50_000_000;

async function readMetadata(key: string, file: RangedFile): Promise<FileMetaData> {
  // A header and a footer of PAR1, and the footer's length.
  if (file.size < 12) throw damagedError(key, `only ${file.size} bytes`);
  const end = await file.readRange(file.size - 8, file.size);
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (length === 0 || length > file.size - 12) throw damagedError(key, `a directory of ${length} bytes`);
  const footer = await file.readRange(file.size - 8 - length, file.size);
  const metadata = guard(key, () => parquetMetadata(footer, { geoparquet: false }));
  for (const group of metadata.row_groups) {
    for (const column of group.columns) {
      if (column.file_path)
        throw new InputError(`${key}: expected a file with its own data, found one that names others`);
    }
  }
  return metadata;
}

/** @throws InputError when a row group holds a column that the schema lacks */
function checkPaths(key: string, metadata: FileMetaData, nodes: readonly SchemaTree[]): void {
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data: meta } of columns) {
      let level = nodes;
      for (const part of meta?.path_in_schema ?? []) {
        const node = level.find(({ element }) => element.name === part);
        if (!node) throw damagedError(key, `the column ${meta?.path_in_schema.join('.')}, which its schema lacks`);
        level = node.children;
      }
    }
  }
}

/** How a column is stored, as the schema says; each of its chunks says it again. */
type FlatType = Pick<FlatChunk, 'of' | 'isNullable'> & { physical: string | undefined };

/** How a column of flat numbers or booleans is stored; undefined for all others. */
function flatType({ element }: SchemaTree, type: ParquetType): FlatType | undefined {
  const isNullable = element.repetition_type === 'OPTIONAL';
  if (!isNullable && element.repetition_type !== 'REQUIRED') return undefined;
  const isUnsigned = type.of === 'unsigned32' || type.of === 'unsigned64';
  const common = { isNullable, physical: element.type };
  if (type.of === 'boolean') return { of: 'boolean', ...common };
  if (type.of === 'float') return { of: element.type === 'FLOAT' ? 'float' : 'double', ...common };
  if (type.of !== 'signed' && !isUnsigned) return undefined;
  const bits = element.type === 'INT32' ? 32 : 64;
  return { of: `${isUnsigned ? 'u' : ''}int${bits}` as FlatChunk['of'], ...common };
}

function flatGroup(
  key: string,
  size: number,
  group: RowGroup,
  columns: readonly { name: string; flat?: FlatType }[],
): FlatGroup | undefined {
  const rowCount = Number(group.num_rows);
  if (!(rowCount > 0 && rowCount <= maxGroupRows)) return undefined;
  const chunks: FlatChunk[] = [];
  for (const { name, flat } of columns) {
    const own = group.columns.filter(({ meta_data: meta }) => meta?.path_in_schema[0] === name);
    const meta = own[0]?.meta_data;
    if (!flat || own.length !== 1 || !meta || meta.type !== flat.physical) return undefined;
    // The library adds them up, which it can't when a damaged directory gives one as another type.
    const offset = meta.dictionary_page_offset || meta.data_page_offset;
    if (typeof offset !== 'bigint' || typeof meta.total_compressed_size !== 'bigint') return undefined;
    const [range] = chunkRanges(key, size, { ...group, columns: own }, new Set([name]));
    const { of, isNullable } = flat;
    chunks.push({ ...range, of, isNullable, codec: meta.codec, unpackedBytes: Number(meta.total_uncompressed_size) });
  }
  return { rowCount, chunks };
}

function chunkRanges(key: string, size: number, group: RowGroup, wanted: ReadonlySet<string>): Range[] {
  const ranges: Range[] = [];
  for (const { meta_data: meta } of group.columns) {
    if (!meta) throw damagedError(key, 'a column without a description');
    if (!wanted.has(meta.path_in_schema[0])) continue;
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 0 && end >= start && end <= size)) {
      throw damagedError(key, `a column at bytes ${start} to ${end} of ${size}`);
    }
    ranges.push({ start, end });
  }
  return ranges;
}

/** Times in INT96 come as nanoseconds; nothing else passes through a parser. */
const rawParsers = { timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds } as never;

/** Codecs that refuse a page which claims to become much larger than it is, before room is made for it. */
function boundedCompressors(key: string, limits: ReadLimits): typeof compressors {
  const bounded = Object.entries(compressors).map(([name, unpack]) => [
    name,
    (input: Uint8Array, outputLength: number) => {
      const most = mostUnpacked(input.length, limits);
      if (!(outputLength >= 0 && outputLength <= most)) {
        throw new InputError(`${key}: expected a page of at most ${most} bytes, found one of ${outputLength}`);
      }
      return unpack(input, outputLength);
    },
  ]);
  return Object.fromEntries(bounded);
}

/** Most bytes that so many bytes of a page may become. */
const mostUnpacked = (bytes: number, { ratio, decompressedBytes }: ReadLimits): number =>
  Math.min(decompressedBytes, Math.max(pageFloorBytes, ratio * bytes));

const pageFloorBytes = 64 * 1024 * 1024;

function guard<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toInputError(key, error);
  }
}

async function guardAsync<T>(key: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toInputError(`${key}, ${where}`, error);
  }
}

/** The library throws whatever a damaged file leads it to: a RangeError of a view, a TypeError, a text of its own. */
function toInputError(where: string, error: unknown): Error {
  if (error instanceof HoneError) return error;
  return damagedError(where, error instanceof Error ? error.message : String(error), error);
}

function damagedError(where: string, found: string, cause?: unknown): InputError {
  return new InputError(`${where}: expected a whole Parquet file, found damage (${found})`, {
    advice: 'Write the file again',
    cause,
  });
}

function tooManyColumnsError(key: string, limit: number, found: number): InputError {
  return new InputError(`${key}: expected at most ${limit} columns, found ${found}`, {
    advice: 'Leave out columns that no model needs, or raise data.limits.columns',
  });
}
