import { InputError } from '../core/errors.ts';
import { levelIndex, sortLevels } from './levels.ts';
import { isMissing, parseNumber } from './number.ts';
import type { Column } from './table.ts';
import { decodeText, quoteText } from './text.ts';

/** A column of which at least this share of the cells that are not missing are numbers is a number column. */
export const numberShare = 0.95;

export type ColumnKind = Column['kind'];

/** Where the reader stands. */
export interface Place {
  key: string;
  line: number;
}

/** Collects one column's cells, row after row, and finds its kind. */
export interface ColumnReader {
  /** Takes the next row's cell, `bytes[start, end)`, whose `cellHash` is `hash`. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): void;
  /**
   * The column; `reread` when it turned out a category whose first cells were kept as numbers, without their texts.
   *
   * @throws InputError when a number column holds a cell that is no finite number
   */
  finish(): Column | 'reread';
  /** Whether every cell so far is missing. */
  allMissing(): boolean;
}

/** A reader that takes the column's kind from its cells, by `numberShare`. A column with no value is a number column. */
export function undeclaredReader(name: string, place: Readonly<Place>): ColumnReader {
  const [numbers, categories] = [growingNumbers(), growingCategories(name, place)];
  let [missingCount, numberCount, textCount] = [0, 0, 0];
  let asCategories = false;
  let firstBad: string | undefined;
  let firstInfinite: string | undefined;

  return {
    add(bytes, start, end, hash) {
      const value = start === end ? Number.NaN : parseNumber(bytes, start, end);
      const missing = Number.isNaN(value) && (start === end || isMissing(bytes, start, end));
      if (missing) missingCount++;
      else if (Number.isNaN(value)) {
        // Most columns show their kind in their first value; the rows before it are all missing.
        if (numberCount + textCount === 0) {
          asCategories = true;
          for (let i = 0; i < missingCount; i++) categories.addMissing();
        }
        textCount++;
        firstBad ??= notNumberMessage(name, place, bytes, start, end);
      } else {
        numberCount++;
        if (!Number.isFinite(value)) firstInfinite ??= notNumberMessage(name, place, bytes, start, end);
      }

      if (!asCategories) numbers.add(value);
      else if (missing) categories.addMissing();
      else categories.add(bytes, start, end, hash);
    },
    finish() {
      if (numberCount / (numberCount + textCount) < numberShare) return asCategories ? categories.finish() : 'reread';
      const complaint = firstBad ?? firstInfinite;
      if (complaint !== undefined) throw notNumberError(complaint, name);
      return { kind: 'number', name, values: numbers.finish() };
    },
    allMissing: () => numberCount + textCount === 0,
  };
}

/** A reader of a column whose kind is told, by the user or by a saved model. */
export function declaredReader(name: string, kind: ColumnKind, place: Readonly<Place>): ColumnReader {
  return kind === 'number' ? numberReader(name, place) : categoryReader(name, place);
}

function numberReader(name: string, place: Readonly<Place>): ColumnReader {
  const numbers = growingNumbers();
  let valueCount = 0;
  return {
    add(bytes, start, end) {
      const value = start === end ? Number.NaN : parseNumber(bytes, start, end);
      if (!Number.isNaN(value)) valueCount++;
      else if (!isMissing(bytes, start, end)) {
        throw notNumberError(notNumberMessage(name, place, bytes, start, end), name);
      }
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        throw notNumberError(notNumberMessage(name, place, bytes, start, end), name);
      }
      numbers.add(value);
    },
    finish: () => ({ kind: 'number', name, values: numbers.finish() }),
    allMissing: () => valueCount === 0,
  };
}

function categoryReader(name: string, place: Readonly<Place>): ColumnReader {
  const categories = growingCategories(name, place);
  return {
    add(bytes, start, end, hash) {
      if (isMissing(bytes, start, end)) categories.addMissing();
      else categories.add(bytes, start, end, hash);
    },
    finish: categories.finish,
    allMissing: categories.allMissing,
  };
}

function growingNumbers() {
  let values = new Float64Array(1024);
  let rowCount = 0;
  return {
    add(value: number): void {
      if (rowCount === values.length) values = new Float64Array(values.buffer.transfer(rowCount * 2 * 8));
      values[rowCount++] = value;
    },
    finish: () => new Float64Array(values.buffer.transfer(rowCount * 8)),
  };
}

function growingCategories(name: string, place: Readonly<Place>) {
  const levels = levelIndex();
  let codes = new Int32Array(1024);
  let rowCount = 0;

  function append(code: number): void {
    if (rowCount === codes.length) codes = new Int32Array(codes.buffer.transfer(rowCount * 2 * 4));
    codes[rowCount++] = code;
  }
  return {
    add(bytes: Uint8Array, start: number, end: number, hash: number): void {
      const code = levels.codeOf(bytes, start, end, hash);
      if (code < 0) throw notUtf8Error(place, `column ${JSON.stringify(name)}`);
      append(code);
    },
    addMissing: () => append(-1),
    allMissing: () => levels.texts.length === 0,
    finish(): Column {
      const exact = new Int32Array(codes.buffer.transfer(rowCount * 4));
      return { kind: 'category', name, codes: exact, levels: sortLevels(levels.texts, exact) };
    },
  };
}

/** The error of a cell or name that is not UTF-8. */
export function notUtf8Error({ key, line }: Place, what: string): InputError {
  return new InputError(`${key}, line ${line}, ${what}: expected UTF-8 text, found bytes that are not`, {
    advice: 'Save the file as UTF-8',
  });
}

function notNumberMessage(name: string, place: Place, bytes: Uint8Array, start: number, end: number): string {
  const where = `column ${JSON.stringify(name)}`;
  const text = decodeText(bytes, start, end);
  if (text === undefined) throw notUtf8Error(place, where);
  const expected = Number.isNaN(parseNumber(bytes, start, end)) ? 'a number' : 'a finite number';
  return `${place.key}, line ${place.line}, ${where}: expected ${expected}, found ${quoteText(text)}`;
}

function notNumberError(message: string, name: string): InputError {
  return new InputError(message, {
    advice: `Mend the cell, or leave it empty when the value is unknown, or declare ${JSON.stringify(name)} a category`,
  });
}
