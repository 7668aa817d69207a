import { InputError } from '../core/errors.ts';
import type { BadCell, BadRows } from './bad-rows.ts';
import { type FreeText, findFreeText, freeTextLevels } from './free-text.ts';
import { levelIndex, sortLevels } from './levels.ts';
import { defaultLimits } from './limits.ts';
import { isMissing, parseNumber } from './number.ts';
import { cellHash } from './row-hash.ts';
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

/** What readers of columns share. */
export interface ReaderContext {
  place: Readonly<Place>;
  badRows: BadRows;
  /** What an infinite number is: a bad cell, or a missing one. */
  infinite: 'error' | 'missing';
  /** Counts the infinite cells that became missing. */
  infiniteCells: { count: number };
  /** Most distinct texts of a column. */
  levels?: number;
  /** Whether a column's cells may be let go of when it turns out to be free text; never by default. */
  mayLetGo?(name: string): boolean;
  /** Whether a trained model says what the columns are, so that nobody can declare them anew. */
  forModel?: boolean;
}

/** Collects one column's cells, row after row, and finds its kind. */
export interface ColumnReader {
  /**
   * Takes the next row's cell, `bytes[start, end)`.
   *
   * @param isText whether the format says that it is a text, whatever it looks like
   */
  add(bytes: Uint8Array, start: number, end: number, isText?: boolean): void;
  /** Takes the next row's cell, a number of the format's own; NaN is missing. */
  addNumber(value: number): void;
  /** Takes a missing cell. */
  addMissing(): void;
  /**
   * The column; where it turned out of another kind than its first cells, which were kept as that, the kind to read
   * it again as; and of a column that was let go of, what is known.
   *
   * @throws InputError when a number column holds a cell that is no finite number
   */
  finish(): Column | ColumnKind | LetGo;
  /** Bytes of the distinct texts that it keeps. */
  textBytes(): number;
  /** Whether every cell so far is missing. */
  allMissing(): boolean;
}

/** What is left of a column that was let go of. */
export type LetGo = { kind: 'let-go' } & { freeText: Omit<FreeText, 'position'> };

/** A reader that takes the column's kind from its cells, by `numberShare`. A column with no value is a number column. */
export function undeclaredReader(name: string, context: ReaderContext): ColumnReader {
  const [numbers, categories] = [growingNumbers(), growingCategories(name, context)];
  let [missingCount, numberCount, textCount] = [0, 0, 0];
  let asCategories = false;
  // Both kinds are bad only in a number column, which shows at the end; apart, since a text is the first to be named.
  const [badTexts, badInfinities]: [BadCell[], BadCell[]] = [[], []];
  let infiniteCount = 0;

  function addMissing(): void {
    missingCount++;
    if (asCategories) categories.addMissing();
    else numbers.add(Number.NaN);
  }

  function addValue(value: number, describe: () => InputError): number {
    numberCount++;
    if (Number.isFinite(value)) return value;
    infiniteCount++;
    if (context.infinite === 'missing') return Number.NaN;
    const cell = context.badRows.note(describe(), badInfinities.length);
    if (cell) badInfinities.push(cell);
    return Number.NaN;
  }

  return {
    add(bytes, start, end, isText = false) {
      const value = start === end || isText ? Number.NaN : parseNumber(bytes, start, end);
      // Most cells take this way, on which nothing is allocated.
      if (Number.isFinite(value) && !asCategories) {
        numberCount++;
        numbers.add(value);
        return;
      }
      if (Number.isNaN(value) && (start === end || isMissing(bytes, start, end))) {
        addMissing();
        return;
      }
      let kept = Number.NaN;
      const describe = () => notNumberError(name, context, bytes, start, end, { isText });
      if (Number.isNaN(value)) {
        // Most columns show their kind in their first value; the rows before it are all missing.
        if (numberCount + textCount === 0) {
          asCategories = true;
          for (let i = 0; i < missingCount; i++) categories.addMissing();
        }
        if (badTexts.length === textCount) {
          const cell = context.badRows.note(describe(), textCount);
          if (cell) badTexts.push(cell);
        }
        textCount++;
      } else kept = addValue(value, describe);
      if (asCategories) categories.add(bytes, start, end);
      else numbers.add(kept);
    },
    addNumber(value) {
      if (Number.isNaN(value)) {
        addMissing();
        return;
      }
      const kept = addValue(value, () => infiniteError(name, context.place, value));
      if (asCategories) addText(categories, String(value));
      else numbers.add(kept);
    },
    addMissing,
    finish() {
      if (numberCount / (numberCount + textCount) < numberShare) return asCategories ? categories.finish() : 'category';
      context.badRows.rejectNoted(badTexts, textCount, name);
      if (context.infinite === 'error') context.badRows.rejectNoted(badInfinities, infiniteCount, name);
      if (asCategories && textCount > 0) return 'number';
      if (context.infinite === 'missing') context.infiniteCells.count += infiniteCount;
      return { kind: 'number', name, values: numbers.finish() };
    },
    textBytes: categories.textBytes,
    allMissing: () => numberCount + textCount === 0,
  };
}

