import { StoreError } from '../core/errors.ts';
import { arena } from '../kernels/arena.ts';
import type { Pool } from '../kernels/pool.ts';
import { assemble } from './assemble-packed.ts';
import type { StreamPlan } from './memory.ts';
import { rereadSource, spilledSource, type TextAgain } from './packed-sources.ts';
import { type ParsedSegment, type ParsedText, type PlannedColumn, textParser } from './parse-text.ts';
import type { PlannedText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { openFeed, type SegmentBatch, segmentBytes } from './segment-feed.ts';
import { type FeedRing, feedRing, segmentsAgain } from './segments-again.ts';
import type { SpillDisk } from './spill-file.ts';
import type { DataObject, Table } from './table.ts';

/** Texts that were read once, of whose rows of float32 none is in memory any more. */
export interface StreamedTexts {
  parsed: ParsedText[];
  /**
   * Makes the table, whose packed numbers are brought to memory when somebody asks for them; undefined where it is not for
   * kernels, or neither was spilled nor can be read again.
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
 * Parses texts as `parseText` does, some segments at a time, in room that is used again: their rows of float32 are written
 * to a file, or let go of, to be read again.
 *
 * @param disk undefined where nothing is to be spilled
 * @param onFull hears that the disk, or what the limits give of it, was full before all was written: then nothing is spilled
 * @returns undefined where there is something that the kernels do not take on
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
  const spilled = spilling(pool, disk, { rowBytes: Math.ceil(width / 4) * 16, diskBytes, onFull });
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
          const found = parse(part)();
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
      // The room that the first reading fetched into; a file of plain text needs none.
      feedRoom.reset();
      const longest = Math.max(...sources.map(({ object, text }) => (text.isPlain ? object.size : segmentBytes)));
      const isFetched = sources.some(({ object, text }) => !text.isPlain || !object.openFile);
      const ring = isFetched ? feedRing(feedRoom, mostSegments, Math.min(segmentBytes, longest)) : { slots: [] };
      const again = await textsAgain(pool, sources, columns, options, { parsed, ring });
      if (!again) return undefined;
      numbers.source = rereadSource(numbers, again, { rowHashes: table.rowHashes, mostSegments, spareBytes });
      return table;
    },
  };
}

/** The rows of segments on a disk, one behind the other, as long as it has room. */
function spilling(
  { memory: { memory } }: Pool,
  disk: SpillDisk | undefined,
  {
    rowBytes,
    diskBytes = Number.POSITIVE_INFINITY,
    onFull,
  }: { rowBytes: number; diskBytes?: number; onFull: () => void },
) {
  let file = disk?.open();
  let position = 0;
  return {
    add({ singles, rows }: ParsedSegment) {
      if (!file) return;
      const count = rows * rowBytes;
      try {
        // There may be more rows than were foreseen.
        if (position + count > diskBytes) throw new StoreError(`expected ${diskBytes} bytes of a disk to do`);
        file.write(new Uint8Array(memory.buffer, singles, count), position);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        // The disk has filled up meanwhile: what was written is let go of, and all is read again when it is wanted.
        file.close();
        file = undefined;
        onFull();
      }
      position += count;
    },
    /** Undefined where there is none, or no longer. */
    file: () => file,
    close: () => file?.close(),
  };
}

/** So many segments of a batch at a time. */
function* partsOf(batch: SegmentBatch, most: number): Generator<SegmentBatch> {
  for (let at = 0; at < batch.count; at += most)
    yield { ...batch, first: batch.first + at, count: Math.min(most, batch.count - at) };
}

/** Copies arrays to where they lie one behind the other, while they are not much more than was expected. */
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

/** What is kept of a segment whose room is used again. */
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

async function textsAgain(
  pool: Pool,
  sources: readonly Source[],
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  { parsed, ring }: { parsed: readonly ParsedText[]; ring: FeedRing },
): Promise<TextAgain[] | undefined> {
  const texts: TextAgain[] = [];
  for (const [i, { object, text }] of sources.entries()) {
    const again = await segmentsAgain(pool, object, text, options, ring);
    if (!again) {
      for (const { close } of texts) close();
      return undefined;
    }
    texts.push({
      open: (first, count) => again.open(first, count),
      close: () => again.close(),
      key: object.key,
      segmentBlocks: parsed[i].segments.map(({ blocks }) => blocks.length),
      parse: (room) => textParser(pool, text, columns, { ...options, named: false }, room),
    });
  }
  return texts;
}
