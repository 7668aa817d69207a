import type { KernelMemory } from '../kernels/instantiate.ts';
import { numberShare } from './column-reader.ts';
import { isMissingText, parseNumberText } from './number.ts';
import { type PackedNumbers, packedNumberColumn, packedStride } from './packed.ts';
import type { ParsedSegment, ParsedText, PlannedColumn } from './parse-text.ts';
import type { ReadOptions } from './read.ts';
import type { Block, Column, DataObject, Table, TableObject } from './table.ts';

/** The table of texts that kernels have parsed; undefined when it turns out that the plain reader must read them. */
export function assemble(
  home: KernelMemory,
  objects: readonly DataObject[],
  columns: readonly PlannedColumn[],
  parsed: readonly ParsedText[],
  options: ReadOptions,
): Table | undefined {
  const segments = parsed.flatMap(segmentsOf);
  const rowCount = segments.reduce((sum, { rows }) => sum + rows, 0);
  const widths = { single: 0, double: 0, category: 0 };
  const places = columns.map(({ kind }) => widths[kind]++);
  const { room } = segments[0];
  const isTogether = room && segments.every((segment) => segment.room === room);
  const numbers: PackedNumbers = {
    memory: home,
    columnCount: widths.single,
    blocks: [],
    ...(isTogether && { room }),
  };
  const blocks = placeBlocks(segments, numbers);
  const tableObjects = parsed.map((text, i): TableObject => {
    const own = segments.filter((segment) => segment.text === text);
    const { key, size } = objects[i];
    return { key, size, firstRow: own[0].firstRow, rowCount: own.reduce((sum, { rows }) => sum + rows, 0) };
  });
  // The plain reader reports objects without rows.
  if (tableObjects.some(({ rowCount: own }) => own === 0)) return undefined;

  const tableColumns: Column[] = [];
  for (const [i, { name, kind, isDeclared }] of columns.entries()) {
    if (kind === 'single') tableColumns.push(packedNumberColumn(name, { numbers, at: places[i] }));
    else if (kind === 'double') {
      const values = new Float64Array(rowCount);
      for (const segment of segments) copyDoubles(segment, widths.double, places[i], values);
      tableColumns.push({ kind: 'number', name, values });
    } else {
      const place = { width: widths.category, at: places[i] };
      const column = textColumn(segments, place, { name, isDeclared, rowCount, options });
      if (!column) return undefined;
      tableColumns.push(column);
    }
  }
  let rowHashes: Uint32Array | undefined;
  let lines: Uint32Array | undefined;
  return {
    rowCount,
    columns: tableColumns,
    objects: tableObjects,
    blocks,
    numbers,
    // Made on demand, as not every run needs them.
    get rowHashes() {
      rowHashes ??= hashesTogether(segments, rowCount) ?? hashesOf(segments, rowCount, home);
      return rowHashes;
    },
    get lines() {
      lines ??= linesOf(segments, rowCount);
      return lines;
    },
    warnings: [],
  };
}

/** The blocks of all segments. Adds their addresses to `numbers`. */
function placeBlocks(segments: readonly Segment[], numbers: PackedNumbers): Block[] {
  const blocks: Block[] = [];
  const rowBytes = packedStride(numbers) * 4;
  for (const { firstRow, blocks: own, singles } of segments) {
    let [address, row] = [singles, firstRow];
    for (const block of own) {
      blocks.push({ firstRow: row, ...block });
      numbers.blocks.push({ address, firstRow: row, rowCount: block.rowCount });
      address += block.rowCount * rowBytes;
      row += block.rowCount;
    }
  }
  return blocks;
}

/** A view of the hashes of all rows, if those of the segments already lie one behind the other. */
function hashesTogether(segments: readonly Segment[], rowCount: number): Uint32Array | undefined {
  const { buffer, byteOffset } = segments[0].hashes;
  const isNext = ({ hashes, firstRow, rows }: Segment) =>
    hashes.length === rows && hashes.buffer === buffer && hashes.byteOffset === byteOffset + 4 * firstRow;
  if (buffer instanceof SharedArrayBuffer || !segments.every(isNext)) return undefined;
  return new Uint32Array(buffer, byteOffset, rowCount);
}

/** A segment in its table. */
interface Segment extends ParsedSegment {
  text: ParsedText;
  firstRow: number;
  /** Number of the line before its first. */
  line: number;
}

function segmentsOf(text: ParsedText, i: number, texts: readonly ParsedText[]): Segment[] {
  const rowsIn = ({ segments }: ParsedText) => segments.reduce((sum, { rows }) => sum + rows, 0);
  let firstRow = texts.slice(0, i).reduce((sum, other) => sum + rowsIn(other), 0);
  let line = text.firstLine;
  return text.segments.map((parsed) => {
    const segment = { ...parsed, text, firstRow, line };
    firstRow += parsed.rows;
    line += parsed.lineCount;
    return segment;
  });
}

function copyDoubles({ doubles, firstRow, rows }: Segment, width: number, at: number, values: Float64Array): void {
  for (let row = 0, place = at; row < rows; row++, place += width) values[firstRow + row] = doubles[place];
}

/** Beside the packed rows, where the kernel that splits them finds the hashes; none if rows were not hashed. */
function hashesOf(segments: readonly Segment[], rowCount: number, home: KernelMemory): Uint32Array {
  if (segments.every(({ hashes }) => hashes.length === 0)) return new Uint32Array(0);
  const address = home.allocate(rowCount * 4);
  const all = new Uint32Array(home.memory.buffer, address, rowCount);
  for (const { hashes, firstRow } of segments) all.set(hashes, firstRow);
  return all;
}

function linesOf(segments: readonly Segment[], rowCount: number): Uint32Array {
  const lines = new Uint32Array(rowCount);
  for (const { lines: found, firstRow, rows, line } of segments) {
    for (let row = 0; row < rows; row++) lines[firstRow + row] = line + (found ? found[row] : row);
  }
  return lines;
}

/** A column of texts, of which each segment has a dictionary of its own; undefined when the plain reader must decide. */
function textColumn(
  segments: readonly Segment[],
  { width, at }: { width: number; at: number },
  {
    name,
    isDeclared,
    rowCount,
    options,
  }: { name: string; isDeclared: boolean; rowCount: number; options: ReadOptions },
): Column | undefined {
  const dictionaries = segments.map(({ texts }) => texts[at]);
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
    const { firstRow, rows, codes: found } = segment;
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
