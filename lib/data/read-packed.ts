import { arena } from '../kernels/arena.ts';
import type { Pool } from '../kernels/pool.ts';
import { assemble } from './assemble-packed.ts';
import type { ColumnKind } from './column-reader.ts';
import { withHeadStart } from './head-start.ts';
import { defaultLimits } from './limits.ts';
import { feedThreadBytes, type PackedSize, planPacked } from './memory.ts';
import { allRows, numberFacts } from './number-facts.ts';
import { type ParsedText, type PlannedColumn, parseText } from './parse-text.ts';
import { mayBeText, type PlannedText, planText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { readStreamed } from './read-streamed.ts';
import { missingWarning } from './read-warnings.ts';
import { feedSegments, segmentBytes } from './segment-feed.ts';
import { fitsSingle } from './single.ts';
import type { SpillDisk } from './spill-file.ts';
import type { Column, DataObject, Table } from './table.ts';

/** What `readTable` may hand to kernels. */
export interface PackedReading {
  pool: Pool;
  /** Where to put what does not fit in memory. Without a disk, the objects are read again instead. */
  disk?: SpillDisk;
  /** Decides what fits in memory. */
  plan?: typeof planPacked;
  /** Called when rows do not fit in memory, with what is done about it, and the bytes of the rows. */
  onStreamed?(way: 'spilled' | 're-read', bytes: number): void;
  /** If the objects are smaller together, the plain reader reads them. */
  leastBytes?: number;
  /** Resolves when this thread has time to join in; until then only the other threads parse. Its rejection ends the reading. */
  whenFree?: Promise<void>;
}

/**
 * Reads delimited text by kernels, on all threads of the pool. The table is the one that the plain reader makes, except
 * that number columns which are rounded to float32 are packed.
 *
 * @param objects in byte order of their keys
 * @returns undefined when there is something that the kernels do not support, such as an error in the data. Nothing has
 *   changed then, and the plain reader reads the data or reports the error
 * @throws ConflictError when an object changed while it was read
 */
export async function readPacked(
  given: readonly DataObject[],
  options: ReadOptions,
  reading: PackedReading,
): Promise<Table | undefined> {
  const { leastBytes = 1 << 18 } = reading;
  if (given.length === 0 || given.reduce((sum, { size }) => sum + size, 0) < leastBytes) return undefined;
  const objects = mayBeText(options) ? [withHeadStart(given[0]), ...given.slice(1)] : given;
  const texts = await planTexts(objects, options);
  if (!texts) return undefined;
  const { names } = texts[0];
  const columns = names.map((name, i) => plannedColumn(name, texts[0].kinds[i], options));
  for (;;) {
    const read = await readTexts(objects, texts, columns, options, reading);
    if (!read) return undefined;
    const { table, parsed } = read;
    const extremes = extremesOf(parsed);
    const wide = columns.filter((column, i) => column.kind === 'single' && !isSingle(table, i, extremes));
    if (wide.length === 0) {
      const missing = table.columns.filter((column) => isMissing(column, extremes));
      table.warnings.push(...missing.map(({ name }) => missingWarning(name)));
      return table;
    }
    table.numbers?.source?.close();
    for (const column of wide) column.kind = 'double';
  }
}

/** Parses all texts, and makes their table: in memory as a whole if it fits, else streamed. */
async function readTexts(
  objects: readonly DataObject[],
  texts: readonly PlannedText[],
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  { pool, disk, plan: decide = planPacked, onStreamed, whenFree }: PackedReading,
): Promise<{ table: Table; parsed: ParsedText[] } | undefined> {
  const limits = { ...defaultLimits, ...options.limits };
  const size = sizeOf(objects, texts, columns, pool);
  const planFor = (own: PackedSize) => decide(objects[0].key, own, { ...limits, threads: pool.threads });
  let plan = planFor(size);
  if (plan === 'memory') {
    const parsed: ParsedText[] = [];
    const feedRoom = arena(pool.memory);
    for (const [i, text] of texts.entries()) {
      feedRoom.reset();
      const found = await parseText(pool, objects[i], text, columns, options, feedRoom, whenFree);
      if (!found) return undefined;
      parsed.push(found);
    }
    const table = assemble(pool.memory, objects, columns, parsed, options);
    return table && { table, parsed };
  }
  const hasRoom = disk !== undefined && plan.diskBytes <= Math.min(limits.diskBytes, disk.freeBytes());
  if (!hasRoom && size.feedBytes > 0) {
    const withThread = planFor({ ...size, feedBytes: size.feedBytes + feedThreadBytes });
    if (withThread !== 'memory') plan = withThread;
  }
  onStreamed?.(hasRoom ? 'spilled' : 're-read', plan.diskBytes);
  const sources = texts.map((text, i) => ({ text, object: objects[i] }));
  const streamed = await readStreamed(pool, sources, columns, options, {
    plan,
    disk: hasRoom ? disk : undefined,
    onFull: () => onStreamed?.('re-read', plan.diskBytes),
  });
  if (!streamed) return undefined;
  const table = await streamed.assemble();
  if (!table) streamed.close();
  return table && { table, parsed: streamed.parsed };
}

/** Estimates how large a table will be from the first rows of its texts. */
function sizeOf(
  objects: readonly DataObject[],
  texts: readonly PlannedText[],
  columns: readonly PlannedColumn[],
  { threads }: Pool,
): PackedSize {
  const of = (kind: PlannedColumn['kind']) => columns.filter((column) => column.kind === kind).length;
  const bytes = texts.map(({ textBytes }) => textBytes);
  const rows = texts.reduce((sum, { rowBytes }, i) => sum + bytes[i] / rowBytes, 0);
  const longest = bytes.reduce((most, own) => Math.max(most, own), 0);
  const fewest = texts.reduce((least, { rowBytes }) => Math.min(least, rowBytes), Number.POSITIVE_INFINITY);
  const isFetched = texts.some(({ isPlain }, i) => !isPlain || !objects[i].openFile);
  return {
    rows,
    columns: columns.length,
    rowBytes: Math.ceil(of('single') / 4) * 16,
    doubles: of('double'),
    categories: of('category'),
    segmentRows: (Math.min(segmentBytes, longest) / fewest) * 1.1 + 64,
    feedBytes: isFetched ? feedSegments(threads) * Math.min(segmentBytes, longest) : 0,
  };
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

/** The smallest and the largest number of each packed column; Infinity and -Infinity when it has none. */
interface Extremes {
  least: Float32Array;
  greatest: Float32Array;
}

function extremesOf(texts: readonly ParsedText[]): Extremes {
  const [first, ...others] = texts.flatMap(({ segments }) => segments);
  const [least, greatest] = [first.least.slice(), first.greatest.slice()];
  for (const segment of others) {
    for (let at = 0; at < least.length; at++) {
      least[at] = Math.min(least[at], segment.least[at]);
      greatest[at] = Math.max(greatest[at], segment.greatest[at]);
    }
  }
  return { least, greatest };
}

function isMissing(column: Column, { least, greatest }: Extremes): boolean {
  if (column.kind === 'category') return column.codes.every((code) => code < 0);
  if (column.packed) return least[column.packed.at] > greatest[column.packed.at];
  return column.values.every(Number.isNaN);
}

/** Whether float32 can hold a column's values. */
function isSingle(table: Table, i: number, { least, greatest }: Extremes): boolean {
  const column = table.columns[i];
  if (column.kind !== 'number' || !column.packed) return false;
  const [min, max] = [least[column.packed.at], greatest[column.packed.at]];
  // Only few columns depend on whether all values are whole, which takes another pass to find out.
  if (fitsSingle({ min, max, isWhole: false, hasTiny: false })) return true;
  const { fractions } = numberFacts(table, column, allRows(table));
  return fitsSingle({ min, max, isWhole: fractions === 0, hasTiny: false });
}
