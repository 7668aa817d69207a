import type { DecodedArray, SchemaElement, SchemaTree } from 'hyparquet';
import { InputError } from '../../core/errors.ts';
import type { TypedColumn } from '../collect.ts';
import { decodeText } from '../text.ts';

/** How the values of a column, as they are stored, become numbers or texts. */
export type ParquetType =
  | { kind: 'number'; of: 'float' | 'float16' | 'signed' | 'unsigned32' | 'unsigned64' }
  | { kind: 'number'; of: 'decimal'; scale: number }
  | { kind: 'text'; of: 'boolean' | 'utf8' | 'uuid' | 'date' }
  | { kind: 'text'; of: 'timestamp' | 'time'; unitsPerSecond: bigint; isUtc: boolean };

/** The type of a column of the schema; a reason when it can't be read as plain values. */
export function parquetType({ element, children }: SchemaTree): ParquetType | string {
  if (children.length > 0) return 'it holds nested values';
  if (element.repetition_type === 'REPEATED') return 'it holds lists';
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY') return 'it holds shapes';
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'text', of: 'boolean' };
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: 'number', of: 'float' };
    case 'INT32':
    case 'INT64':
      return integerType(element);
    case 'INT96':
      return { kind: 'text', of: 'timestamp', unitsPerSecond: nanoseconds, isUtc: false };
    case 'BYTE_ARRAY':
      if (converted === 'DECIMAL') return { kind: 'number', of: 'decimal', scale: element.scale ?? 0 };
      return converted === 'BSON' ? 'it holds BSON' : { kind: 'text', of: 'utf8' };
    case 'FIXED_LEN_BYTE_ARRAY':
      if (converted === 'DECIMAL') return { kind: 'number', of: 'decimal', scale: element.scale ?? 0 };
      if (logical?.type === 'UUID') return { kind: 'text', of: 'uuid' };
      if (logical?.type === 'FLOAT16') return { kind: 'number', of: 'float16' };
      return converted === 'INTERVAL' ? 'it holds intervals' : 'it holds bytes';
    default:
      return 'it holds no values';
  }
}

const [milliseconds, microseconds, nanoseconds] = [1_000n, 1_000_000n, 1_000_000_000n];

function integerType({ type, converted_type: converted, logical_type: logical, scale }: SchemaElement): ParquetType {
  if (converted === 'DECIMAL') return { kind: 'number', of: 'decimal', scale: scale ?? 0 };
  if (converted === 'DATE' || logical?.type === 'DATE') return { kind: 'text', of: 'date' };
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') {
    const unitsPerSecond = { MILLIS: milliseconds, MICROS: microseconds, NANOS: nanoseconds }[logical.unit];
    const of = logical.type === 'TIME' ? 'time' : 'timestamp';
    return { kind: 'text', of, unitsPerSecond, isUtc: logical.isAdjustedToUTC };
  }
  // Before logical types there was no way to say otherwise: these are in UTC.
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') {
    const unitsPerSecond = converted === 'TIMESTAMP_MILLIS' ? milliseconds : microseconds;
    return { kind: 'text', of: 'timestamp', unitsPerSecond, isUtc: true };
  }
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS') {
    const unitsPerSecond = converted === 'TIME_MILLIS' ? milliseconds : microseconds;
    return { kind: 'text', of: 'time', unitsPerSecond, isUtc: true };
  }
  const isUnsigned = converted?.startsWith('UINT_') || (logical?.type === 'INTEGER' && !logical.isSigned);
  if (!isUnsigned) return { kind: 'number', of: 'signed' };
  return { kind: 'number', of: type === 'INT64' ? 'unsigned64' : 'unsigned32' };
}

export interface ConvertOptions {
  /** Called when an integer is too wide for a float64 to hold it exactly. */
  onWideInteger(): void;
  /** Where a row stands, for errors. */
  place(row: number): string;
}

/**
 * A column's stored values as numbers or texts.
 *
 * @throws InputError at a text that is not UTF-8, and at values that their type can't have
 */
export function toTypedColumn(type: ParquetType, stored: DecodedArray, options: ConvertOptions): TypedColumn {
  const { length } = stored;
  if (type.kind === 'number') {
    const values = new Float64Array(length);
    for (let row = 0; row < length; row++) {
      const value: unknown = stored[row];
      // A plain NaN, whatever bits the file's own NaN has: blocks are named by the bits.
      const number = value === undefined || value === null ? Number.NaN : toNumber(type, value, row, options);
      values[row] = Number.isNaN(number) ? Number.NaN : number;
    }
    return { values };
  }
  const texts = new Array<string | undefined>(length);
  // A value of a dictionary is one object, however many rows have it: its text is made once.
  const known = new Map<unknown, string>();
  for (let row = 0; row < length; row++) {
    const value: unknown = stored[row];
    if (value === undefined || value === null) continue;
    let text = known.get(value);
    if (text === undefined) {
      text = toText(type, value, row, options);
      if (known.size < mostKnown) known.set(value, text);
    }
    texts[row] = text;
  }
  return { texts };
}

