import { InputError } from '../core/errors.ts';
import type { RejectedRow } from './bad-rows.ts';
import { type BlockCutter, blockCutter, type CutBlock } from './block-cutter.ts';
import type { TypedColumn } from './collect.ts';
import type { Place } from './column-reader.ts';
import { csvTokenizer } from './csv.ts';
import type { DetectedFormat } from './detect.ts';
import { jsonArrayTokenizer, jsonLinesTokenizer, type NamedTokenizer } from './formats/json.ts';
import { libsvmTokenizer } from './formats/libsvm.ts';
import { typedBlocks } from './formats/parquet-blocks.ts';
import { headerNames, positionNames } from './header.ts';
import { type OpenOptions, openObject, type RangedFile } from './open-object.ts';
import type { DataObject } from './table.ts';
import type { OnBadRow, TextRow } from './text.ts';

/** How to read the rows of an object. */
export interface ObjectRowsOptions extends OpenOptions {
  /** Whether a delimited text begins with a row of column names. */
  header: boolean;
  /** Whether blocks are named by hashes. */
  named: boolean;
  /** Whether to read a column of a format in which columns can be read apart, by name. */
  wanted(name: string): boolean;
}

/** Who takes an object's rows. */
export interface RowSink {
  /** Told of the columns' names before the first row, and again when there are more. */
  names(names: readonly string[], growing: boolean): void;
  row(row: TextRow): void;
  columns(columns: readonly TypedColumn[], rowCount: number): void;
  /** A row that can't be read; may throw. */
  badRow(error: InputError, rejected: RejectedRow): void;
  /** Told how many rows there will be, of formats that say so. */
  expect?(rowCount: number): void;
  /** Called after each piece of text and each row group, for who wants to take what came so far. */
  pause?(): Promise<void> | void;
}

/** What an object was, besides its rows. */
export interface ObjectFacts {
  blocks: CutBlock[];
  warnings: string[];
  unread: string[];
  /** Whether it held anything, be it a header. */
  isEmpty: boolean;
}

/** Text of the row at hand, for who wants to show it; undefined in formats that are no text. */
export interface RowText {
  current(): string | undefined;
}

/**
 * Reads an object from first to last, whatever its format, and hands over its rows.
 *
 * @param place kept at the row at hand
 * @param blocks whether to cut blocks
 */
export async function readObjectRows(
  object: DataObject,
  options: ObjectRowsOptions,
  { place, sink, text }: { place: Place; sink: RowSink; text: RowText },
  { blocks = true } = {},
): Promise<ObjectFacts> {
  place.key = object.key;
  place.line = 1;
  text.current = () => undefined;
  const opened = await openObject(object, options);
  if (opened.kind === 'parquet') return readParquetRows(object.key, opened.file, options, sink, blocks);

  let names: readonly string[] | undefined;
  const heading = options.named ? () => headingOf(opened.format, names ?? []) : undefined;
  const cutter = blocks ? blockCutter(heading) : undefined;
  const reader = rowReader(object.key, opened.format, options, place, cutter, sink, (found) => {
    names = found;
  });
  text.current = reader.currentText;
  for await (const chunk of opened.chunks) {
    // Small pieces, so that an object that arrives as one chunk is not copied whole.
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      cutter?.push(piece);
      reader.push(piece);
      const pause = sink.pause?.();
      if (pause) await pause;
    }
  }
  reader.end();
  return { blocks: cutter?.end() ?? [], warnings: reader.warnings(), unread: [], isEmpty: names === undefined };
}

const pieceBytes = 1 << 18;

/** Longest piece of a rejected row that is kept. */
const rejectedBytes = 4096;