/** A reader of a column whose kind is told, by the user or by a saved model. */
export function declaredReader(name: string, kind: ColumnKind, context: ReaderContext): ColumnReader {
  return kind === 'number' ? numberReader(name, context) : categoryReader(name, context);
}

function numberReader(name: string, context: ReaderContext): ColumnReader {
  const numbers = growingNumbers();
  let valueCount = 0;

  function addValue(value: number, describe: () => InputError): void {
    valueCount++;
    if (Number.isFinite(value)) numbers.add(value);
    else {
      if (context.infinite === 'missing') context.infiniteCells.count++;
      else context.badRows.reject(describe(), name);
      numbers.add(Number.NaN);
    }
  }
  const addMissing = () => numbers.add(Number.NaN);
  // No advice to declare it a category: it was declared to hold numbers, or is the target of a regression.
  const describe = (bytes: Uint8Array, start: number, end: number) =>
    notNumberError(name, context, bytes, start, end, { isDeclared: true });

  return {
    add(bytes, start, end) {
      const value = start === end ? Number.NaN : parseNumber(bytes, start, end);
      if (Number.isFinite(value)) {
        valueCount++;
        numbers.add(value);
      } else if (!Number.isNaN(value)) addValue(value, () => describe(bytes, start, end));
      else {
        if (!isMissing(bytes, start, end)) {
          context.badRows.reject(describe(bytes, start, end), name);
        }
        addMissing();
      }
    },
    addNumber(value) {
      if (Number.isNaN(value)) addMissing();
      else addValue(value, () => infiniteError(name, context.place, value));
    },
    addMissing,
    finish: () => ({ kind: 'number', name, values: numbers.finish() }),
    textBytes: () => 0,
    allMissing: () => valueCount === 0,
  };
}

