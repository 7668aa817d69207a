import { arena } from '../kernels/arena.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { Pool } from '../kernels/pool.ts';
import { assemble } from './assemble-packed.ts';
import type { StreamPlan } from './memory.ts';
import { type RereadObject, rereadSource, spilledSource } from './packed-sources.ts';
import { type ParsedSegment, type ParsedText, type PlannedColumn, textParser } from './parse-text.ts';
import type { PlannedText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { type FeedRing, feedRing, rereadSegments } from './reread-segments.ts';
import { openFeed, type SegmentBatch, segmentBytes } from './segment-feed.ts';
import type { SpillDisk } from './spill-file.ts';
import { spillRows } from './spill-rows.ts';
import type { DataObject, Table } from './table.ts';

/** Texts that were parsed once, and whose float32 rows are no longer in memory. */
export interface StreamedTexts {
  parsed: ParsedText[];
  /**
   * Makes the table, whose packed numbers are loaded when they are needed; undefined when the plain reader must read the
   * texts, or the rows were not spilled and the texts can't be read again.
   */
  assemble(): Promise<Table | undefined>;
  close(): void;
}

/** A text and its object. */
interface Source {
  object: DataObject;
  text: PlannedText;
}

/**
 * Parses texts as `parseText` does, some segments at a time, in memory that is used again. The float32 rows are written to
 * a file, or dropped, to be read again later.
 *
 * @param disk undefined when rows are not to be spilled
 * @param onFull called when the disk, or the limit for it, was too small after all: the texts will be read again instead
 * @returns undefined when the texts contain something that the kernels do not support
 */
export async function readStreamed(
  pool: Pool,
  sources: readonly Source[],
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  { plan, disk, onFull }: { plan: StreamPlan; disk: SpillDisk | undefined; onFull: () => void },
): Promise<StreamedTexts | undefined> {
  const [feedRoom, room] = [arena(pool.memory), arena(pool.memory)];
  const width = columns.filter(({ kind }) => kind === 'single').length;
  const { diskBytes } = options.limits ?? {};
  const spilled = spillRows(pool, disk, { rowBytes: Math.ceil(width / 4) * 16, diskBytes, onFull });
  const parsed: ParsedText[] = [];
  const hashes = gathered(plan.rows);
  try {
    for (const { object, text } of sources) {
      feedRoom.reset();
      const parse = textParser(pool, text, columns, options, room);
      const segments: ParsedSegment[] = [];
      for await (const batch of openFeed({ ...pool, memory: feedRoom }, object, text, options)) {
        for (const part of partsOf(batch, plan.segments)) {
          room.reset();
          const found = parse(part).finish();
          if (!found) {
            spilled.close();
            return undefined;
          }
          found.forEach(spilled.add);
          segments.push(...found.map((segment) => kept(segment, hashes)));
        }
      }
      parsed.push({ firstLine: text.firstLine, segments });
    }
  } catch (error) {
    spilled.close();
    throw error;
  }
  return {
    parsed,
    close: spilled.close,
    async assemble() {
      const objects = sources.map(({ object }) => object);
      const table = assemble(pool.memory, objects, columns, parsed, options);
      if (!table?.numbers) return undefined;
      const { numbers } = table;
      const { spareBytes, stretchBytes, segments: mostSegments } = plan;
      const file = spilled.file();
      if (file) {
        numbers.source = spilledSource(numbers, file, { mostBytes: stretchBytes, spareBytes });
        return table;
      }
      // The buffers of the first reading are used again. A file of plain text needs none.
      feedRoom.reset();
      const longest = Math.max(...sources.map(({ object, text }) => (text.isPlain ? object.size : segmentBytes)));
      const isFetched = sources.some(({ object, text }) => !text.isPlain || !object.openFile);
      // Besides the segments that are opened: the one before, whose last byte is needed, the one after, and one that is
      // being filled.
      const slots = isFetched ? mostSegments + 3 : 0;
      const ring = feedRing(feedRoom, slots, Math.min(segmentBytes, longest));
      const again = await rereadTexts(pool, sources, columns, options, { parsed, ring, room });
      if (!again) return undefined;
      numbers.source = rereadSource(numbers, again, { rowHashes: table.rowHashes, mostSegments, spareBytes, room });
      return table;
    },
  };
}

/** Parts of a batch with at most `most` segments. */
function* partsOf(batch: SegmentBatch, most: number): Generator<SegmentBatch> {
  for (let at = 0; at < batch.count; at += most)
    yield { ...batch, first: batch.first + at, count: Math.min(most, batch.count - at) };
}

/** Copies arrays to one array, one behind the other, as long as they are hardly longer than expected. */
function gathered(expected: number): (own: Uint32Array) => Uint32Array {
  const all = new Uint32Array(Math.ceil(expected * 1.02) + 1024);
  let used = 0;
  return (own) => {
    if (used + own.length > all.length) return own.slice();
    all.set(own, used);
    used += own.length;
    return all.subarray(used - own.length, used);
  };
}

/** Copies what is still needed of a segment whose memory will be used again. */
function kept(segment: ParsedSegment, allHashes: (own: Uint32Array) => Uint32Array): ParsedSegment {
  const { rows, lineCount, blocks, least, greatest, doubles, codes, lines, hashes, texts } = segment;
  return {
    ...{ rows, lineCount, blocks, texts },
    ...{ least: least.slice(), greatest: greatest.slice(), hashes: allHashes(hashes) },
    ...{ doubles: doubles.slice(), codes: codes.slice() },
    lines: lines?.slice(),
    singles: Number.NaN,
  };
}

async function rereadTexts(
  pool: Pool,
  sources: readonly Source[],
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  { parsed, ring, room }: { parsed: readonly ParsedText[]; ring: FeedRing; room: KernelMemory },
): Promise<RereadObject[] | undefined> {
  const texts: RereadObject[] = [];
  for (const [i, { object, text }] of sources.entries()) {
    const again = await rereadSegments(pool, object, text, options, ring);
    if (!again) {
      for (const { close } of texts) close();
      return undefined;
    }
    const parse = textParser(pool, text, columns, { ...options, named: false }, room);
    texts.push({
      key: object.key,
      segmentBlocks: parsed[i].segments.map(({ blocks }) => blocks.length),
      read: (first, count) => parse(again.open(first, count)).finish(),
      close: () => again.close(),
    });
  }
  return texts;
}