function rowReader(
  key: string,
  format: DetectedFormat,
  { header, limits }: ObjectRowsOptions,
  place: Place,
  cutter: BlockCutter | undefined,
  sink: RowSink,
  onNames: (names: readonly string[]) => void,
) {
  const showText = (start: number, end: number): string | undefined => {
    if (!cutter) return undefined;
    const text = new TextDecoder().decode(cutter.textOf(start, Math.min(end, start + rejectedBytes)));
    return text.replace(/\r?\n$/, '');
  };
  const onBadRow: OnBadRow = (error, line, offset, end) => {
    sink.badRow(error, { key, line, reason: error.message, text: showText(offset, end) });
  };
  let current: TextRow | undefined;
  let names: readonly string[] | undefined;
  let nameCount = -1;

  if (format.kind === 'delimited') {
    const { separator } = format;
    const tokenizer = csvTokenizer(key, { separator, lineBytes: limits.lineBytes, onBadRow });
    const onRow = (row: TextRow) => {
      place.line = row.line;
      current = row;
      if (!names) {
        names = header ? headerNames(row, place) : positionNames(row);
        onNames(names);
        sink.names(names, false);
        if (header) return;
      }
      if (row.count !== names.length) {
        const error = raggedError(place, names, row.count, separator);
        sink.badRow(error, { key, line: row.line, reason: error.message, text: showText(row.offset, row.end) });
        return;
      }
      cutter?.row(row.offset);
      sink.row(row);
    };
    return finishReader(tokenizer, onRow, () => []);
  }

  const tokenizer = namedTokenizer(key, format, { limits, onBadRow });
  const onRow = (row: TextRow) => {
    place.line = row.line;
    current = row;
    if (tokenizer.names.length !== nameCount) {
      nameCount = tokenizer.names.length;
      names = tokenizer.names;
      onNames(names);
      sink.names(names, format.kind !== 'libsvm');
    }
    cutter?.row(row.offset);
    sink.row(row);
  };
  return finishReader(tokenizer, onRow, () => tokenizer.warnings?.() ?? []);

  function finishReader(
    tokens: Pick<NamedTokenizer, 'push' | 'end'>,
    take: (row: TextRow) => void,
    warnings: () => string[],
  ) {
    return {
      push: (piece: Uint8Array) => tokens.push(piece, take),
      end: () => tokens.end(take),
      warnings,
      currentText: () => current && showText(current.offset, current.end),
    };
  }
}

function namedTokenizer(
  key: string,
  format: Exclude<DetectedFormat, { kind: 'delimited' }>,
  { limits, onBadRow }: Pick<ObjectRowsOptions, 'limits'> & { onBadRow: OnBadRow },
): NamedTokenizer {
  const { lineBytes, depth, columns } = limits;
  if (format.kind === 'json-lines') return jsonLinesTokenizer(key, { lineBytes, depth, columns, onBadRow });
  if (format.kind === 'json-array') return jsonArrayTokenizer(key, { lineBytes, depth, columns });
  return libsvmTokenizer(key, { lineBytes, features: limits.features, onBadRow });
}

/** What a reader must know to read a block's text alone. Of CSV, which came first, the names are enough. */
export function headingOf(format: DetectedFormat, names: readonly string[]): string {
  if (format.kind === 'delimited') {
    return format.separator === ',' ? JSON.stringify(names) : JSON.stringify([names, format.separator]);
  }
  return JSON.stringify(format.kind);
}

async function readParquetRows(
  key: string,
  file: RangedFile,
  { wanted, limits, named }: ObjectRowsOptions,
  sink: RowSink,
  cutsBlocks: boolean,
): Promise<ObjectFacts> {
  const { openParquet } = await import('./formats/parquet.ts');
  const parquet = await openParquet(key, file, { wanted, limits });
  const blocks: CutBlock[] = [];
  if (parquet.names.length === 0) throw noPlainColumnError(key, parquet.leftOut);
  sink.names(parquet.names, false);
  sink.expect?.(parquet.rowCount);
  for await (const { rowCount, columns } of parquet.rowGroups()) {
    if (cutsBlocks) blocks.push(...typedBlocks(parquet.names, columns, rowCount, named));
    sink.columns(columns, rowCount);
    await sink.pause?.();
  }
  const warnings = parquet.leftOut.map(({ name, reason }) => {
    return `${key}: column ${JSON.stringify(name)} was not read: ${reason}.`;
  });
  warnings.push(...parquet.warnings());
  return { blocks, warnings, unread: parquet.unread, isEmpty: false };
}

function noPlainColumnError(key: string, leftOut: readonly { name: string; reason: string }[]): InputError {
  const found = leftOut.slice(0, 20).map(({ name, reason }) => `${JSON.stringify(name)} (${reason})`);
  return new InputError(`${key}: expected a column of plain values, found ${found.join(', ') || 'none'}`);
}

function raggedError({ key, line }: Place, names: readonly string[], found: number, separator: string): InputError {
  const missing = found < names.length ? `: none for column ${JSON.stringify(names[found])}` : '';
  const separatorName = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab' }[separator] ?? JSON.stringify(separator);
  return new InputError(
    `${key}, line ${line}: expected ${names.length} ${names.length === 1 ? 'cell' : 'cells'}, found ${found}${missing}`,
    { advice: found > names.length ? `A cell that holds ${separatorName} stands in quotes` : undefined },
  );
}