function categoryReader(name: string, context: ReaderContext): ColumnReader {
  const categories = growingCategories(name, context);
  return {
    add(bytes, start, end) {
      if (isMissing(bytes, start, end)) categories.addMissing();
      else categories.add(bytes, start, end);
    },
    addNumber(value) {
      if (Number.isNaN(value)) categories.addMissing();
      else addText(categories, String(value));
    },
    addMissing: categories.addMissing,
    finish: categories.finish,
    textBytes: categories.textBytes,
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

type GrowingCategories = ReturnType<typeof growingCategories>;

function growingCategories(name: string, context: ReaderContext) {
  const { place, badRows, levels: limit = defaultLimits.levels, mayLetGo = () => false } = context;
  let levels = levelIndex();
  let codes = new Int32Array(1024);
  let rowCount = 0;
  let lookAt = mayLetGo(name) ? freeTextLevels : Number.POSITIVE_INFINITY;
  let letGo: LetGo | undefined;

  function append(code: number): void {
    if (rowCount === codes.length) codes = new Int32Array(codes.buffer.transfer(rowCount * 2 * 4));
    codes[rowCount++] = code;
  }

  function look(): void {
    lookAt *= 2;
    const found = findFreeText({ kind: 'category', name, codes: codes.subarray(0, rowCount), levels: levels.texts });
    if (!found) return;
    const missing = codes.subarray(0, rowCount).reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0);
    letGo = { kind: 'let-go', freeText: { ...found, missing } };
    levels = levelIndex();
    codes = new Int32Array(0);
  }
  return {
    add(bytes: Uint8Array, start: number, end: number): void {
      if (letGo) return;
      const code = levels.codeOf(bytes, start, end, cellHash(bytes, start, end));
      if (code < 0) {
        badRows.reject(notUtf8Error(place, `column ${JSON.stringify(name)}`, bytes.subarray(start, end)), name);
      }
      if (code >= limit) throw tooManyLevelsError(place, name, limit);
      append(code);
      if (code + 1 >= lookAt) look();
    },
    addMissing(): void {
      if (letGo) letGo.freeText.missing++;
      else append(-1);
    },
    allMissing: () => !letGo && levels.texts.length === 0,
    textBytes: () => levels.byteLength(),
    finish(): Column | LetGo {
      if (letGo) return letGo;
      const exact = new Int32Array(codes.buffer.transfer(rowCount * 4));
      return { kind: 'category', name, codes: exact, levels: sortLevels(levels.texts, exact) };
    },
  };
}

const encoder = new TextEncoder();

function addText(categories: GrowingCategories, text: string): void {
  const bytes = encoder.encode(text);
  categories.add(bytes, 0, bytes.length);
}

/** The error of a cell or name that is not UTF-8; it tells of Latin-1 where the bytes look like it. */
export function notUtf8Error({ key, line }: Place, what: string, bytes?: Uint8Array): InputError {
  const latin = bytes !== undefined && looksLikeLatin1(bytes);
  return new InputError(`${key}, line ${line}, ${what}: expected UTF-8 text, found bytes that are not`, {
    advice: latin
      ? 'It looks like Latin-1: write `encoding: latin1` under data, or convert it with `iconv -f latin1 -t utf-8`'
      : 'Save the file as UTF-8',
  });
}

/** Whether the bytes beyond ASCII stand alone among letters, as those of Latin-1 do, and none is a control character. */
function looksLikeLatin1(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0xa0 || (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09);
}

function notNumberError(
  name: string,
  { place, forModel }: ReaderContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  { isText = false, isDeclared = false } = {},
): InputError {
  const where = `column ${JSON.stringify(name)}`;
  const text = decodeText(bytes, start, end);
  if (text === undefined) return notUtf8Error(place, where, bytes.subarray(start, end));
  const expected = isText || Number.isNaN(parseNumber(bytes, start, end)) ? 'a number' : 'a finite number';
  const message = `${place.key}, line ${place.line}, ${where}: expected ${expected}, found ${quoteText(text)}`;
  if (/^\s*[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*$/.test(text)) {
    return new InputError(message, { advice: 'Write numbers with a decimal point, and without thousands separators' });
  }
  return new InputError(message, {
    advice: `Mend the cell, or leave it empty when the value is unknown${
      forModel || isDeclared ? '' : `, or declare ${JSON.stringify(name)} a category`
    }`,
  });
}

function infiniteError(name: string, { key, line }: Place, value: number): InputError {
  return new InputError(
    `${key}, row ${line}, column ${JSON.stringify(name)}: expected a finite number, found ${value}`,
    {
      advice: 'Mend the cell, or write `infinite: missing` under data',
    },
  );
}

function tooManyLevelsError({ key, line }: Place, name: string, limit: number): InputError {
  return new InputError(
    `${key}, line ${line}, column ${JSON.stringify(name)}: expected at most ${limit} different texts, found more`,
    { advice: 'Leave the column out of the data, or raise data.limits.levels' },
  );
}
