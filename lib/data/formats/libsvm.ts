import { InputError } from '../../core/errors.ts';
import { defaultLimits } from '../limits.ts';
import { isMissing, parseNumber } from '../number.ts';
import { decodeText, type OnBadRow, quoteText, type SparseCells, type TextRow } from '../text.ts';
import { lineTokenizer } from './lines.ts';

export interface LibsvmOptions {
  lineBytes?: number;
  /** Most features: the largest index. */
  features?: number;
  onBadRow?: OnBadRow;
}

/**
 * Cuts LIBSVM text into rows: a label, `qid:` and a number or not, and features as `index:value`.
 *
 * Indices count from 1 and ascend; a feature that is not written is zero. What follows `#` is a comment, and a line with
 * nothing else is skipped. The cells of a row are the label and, when the first row has one, the query's number; a label
 * is a number. A value is a finite number, or one of the texts that stand for a missing one.
 *
 * @throws InputError at index 0, at indices that do not ascend, at a pair without colon or value, at several labels or one that is no number, and
 *   where some rows have a `qid:` and others not
 * @see Chang & Lin 2011, LIBSVM, README, "Usage"; Joachims, SVM-light, for `qid:` and comments
 */
export function libsvmTokenizer(
  key: string,
  { lineBytes = defaultLimits.lineBytes, features = maxIndex, onBadRow }: LibsvmOptions = {},
) {
  const sparse: SparseCells = { count: 0, indices: new Int32Array(64), values: new Float64Array(64) };
  const names = ['label'];
  let begun = false;

  return { ...lineTokenizer(key, { lineBytes, onBadRow, parse }), names };

  /** Fills the row from its line; false when the line holds none. */
  function parse(row: TextRow, start: number, lineEnd: number): boolean {
    const { bytes, line } = row;
    const end = endBeforeComment(bytes, start, lineEnd);
    let at = skipBlanks(bytes, start, end);
    if (at === end) return false;

    const labelEnd = tokenEnd(bytes, at, end);
    for (let i = at; i < labelEnd; i++) {
      if (bytes[i] === comma) throw wrong(line, 'one label', bytes, at, labelEnd);
      if (bytes[i] === colon) throw wrong(line, 'a label before the features', bytes, at, labelEnd);
      if (bytes[i] === 0) throw new InputError(`${key}, line ${line}: expected text, found a NUL byte`);
    }
    if (Number.isNaN(parseNumber(bytes, at, labelEnd))) throw wrong(line, 'a number as label', bytes, at, labelEnd);
    row.starts[0] = at;
    row.ends[0] = labelEnd;
    at = skipBlanks(bytes, labelEnd, end);

    at = parseQuery(row, at, end);
    row.sparse = sparse;
    sparse.count = 0;
    let last = 0;
    while (at < end) {
      const stop = tokenEnd(bytes, at, end);
      last = parsePair(line, bytes, at, stop, last);
      at = skipBlanks(bytes, stop, end);
    }
    return true;
  }

  function parseQuery(row: TextRow, at: number, end: number): number {
    const { bytes, line } = row;
    const has = at + 4 <= end && decodeText(bytes, at, at + 4) === 'qid:';
    if (!begun && has) names.push('qid');
    begun = true;
    if (has !== names.length > 1) {
      const [expected, found] = has ? ['no qid: as in the first row', 'one'] : ['qid: as in the first row', 'none'];
      throw new InputError(`${key}, line ${line}: expected ${expected}, found ${found}`);
    }
    row.count = names.length;
    if (!has) return at;
    const stop = tokenEnd(bytes, at, end);
    if (!Number.isSafeInteger(parseNumber(bytes, at + 4, stop))) {
      throw wrong(line, 'a whole number after qid:', bytes, at, stop);
    }
    row.starts[1] = at + 4;
    row.ends[1] = stop;
    return skipBlanks(bytes, stop, end);
  }

  function parsePair(line: number, bytes: Uint8Array, start: number, end: number, last: number): number {
    let [at, index] = [start, 0];
    for (; at < end && bytes[at] !== colon; at++) {
      const digit = bytes[at] - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      index = Math.min(index * 10 + digit, maxIndex + 1);
    }
    if (at === start || at + 1 >= end || bytes[at] !== colon) throw wrong(line, 'index:value', bytes, start, end);
    if (index === 0) {
      throw new InputError(`${key}, line ${line}: expected indices that count from 1, found 0`, {
        advice: 'Add one to each index',
      });
    }
    if (index <= last) {
      throw new InputError(`${key}, line ${line}: expected an index above ${last}, found ${index}`, {
        advice: 'The indices of a row ascend, each once',
      });
    }
    if (index > features) {
      throw new InputError(`${key}, line ${line}: expected indices up to ${features}, found a larger one`, {
        advice: 'data.limits.features says how many features a dataset may have',
      });
    }
    const value = parseNumber(bytes, at + 1, end);
    const usable = Number.isFinite(value) || (Number.isNaN(value) && isMissing(bytes, at + 1, end));
    if (!usable) throw wrong(line, 'index:value with a finite number', bytes, start, end);
    append(index - 1, value);
    return index;
  }

  function append(index: number, value: number): void {
    if (sparse.count === sparse.indices.length) {
      const [indices, values] = [new Int32Array(sparse.count * 2), new Float64Array(sparse.count * 2)];
      indices.set(sparse.indices);
      values.set(sparse.values);
      sparse.indices = indices;
      sparse.values = values;
    }
    sparse.indices[sparse.count] = index;
    sparse.values[sparse.count++] = value;
  }

  function wrong(line: number, expected: string, bytes: Uint8Array, start: number, end: number): InputError {
    const found = quoteText(decodeText(bytes, start, end) ?? '(not UTF-8)');
    return new InputError(`${key}, line ${line}: expected ${expected}, found ${found}`);
  }
}

/** Indices are kept as 32-bit integers. */
const maxIndex = 2 ** 31 - 1;

const [colon, comma, hash] = [0x3a, 0x2c, 0x23];

function endBeforeComment(bytes: Uint8Array, start: number, end: number): number {
  const at = bytes.subarray(start, end).indexOf(hash);
  return at < 0 ? end : start + at;
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function tokenEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && !isBlank(bytes[at])) at++;
  return at;
}
