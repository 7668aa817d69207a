import * as csv from '../kernels/csv.generated.ts';
import type { Pool } from '../kernels/pool.ts';
import { powersOfTen } from '../kernels/powers-of-ten.ts';
import { squeezeTable } from '../kernels/squeezes.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { type ColumnKind, numberShare } from './column-reader.ts';
import { isMissingText, parseNumberText } from './number.ts';
import { allRows, numberFacts } from './number-facts.ts';
import { type PackedNumbers, packedNumberColumn } from './packed.ts';
import { type PlannedText, planText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { fitsSingle } from './single.ts';
import type { Block, Column, DataObject, OpenFile, Table, TableObject } from './table.ts';
import { decodeText } from './text.ts';

/** What `readTable` may hand to kernels. */
export interface PackedReading {
  pool: Pool;
  /** Objects that are smaller together are read without. */
  leastBytes?: number;
}

/**
 * Reads delimited text by kernels, on all threads of the pool: the same table as `readTable` makes without, but that its
 * number columns that are rounded to float32 are packed.
 *
 * @param objects in byte order of their keys
 * @returns undefined where there is something that the kernels do not take on, be it an error in the data: then nothing
 *   has happened, and the other way tells
 * @throws ConflictError when an object changed while it was read
 */
export async function readPacked(
  objects: readonly DataObject[],
  options: ReadOptions,
  { pool, leastBytes = 1 << 18 }: PackedReading,
): Promise<Table | undefined> {
  if (objects.length === 0 || objects.reduce((sum, { size }) => sum + size, 0) < leastBytes) return undefined;
  if (!objects.every(({ openFile }) => openFile)) return undefined;
  const texts = await planTexts(objects, options);
  if (!texts) return undefined;
  const { names } = texts[0];
  const columns = names.map((name, i) => plannedColumn(name, texts[0].kinds[i], options));
  for (;;) {
    const parsed: ParsedText[] = [];
    for (const [i, text] of texts.entries()) {
      const found = await parseObject(pool, objects[i], text, columns);
      if (!found) return undefined;
      parsed.push(found);
    }
    const table = assemble(pool, objects, columns, parsed, options);
    if (!table) return undefined;
    const wide = columns.filter((column, i) => column.kind === 'single' && !isSingle(table, i));
    if (wide.length === 0) return table;
    for (const column of wide) column.kind = 'double';
  }
}

/** How a column is stored. A category that was not declared must turn out to be one. */
interface PlannedColumn {
  name: string;
  kind: 'single' | 'double' | 'category';
  isDeclared: boolean;
}

function plannedColumn(name: string, kind: ColumnKind, { kinds = {}, single }: ReadOptions): PlannedColumn {
  const numbers = single?.(name) ? 'single' : 'double';
  return { name, kind: kind === 'number' ? numbers : 'category', isDeclared: Object.hasOwn(kinds, name) };
}

/** How each text is to be read; undefined when one of them is not for kernels, or has other columns. */
async function planTexts(objects: readonly DataObject[], options: ReadOptions): Promise<PlannedText[] | undefined> {
  const texts: PlannedText[] = [];
  for (const object of objects) {
    const text = await planText(object, options);
    if (!text) return undefined;
    if (texts.length > 0 && JSON.stringify(text.names) !== JSON.stringify(texts[0].names)) return undefined;
    texts.push(text);
  }
  return texts;
}

/** A column's values fit a float32. */
function isSingle(table: Table, i: number): boolean {
  const column = table.columns[i];
  if (column.kind !== 'number') return false;
  const { min, max, fractions } = numberFacts(table, column, allRows(table));
  return fitsSingle({ min, max, isWhole: fractions === 0, hasTiny: false });
}

const segmentBytes = 8 * 2 ** 20;
const scratchBytes = 2 ** 20;
/** Kernels address 4 GiB, some of which the training needs. */
const roomBytes = 2.5 * 2 ** 30;
const blockBytes = 36;
const dictionaryBytes = 16 + 64 * 20;
const kernelKinds = { single: 0, double: 1, category: 2 } as const;

/** Where the rows of an object's segments lie, in the memory of the pool. */
interface ParsedText {
  firstLine: number;
  capacity: number;
  singles: number;
  doubles: number;
  codes: number;
  lines: number;
  hashes: number;
  dictionaries: number;
  segments: { rows: number; lines: number; blocks: { rowCount: number; hash: string }[] }[];
}

async function parseObject(
  pool: Pool,
  object: DataObject,
  text: PlannedText,
  columns: readonly PlannedColumn[],
): Promise<ParsedText | undefined> {
  const file = (await object.openFile?.()) as OpenFile;
  try {
    let capacity = Math.ceil((Math.min(segmentBytes, object.size) / text.rowBytes) * 1.1) + 64;
    for (;;) {
      const parsed = parseSegments(pool, file.descriptor, object.size, text, columns, capacity);
      await file.check();
      if (parsed !== 'full') return parsed;
      capacity *= 2;
    }
  } finally {
    await file.close();
  }
}

function parseSegments(
  pool: Pool,
  descriptor: number,
  size: number,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  capacity: number,
): ParsedText | 'full' | undefined {
  const { memory: home } = pool;
  const count = Math.ceil(size / segmentBytes);
  const widths = { single: 0, double: 0, category: 0 };
  for (const { kind } of columns) widths[kind]++;
  const stride = Math.ceil(widths.single / 4) * 16;
  const rows = count * capacity;
  const bytesOfRow = stride + 8 * widths.double + widths.category + 8;
  if (home.memory.buffer.byteLength + rows * bytesOfRow > roomBytes) return undefined;

  const blocksOfSegment = Math.ceil(capacity / 65_536) + 1;
  const heading = new TextEncoder().encode(`${text.heading}\n`);
  const headingAt = home.allocate(heading.length);
  new Uint8Array(home.memory.buffer).set(heading, headingAt);
  const results = home.allocate(count * 20);
  const blocks = home.allocate(count * blocksOfSegment * blockBytes);
  const places = {
    singles: home.allocate(rows * stride),
    doubles: home.allocate(rows * widths.double * 8),
    codes: home.allocate(rows * widths.category),
    lines: home.allocate(rows * 4),
    hashes: home.allocate(rows * 4),
    dictionaries: home.allocate(count * widths.category * dictionaryBytes),
  };
  const description = writeStruct(
    home,
    {
      0: descriptor,
      4: text.separator.charCodeAt(0),
      8: columns.length,
      12: placeArray(home, runsOf(columns)),
      16: stride,
      20: capacity,
      24: places.singles,
      28: places.doubles,
      32: widths.double,
      36: places.codes,
      40: widths.category,
      44: places.lines,
      48: places.dictionaries,
      52: results,
      56: powersOfTen(home),
      60: places.hashes,
      80: blocks,
      84: blocksOfSegment,
      88: headingAt,
      92: heading.length,
      96: squeezeTable(home),
    },
    { 64: size, 72: text.firstRow },
  );
  pool.run(csv, 'parseSegment', description, count, scratchBytes);

  const view = new DataView(home.memory.buffer);
  const word = (address: number) => view.getUint32(address, true);
  const segments: ParsedText['segments'] = [];
  let isFull = false;
  for (let i = 0; i < count; i++) {
    const result = results + i * 20;
    const status = word(result);
    if (status === 1) isFull = true;
    // Something else than plain cells, a file that can't be read, or a number that float32 would crush.
    else if (status !== 0 || (widths.single > 0 && word(result + 16) !== 0)) return undefined;
    segments.push({
      rows: word(result + 4),
      lines: word(result + 8),
      blocks: Array.from({ length: word(result + 12) }, (_, b) => {
        const at = blocks + (i * blocksOfSegment + b) * blockBytes;
        return { rowCount: word(at), hash: hexOf(new Uint8Array(home.memory.buffer, at + 4, 32)) };
      }),
    });
  }
  return isFull ? 'full' : { firstLine: text.firstLine, capacity, segments, ...places };
}

/** Consecutive columns of a kind, as pairs of kind and count. */
function runsOf(columns: readonly PlannedColumn[]): Uint32Array {
  const runs: number[] = [];
  for (const { kind } of columns) {
    const number = kernelKinds[kind];
    if (runs.length > 0 && runs[runs.length - 2] === number) runs[runs.length - 1]++;
    else runs.push(number, 1);
  }
  return Uint32Array.from([...runs, 0, 0]);
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function assemble(
  { memory: home }: Pool,
  objects: readonly DataObject[],
  columns: readonly PlannedColumn[],
  parsed: readonly ParsedText[],
  options: ReadOptions,
): Table | undefined {
  const segments = parsed.flatMap(segmentsOf);
  const rowCount = segments.reduce((sum, { rows }) => sum + rows, 0);
  const widths = { single: 0, double: 0, category: 0 };
  const places = columns.map(({ kind }) => widths[kind]++);
  const numbers: PackedNumbers = { memory: home, columnCount: widths.single, blocks: [] };
  const stride = Math.ceil(widths.single / 4) * 16;
  const blocks: Block[] = [];
  const rowHashes = new Uint32Array(rowCount);
  for (const { text, before, firstRow, rows, blocks: own } of segments) {
    rowHashes.set(new Uint32Array(home.memory.buffer, text.hashes + before * 4, rows), firstRow);
    let [address, row] = [text.singles + before * stride, firstRow];
    for (const block of own) {
      blocks.push({ firstRow: row, ...block });
      numbers.blocks.push({ address, firstRow: row, rowCount: block.rowCount });
      address += block.rowCount * stride;
      row += block.rowCount;
    }
  }
  const tableObjects = parsed.map((text, i): TableObject => {
    const own = segments.filter((segment) => segment.text === text);
    const { key, size } = objects[i];
    return { key, size, firstRow: own[0].firstRow, rowCount: own.reduce((sum, { rows }) => sum + rows, 0) };
  });
  // What holds no row is told of by the other way.
  if (tableObjects.some(({ rowCount: own }) => own === 0)) return undefined;

  const tableColumns: Column[] = [];
  for (const [i, { name, kind, isDeclared }] of columns.entries()) {
    if (kind === 'single') tableColumns.push(packedNumberColumn(name, { numbers, at: places[i] }));
    else if (kind === 'double') {
      const values = new Float64Array(rowCount);
      for (const segment of segments) copyDoubles(home.memory.buffer, segment, widths.double, places[i], values);
      tableColumns.push({ kind: 'number', name, values });
    } else {
      const place = { width: widths.category, at: places[i] };
      const column = textColumn(home.memory.buffer, segments, place, { name, isDeclared, rowCount, options });
      if (!column) return undefined;
      tableColumns.push(column);
    }
  }
  let lines: Uint32Array | undefined;
  return {
    rowCount,
    columns: tableColumns,
    objects: tableObjects,
    blocks,
    rowHashes,
    // Few ask for them.
    get lines() {
      lines ??= linesOf(home.memory.buffer, segments, rowCount);
      return lines;
    },
    warnings: [],
  };
}

/** A segment in its table. */
interface Segment {
  text: ParsedText;
  /** Its place among the segments of its object, and rows that there is room for before it. */
  index: number;
  before: number;
  firstRow: number;
  rows: number;
  /** Line before its first. */
  line: number;
  blocks: { rowCount: number; hash: string }[];
}

function segmentsOf(text: ParsedText, i: number, texts: readonly ParsedText[]): Segment[] {
  const rowsIn = ({ segments }: ParsedText) => segments.reduce((sum, { rows }) => sum + rows, 0);
  let firstRow = texts.slice(0, i).reduce((sum, other) => sum + rowsIn(other), 0);
  let line = text.firstLine;
  return text.segments.map(({ rows, lines, blocks }, index) => {
    const segment = { text, index, before: index * text.capacity, firstRow, rows, line, blocks };
    firstRow += rows;
    line += lines;
    return segment;
  });
}

function copyDoubles(
  buffer: ArrayBufferLike,
  { text, before, firstRow, rows }: Segment,
  width: number,
  at: number,
  values: Float64Array,
): void {
  const from = new Float64Array(buffer, text.doubles + before * width * 8, rows * width);
  for (let row = 0, place = at; row < rows; row++, place += width) values[firstRow + row] = from[place];
}

function linesOf(buffer: ArrayBufferLike, segments: readonly Segment[], rowCount: number): Uint32Array {
  const lines = new Uint32Array(rowCount);
  for (const { text, before, firstRow, rows, line } of segments) {
    const found = new Uint32Array(buffer, text.lines + before * 4, rows);
    for (let row = 0; row < rows; row++) lines[firstRow + row] = line + found[row];
  }
  return lines;
}

/** A column of texts, which each segment has numbered in its own way; undefined where it is not one. */
function textColumn(
  buffer: ArrayBufferLike,
  segments: readonly Segment[],
  { width, at }: { width: number; at: number },
  {
    name,
    isDeclared,
    rowCount,
    options,
  }: { name: string; isDeclared: boolean; rowCount: number; options: ReadOptions },
): Column | undefined {
  const dictionaries = segments.map(({ text, index }) => {
    return textsAt(buffer, text.dictionaries + (index * width + at) * dictionaryBytes);
  });
  const levels: string[] = [];
  for (const text of new Set(dictionaries.flat())) {
    if (text === undefined) return undefined;
    if (!isMissingText(text)) levels.push(text);
  }
  levels.sort((a, b) => (a < b ? -1 : 1));
  if (levels.length > (options.limits?.levels ?? Number.POSITIVE_INFINITY)) return undefined;
  const codeOf = new Map(levels.map((text, code) => [text, code]));
  const codes = new Int32Array(rowCount);
  const counts = new Int32Array(levels.length);
  for (const [i, segment] of segments.entries()) {
    const { text, before, firstRow, rows } = segment;
    const found = new Uint8Array(buffer, text.codes + before * width, rows * width);
    const renumbered = Int32Array.from(dictionaries[i], (level) => codeOf.get(level as string) ?? -1);
    renumber(found, width, at, renumbered, codes.subarray(firstRow, firstRow + rows));
    if (!isDeclared) countCodes(codes.subarray(firstRow, firstRow + rows), counts);
  }
  if (!isDeclared) {
    const cells = counts.reduce((sum, count) => sum + count, 0);
    const ofNumbers = levels.reduce((sum, text, i) => sum + (Number.isNaN(parseNumberText(text)) ? 0 : counts[i]), 0);
    if (!(ofNumbers / cells < numberShare)) return undefined;
  }
  return { kind: 'category', name, codes, levels };
}

function renumber(found: Uint8Array, width: number, at: number, renumbered: Int32Array, codes: Int32Array): void {
  for (let row = 0, place = at; row < codes.length; row++, place += width) codes[row] = renumbered[found[place]];
}

function countCodes(codes: Int32Array, counts: Int32Array): void {
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) counts[codes[row]]++;
}

/** The texts of a segment's dictionary; undefined where one is not UTF-8. */
function textsAt(buffer: ArrayBufferLike, address: number): (string | undefined)[] {
  const view = new DataView(buffer, address, dictionaryBytes);
  return Array.from({ length: view.getUint32(0, true) }, (_, i) => {
    // Copied: a decoder takes no shared memory.
    const bytes = new Uint8Array(buffer, address + 16 + i * 20, view.getUint32(16 + i * 20 + 16, true)).slice();
    return decodeText(bytes, 0, bytes.length);
  });
}