/** Texts of a column that are kept to be used again. Few dictionaries have more, and a column without one is not slowed. */
const mostKnown = 32_768;

type NumberType = Extract<ParquetType, { kind: 'number' }>;
type TextType = Exclude<ParquetType, NumberType>;

function toNumber(type: NumberType, value: unknown, row: number, { onWideInteger, place }: ConvertOptions): number {
  if (type.of === 'decimal') {
    const unscaled = value instanceof Uint8Array ? bigEndian(value) : value;
    if (typeof unscaled === 'number' || typeof unscaled === 'bigint') return decimalValue(unscaled, type.scale);
  } else if (type.of === 'float16') {
    if (value instanceof Uint8Array && value.length === 2) return float16(value[0] | (value[1] << 8));
  } else if (typeof value === 'number') {
    return type.of === 'unsigned32' ? value >>> 0 : value;
  } else if (typeof value === 'bigint') {
    const integer = type.of === 'unsigned64' ? BigInt.asUintN(64, value) : value;
    const number = Number(integer);
    if (!Number.isSafeInteger(number) && BigInt(number) !== integer) onWideInteger();
    return number;
  }
  throw wrongValue(place(row), 'a number', value);
}

function toText(type: TextType, value: unknown, row: number, { place }: ConvertOptions): string {
  if (type.of === 'boolean' && typeof value === 'boolean') return String(value);
  if (type.of === 'utf8' && value instanceof Uint8Array) {
    const text = decodeText(value, 0, value.length);
    if (text !== undefined) return text;
    throw new InputError(`${place(row)}: expected UTF-8 text, found bytes that are not`, {
      advice: 'Leave the column out with data.exclude',
    });
  }
  if (type.of === 'uuid' && value instanceof Uint8Array && value.length === 16) return uuid(value);
  // A damaged directory may call a float a date.
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    const integer = BigInt(value);
    if (type.of === 'date') return isoDate(integer) ?? wrongDate(place(row), value);
    if (type.of === 'timestamp') {
      const text = isoTimestamp(integer, type.unitsPerSecond, type.isUtc);
      return text ?? wrongDate(place(row), value);
    }
    if (type.of === 'time') return isoTime(integer, type.unitsPerSecond);
  }
  throw wrongValue(place(row), type.of, value);
}

/** The float64 nearest to unscaled · 10 ** -scale. */
export function decimalValue(unscaled: number | bigint, scale: number): number {
  // Both are exact float64 numbers, so the one rounding of the division gives the nearest.
  if (typeof unscaled === 'number' && scale >= 0 && scale <= 22) return unscaled / Number(`1e${scale}`);
  return Number(`${unscaled}e${-scale}`);
}

/** Two's complement, the highest byte first, of any length. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** @see IEEE 754-2019, binary16 */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return (sign * (1024 + fraction) * (1 << exponent)) / 2 ** 25;
}

/** Days since 1970 as a date; undefined beyond what a date of ISO 8601 with four or six digits of the year can say. */
function isoDate(days: bigint): string | undefined {
  const date = new Date(Number(days) * 86_400_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(/T.*/, '');
}

function isoTimestamp(units: bigint, perSecond: bigint, isUtc: boolean): string | undefined {
  const fraction = ((units % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((units - fraction) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().replace(/\.\d+Z$/, '') + fractionText(fraction, perSecond) + (isUtc ? 'Z' : '');
}

function isoTime(units: bigint, perSecond: bigint): string {
  const fraction = ((units % perSecond) + perSecond) % perSecond;
  const seconds = Number((units - fraction) / perSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':') + fractionText(fraction, perSecond);
}

/** `.5`, `.000001`: the digits that are needed, none for a whole second. */
function fractionText(fraction: bigint, perSecond: bigint): string {
  if (fraction === 0n) return '';
  const digits = String(fraction).padStart(String(perSecond).length - 1, '0');
  return `.${digits.replace(/0+$/, '')}`;
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function wrongDate(where: string, value: number | bigint): never {
  throw new InputError(`${where}: expected a date within 275,000 years, found ${value}`);
}

function wrongValue(where: string, expected: string, value: unknown): InputError {
  const found = typeof value === 'object' ? (value?.constructor?.name ?? 'null') : typeof value;
  return new InputError(`${where}: expected ${expected}, found ${found}: the file's description of it is wrong`);
}
