import { InputError } from '../core/errors.ts';
import { csvTokenizer } from './csv.ts';
import { isMissing, parseNumber } from './number.ts';
import type { TextRow } from './text.ts';

/** What a pipeline may say of its data; `auto` looks at each object's content. */
export type DataFormat = 'auto' | 'csv' | 'tsv' | 'jsonl' | 'parquet' | 'libsvm';

/** What an object turned out to be. */
export type DetectedFormat =
  | { kind: 'delimited'; separator: string }
  | { kind: 'json-lines' }
  | { kind: 'json-array' }
  | { kind: 'libsvm' };

/** Characters that may separate cells, in the order in which they are taken when several fit as well. */
export const separators: readonly string[] = [',', '\t', ';', '|'];

/**
 * Says what a text is, from its first bytes.
 *
 * A text that begins with `{` is JSON Lines, with `[` a JSON array. One whose first rows all read `label index:value …`
 * is LIBSVM. Any other is delimited: the separator is the one that cuts all of the first rows, about a hundred, into equally many cells,
 * more than one; of several such the one that makes most cells. When none does, it is the first that cuts the first row
 * at all; a blank, where it cuts all rows into equally many cells that are numbers below the first row; else the comma.
 *
 * @param head the first bytes, in UTF-8
 * @param atEnd whether they are all
 * @param options.format what the user says; `csv` leaves the separator to be found, `jsonl` takes an array too
 * @param options.separator the user's word for it
 */
export function detectFormat(
  head: Uint8Array,
  atEnd: boolean,
  { format = 'auto', separator }: { format?: Exclude<DataFormat, 'parquet'>; separator?: string } = {},
): DetectedFormat {
  const first = firstCharacter(head);
  if (format === 'jsonl') return { kind: first === '[' ? 'json-array' : 'json-lines' };
  if (format === 'libsvm') return { kind: 'libsvm' };
  if (format === 'tsv') return { kind: 'delimited', separator: separator ?? '\t' };
  if (format === 'auto' && separator === undefined) {
    if (first === '{') return { kind: 'json-lines' };
    if (first === '[') return { kind: 'json-array' };
    if (isLibsvm(head, atEnd)) return { kind: 'libsvm' };
  }
  return { kind: 'delimited', separator: separator ?? findSeparator(head, atEnd) };
}

/** Rows after which the first ones have told enough, and bytes between looks. */
const fullSample = { rows: 100, pieceBytes: 4096 };

/** What is enough where a single separator occurs: it is the one if it cuts the first row. */
const firstRow = { rows: 1, pieceBytes: 256 };

/** Bytes that `detectFormat` wants to see. */
export const headBytes = 1 << 16;

function firstCharacter(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, 1 << 12)).trimStart();
  return text.charAt(0);
}

function isLibsvm(head: Uint8Array, atEnd: boolean): boolean {
  const lines = new TextDecoder().decode(head).split('\n');
  if (!atEnd) lines.pop();
  const rows = lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
  const sample = rows.slice(0, 20);
  return sample.some((row) => row.includes(':')) && sample.every((row) => libsvmRow.test(row));
}

const libsvmRow = /^[+-]?[\w.+-]+(?:[ \t]+qid:\d+)?(?:[ \t]+\d+:[^\s:,;|]*)*$/;

function findSeparator(head: Uint8Array, atEnd: boolean): string {
  let best = { separator: '', cells: 1 };
  let fallback: string | undefined;
  // A separator that does not occur would make every row a single cell, and to find that out takes hardly any time.
  const occurring = separators.filter((one) => head.includes(one.charCodeAt(0)));
  const sample = occurring.length > 1 ? fullSample : firstRow;
  for (const separator of occurring) {
    const counts = cellCounts(head, atEnd, separator, sample);
    if (counts.length === 0) continue;
    if (counts[0] > 1) fallback ??= separator;
    if (counts[0] > best.cells && counts.every((count) => count === counts[0])) best = { separator, cells: counts[0] };
  }
  return best.separator || (fallback ?? (isCutByBlanks(head, atEnd) ? ' ' : ','));
}

/** Whether blanks cut the rows into equally many cells, all of them numbers below the first row: words are no cells. */
function isCutByBlanks(head: Uint8Array, atEnd: boolean): boolean {
  let rowNumber = 0;
  let areNumbers = true;
  const counts = cellCounts(head, atEnd, ' ', fullSample, ({ bytes, starts, ends, count }) => {
    if (rowNumber++ === 0) return;
    for (let i = 0; i < count; i++) {
      const isNumber = !Number.isNaN(parseNumber(bytes, starts[i], ends[i])) || isMissing(bytes, starts[i], ends[i]);
      areNumbers = areNumbers && isNumber && ends[i] > starts[i];
    }
  });
  return areNumbers && counts.length > 1 && counts[0] > 1 && counts.every((count) => count === counts[0]);
}

/** Cells of each of the first rows, of those that are whole; none when they are not proper CSV with this separator. */
function cellCounts(
  head: Uint8Array,
  atEnd: boolean,
  separator: string,
  { rows, pieceBytes }: { rows: number; pieceBytes: number },
  look?: (row: TextRow) => void,
): number[] {
  const counts: number[] = [];
  const tokenizer = csvTokenizer('', { separator, lineBytes: Number.POSITIVE_INFINITY });
  const onRow = (row: TextRow) => {
    counts.push(row.count);
    look?.(row);
  };
  try {
    let at = 0;
    for (; at < head.length && counts.length < rows; at += pieceBytes) {
      tokenizer.push(head.subarray(at, at + pieceBytes), onRow);
    }
    if (atEnd && at >= head.length) tokenizer.end(onRow);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [];
  }
  return counts;
}
