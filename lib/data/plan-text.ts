import { InputError } from '../core/errors.ts';
import { peek } from './chunks.ts';
import { type ColumnKind, numberShare } from './column-reader.ts';
import { csvTokenizer } from './csv.ts';
import { compressionOf, unpackedBytes } from './decompress.ts';
import { headBytes } from './detect.ts';
import { headerNames, positionNames } from './header.ts';
import { defaultLimits } from './limits.ts';
import { isMissing, parseNumber } from './number.ts';
import { headingOf } from './object-rows.ts';
import { isParquetName, openObject } from './open-object.ts';
import type { ReadOptions } from './read.ts';
import type { DataObject } from './table.ts';

/** What the first bytes of a delimited text tell of how to read all of it. */
export interface PlannedText {
  names: readonly string[];
  separator: string;
  /** What a block's hash begins with. */
  heading: string;
  /** Position and line of the first row below the header. */
  firstRow: number;
  firstLine: number;
  /** Bytes of a row, on average. */
  rowBytes: number;
  /** The kind of each column, as declared, or as its first cells suggest. */
  kinds: ColumnKind[];
  /** Whether the object's bytes are the text as they stand: neither compressed nor in another encoding than UTF-8. */
  isPlain: boolean;
  /** Bytes of the object's text; an estimate if it is compressed. */
  textBytes: number;
}

/** Number of rows that are sampled, and bytes that are tokenized at a time. */
const [sampleRows, pieceBytes] = [100, 4096];

/** The longest row that kernels support. With a lower limit, the plain reader must read, which enforces it. */
const rowLimitBytes = 1 << 18;

/** Whether a delimited text is what is asked for, or may be found. */
export const mayBeText = ({ format = 'auto' }: ReadOptions): boolean => ['auto', 'csv', 'tsv'].includes(format);

/** Looks at an object's first bytes; undefined when it is no delimited text, or they contain no row. */
export async function planText(object: DataObject, options: ReadOptions): Promise<PlannedText | undefined> {
  const { format = 'auto', separator, encoding = 'auto', header = true, kinds = {} } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (!mayBeText(options)) return undefined;
  if (isParquetName(object.key) || object.size === 0 || object.size > limits.objectBytes) return undefined;
  if (limits.lineBytes < rowLimitBytes) return undefined;
  const head = await object.readRange(0, Math.min(object.size, headBytes + 1));
  // A byte order mark of UTF-16 begins with one of these bytes, and no text in UTF-8 does.
  const isUtf8 = encoding === 'utf-8' || (encoding === 'auto' && !(head[0] >= 0xfe));
  const compression = compressionOf(head);
  const isPlain = isUtf8 && compression === undefined;
  try {
    const seen = isPlain ? { ...object, read: () => oneChunk(head) } : object;
    const opened = await openObject(seen, { format, separator, encoding, limits });
    if (opened.kind !== 'text') return undefined;
    const text = await peek(opened.chunks, headBytes + 1);
    await text.close();
    if (opened.format.kind !== 'delimited') return undefined;
    const isWhole = isPlain ? head.length === object.size : text.atEnd;
    const textBytes = compression ? await unpackedBytes(object, compression, text.head) : object.size;
    const planned = planRows(object.key, text.head, opened.format.separator, { header, kinds, limits, isWhole });
    return planned && { ...planned, isPlain, textBytes };
  } catch (error) {
    // The plain reader will say what is wrong.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

function planRows(
  key: string,
  head: Uint8Array,
  separator: string,
  {
    header,
    kinds,
    limits,
    isWhole,
  }: Required<Pick<ReadOptions, 'header' | 'kinds'>> & {
    limits: { columns: number; lineBytes: number };
    isWhole: boolean;
  },
): Omit<PlannedText, 'isPlain' | 'textBytes'> | undefined {
  let names: readonly string[] | undefined;
  const first = { row: -1, line: 0 };
  let [rowCount, end] = [0, 0];
  const counts: { numbers: number; texts: number }[] = [];
  const tokenizer = csvTokenizer(key, { separator });
  const onRow: Parameters<typeof tokenizer.push>[1] = (row) => {
    if (!names) {
      names = header ? headerNames(row, { key, line: row.line }) : positionNames(row);
      counts.push(...names.map(() => ({ numbers: 0, texts: 0 })));
      if (header) return;
    }
    if (first.row < 0) Object.assign(first, { row: row.offset, line: row.line });
    rowCount++;
    end = row.end;
    for (let i = 0; i < Math.min(row.count, counts.length); i++) {
      const [from, to] = [row.starts[i], row.ends[i]];
      if (!Number.isNaN(parseNumber(row.bytes, from, to))) counts[i].numbers++;
      else if (!isMissing(row.bytes, from, to)) counts[i].texts++;
    }
  };
  let at = 0;
  for (; at < head.length && rowCount < sampleRows; at += pieceBytes) {
    tokenizer.push(head.subarray(at, at + pieceBytes), onRow);
  }
  if (isWhole && at >= head.length) tokenizer.end(onRow);
  if (!names || rowCount === 0 || names.length > limits.columns) return undefined;
  return {
    names,
    separator,
    heading: headingOf({ kind: 'delimited', separator }, names),
    firstRow: first.row,
    firstLine: first.line,
    rowBytes: (end - first.row) / rowCount,
    kinds: names.map((name, i) => (Object.hasOwn(kinds, name) ? kinds[name] : kindOf(counts[i]))),
  };
}

function kindOf({ numbers, texts }: { numbers: number; texts: number }): ColumnKind {
  return texts > 0 && numbers / (numbers + texts) < numberShare ? 'category' : 'number';
}
