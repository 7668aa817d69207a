import { InputError } from '../core/errors.ts';
import { seededHash } from './features/categories.ts';
import { secondsOf } from './features/date-time.ts';
import { findColumn, placeOf } from './lookup.ts';
import { finishHash, mixWord } from './row-hash.ts';
import type { Column, Table } from './table.ts';
import { quoteText } from './text.ts';

/** Rows that a split keeps together. */
export interface Unit {
  /** Positions among the rows to split, ascending. */
  positions: number[];
}

/** Another 32-bit hash for each seed, of hashes. */
export function salted(seed: number): (hash: number) => number {
  const salt = saltOf(seed);
  return (hash) => finishHash(mixWord(salt, hash));
}

/** What a seed's hashes begin with. */
export const saltOf = (seed: number): number =>
  finishHash(mixWord(mixWord(0, seed | 0), Math.floor(seed / 2 ** 32) | 0));

/** The hash of each row's content, or of its cell in a column; a row without such a cell counts by its content. */
export function contentHashes(table: Table, rows: Int32Array, name?: string): Uint32Array {
  if (name === undefined) {
    const rowHashes = hashesOf(table);
    // Ascending rows, as many as there are, are all rows: no copy is needed.
    if (rows.length === table.rowCount) return rowHashes;
    const hashes = new Uint32Array(rows.length);
    for (let i = 0; i < rows.length; i++) hashes[i] = rowHashes[rows[i]];
    return hashes;
  }
  const column = findColumn(table, name, 'split.column');
  const hash = seededHash(0);
  const ofLevel = column.kind === 'number' ? [] : column.levels.map(hash);
  return Uint32Array.from(rows, (row) => {
    if (isMissingAt(column, row)) return hashesOf(table)[row];
    return column.kind === 'number' ? hash(String(column.values[row])) : ofLevel[column.codes[row]];
  });
}

/**
 * Rows with equal content, or with equal cells in a column, in order of first appearance.
 *
 * Content is compared by its 32-bit hash: duplicates are never parted, and of n rows about n²/2³³ pairs stand together
 * that are not equal, which does no harm.
 *
 * @param positions which of `rows` to look at; all by default
 */
export function unitsOf(table: Table, rows: Int32Array, name?: string, positions?: readonly number[]): Unit[] {
  const column = name === undefined ? undefined : findColumn(table, name, 'split.column');
  const units = new Map<string | number, Unit>();
  const add = (position: number) => {
    const row = rows[position];
    const key = column && !isMissingAt(column, row) ? `=${cellOf(column, row)}` : hashesOf(table)[row];
    const unit = units.get(key);
    if (unit) unit.positions.push(position);
    else units.set(key, { positions: [position] });
  };
  for (const position of positions ?? rows.keys()) add(position);
  return [...units.values()];
}

/** Units, in their order, that together come as near as they can to `wanted` rows. */
export function pickUnits(units: readonly Unit[], wanted: number): Unit[] {
  const picked: Unit[] = [];
  let held = 0;
  for (const unit of units) {
    if (held >= wanted) break;
    if (Math.abs(held + unit.positions.length - wanted) >= wanted - held) continue;
    picked.push(unit);
    held += unit.positions.length;
  }
  return picked;
}

/** Gives each unit in turn to the fold that has most room left, the first of several; answers each position's fold. */
export function dealUnits(rowCount: number, units: readonly Unit[], sizes: readonly number[]): Int32Array {
  const [foldOf, room] = [new Int32Array(rowCount), [...sizes]];
  for (const { positions } of units) {
    let fold = 0;
    for (let i = 1; i < room.length; i++) if (room[i] > room[fold]) fold = i;
    room[fold] -= positions.length;
    for (const position of positions) foldOf[position] = fold;
  }
  return foldOf;
}

/** More different numbers than this are cut into tenths. */
const mostNumberStrata = 20;

/** Positions of the rows of each value of a column, in order of first appearance; of many numbers, of each tenth. */
export function strataOf(table: Table, rows: Int32Array, name: string): number[][] {
  const column = findColumn(table, name, 'split by stratum');
  const strata = new Map<string | number, number[]>();
  const key = keyOfStratum(column, rows);
  rows.forEach((row, position) => {
    const stratum = strata.get(key(row));
    if (stratum) stratum.push(position);
    else strata.set(key(row), [position]);
  });
  return [...strata.values()];
}

function keyOfStratum(column: Column, rows: Int32Array): (row: number) => number {
  if (column.kind === 'category') return (row) => column.codes[row];
  const { values } = column;
  const sorted = Float64Array.from(rows, (row) => values[row])
    .filter((value) => !Number.isNaN(value))
    .sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= mostNumberStrata) return (row) => values[row];
  const cuts = Array.from({ length: 9 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 10)]);
  return (row) => cuts.findLastIndex((cut) => values[row] >= cut);
}

/**
 * The times of rows, as numbers; dates in seconds since 1970. Shape [rows.length].
 *
 * @throws InputError when one is missing, or a text that is no date
 */
export function secondsOrNumbers(table: Table, rows: Int32Array, name: string): Float64Array {
  const column = findColumn(table, name, 'split.column');
  const times = column.kind === 'number' ? column.values : secondsOf(column);
  const bad = rows.find((row) => Number.isNaN(times[row]));
  if (bad !== undefined) {
    const found =
      column.kind === 'number' || column.codes[bad] < 0
        ? 'a missing value'
        : quoteText(column.levels[column.codes[bad]]);
    throw new InputError(
      `${placeOf(table, bad)}, column ${JSON.stringify(name)}: expected a time to split by, found ${found}`,
      { advice: 'Mend the cell, or split by something else' },
    );
  }
  return Float64Array.from(rows, (row) => times[row]);
}

function isMissingAt(column: Column, row: number): boolean {
  return column.kind === 'number' ? Number.isNaN(column.values[row]) : column.codes[row] < 0;
}

function cellOf(column: Column, row: number): number {
  return column.kind === 'number' ? column.values[row] : column.codes[row];
}

/** @throws Error when the table was read without hashes: all rows would count as equal */
function hashesOf({ rowHashes, rowCount }: Table): Uint32Array {
  if (rowHashes.length === rowCount) return rowHashes;
  throw new Error(`expected a hash of each of ${rowCount} rows, found a table that was read without`);
}
