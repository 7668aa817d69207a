import { ConflictError } from '../core/errors.ts';
import type { Arena } from '../kernels/arena.ts';
import type { PackedBlock, PackedNumbers, PackedSource } from './packed.ts';
import { packedStride } from './packed.ts';
import type { ParsedSegment } from './parse-text.ts';
import type { SpillFile } from './spill-file.ts';

// The places from which packed blocks are loaded that do not all lie in memory. Their numbers do not depend on the place.

/**
 * Loads blocks from a file, in which their rows lie one behind the other.
 *
 * @param mostBytes most bytes of a stretch; a single block may be longer
 */
export function spilledSource(
  { memory, blocks, columnCount }: Pick<PackedNumbers, 'memory' | 'blocks' | 'columnCount'>,
  file: SpillFile,
  { mostBytes, spareBytes }: { mostBytes: number; spareBytes: number },
): PackedSource {
  const rowBytes = packedStride({ columnCount }) * 4;
  const starts = [0];
  let [bytes, longest] = [0, 0];
  for (const [i, { rowCount }] of blocks.entries()) {
    if (bytes > 0 && bytes + rowCount * rowBytes > mostBytes) {
      starts.push(i);
      bytes = 0;
    }
    bytes += rowCount * rowBytes;
    longest = Math.max(longest, bytes);
  }
  const stretches = Int32Array.of(...starts, blocks.length);
  const room = memory.allocate(longest);
  const close = () => file.close();
  return remembering({ stretches, spareBytes, close }, (stretch) => {
    const own = blocks.slice(stretches[stretch], stretches[stretch + 1]);
    const [first, last] = [own[0], own[own.length - 1]];
    const count = (last.firstRow + last.rowCount - first.firstRow) * rowBytes;
    file.read(new Uint8Array(memory.memory.buffer, room, count), first.firstRow * rowBytes);
    return own.map(({ firstRow, rowCount }) => {
      return { address: room + (firstRow - first.firstRow) * rowBytes, firstRow, rowCount };
    });
  });
}

/** Rows as they were read again, in whole blocks; `singles` is their address. */
export type RereadRows = Pick<ParsedSegment, 'singles' | 'blocks' | 'hashes'>;

/** An object that can be read again, from any segment on: one of text, or a row group of Parquet. */
export interface RereadObject {
  key: string;
  /** How many blocks each of its segments has. */
  segmentBlocks: readonly number[];
  /** Puts the rows of some segments into the room for them; undefined when they are no longer what they were. */
  read(first: number, count: number): readonly RereadRows[] | undefined;
  close(): void;
}

/**
 * Loads blocks by reading their objects again.
 *
 * @param rowHashes hashes of all rows, which show whether an object is still the same
 * @param mostSegments most segments of a stretch
 * @param room where objects put their rows
 */
export function rereadSource(
  { blocks, columnCount }: Pick<PackedNumbers, 'blocks' | 'columnCount'>,
  objects: readonly RereadObject[],
  {
    rowHashes,
    mostSegments,
    spareBytes,
    room,
  }: { rowHashes: Uint32Array; mostSegments: number; spareBytes: number; room: Arena },
): PackedSource {
  const rowBytes = packedStride({ columnCount }) * 4;
  const parts = objects.flatMap((object) => partsOf(object, mostSegments));
  let block = 0;
  const starts = parts.map(({ blockCount }) => {
    block += blockCount;
    return block - blockCount;
  });
  const stretches = Int32Array.of(...starts, block);
  const close = () => objects.forEach((object) => void object.close());
  return remembering({ stretches, spareBytes, close }, (stretch) => {
    const { object, first, count } = parts[stretch];
    room.reset();
    const found = object.read(first, count);
    const own = blocks.slice(stretches[stretch], stretches[stretch + 1]);
    if (!found || !isSame(found, own, rowHashes)) {
      throw new ConflictError(`${object.key}: expected the rows that were read first, found others`, {
        advice: 'The data changed while it was read again; start anew',
      });
    }
    return placed(found, own, rowBytes);
  });
}

/** A source that does not load a stretch again while it is in memory. */
function remembering(
  facts: Pick<PackedSource, 'stretches' | 'spareBytes' | 'close'>,
  load: (stretch: number) => readonly PackedBlock[],
): PackedSource {
  let current = -1;
  let there: readonly PackedBlock[] = [];
  return {
    ...facts,
    get current() {
      return current;
    },
    load(stretch) {
      if (stretch === current) return there;
      current = -1;
      there = load(stretch);
      current = stretch;
      return there;
    },
  };
}

/** The segments of an object in parts of at most `mostSegments`; segments without a block join the part before them. */
function partsOf(object: RereadObject, mostSegments: number) {
  const parts: { object: RereadObject; first: number; count: number; blockCount: number }[] = [];
  for (const [i, blockCount] of object.segmentBlocks.entries()) {
    const last = parts.at(-1);
    if (last && (last.count < mostSegments || blockCount === 0)) {
      last.count++;
      last.blockCount += blockCount;
    } else parts.push({ object, first: i, count: 1, blockCount });
  }
  return parts;
}

function isSame(parsed: readonly RereadRows[], blocks: readonly PackedBlock[], rowHashes: Uint32Array): boolean {
  const found = parsed.flatMap((segment) => segment.blocks);
  if (found.length !== blocks.length || found.some(({ rowCount }, i) => rowCount !== blocks[i].rowCount)) return false;
  let row = blocks[0].firstRow;
  for (const { hashes } of parsed) {
    for (let i = 0; i < hashes.length; i++) if (hashes[i] !== rowHashes[row + i]) return false;
    row += hashes.length;
  }
  return true;
}

function placed(
  parsed: readonly RereadRows[],
  blocks: readonly PackedBlock[],
  rowBytes: number,
): readonly PackedBlock[] {
  let next = 0;
  return parsed.flatMap(({ singles, blocks: own }) => {
    let address = singles;
    return own.map(() => {
      const { firstRow, rowCount } = blocks[next++];
      const block = { address, firstRow, rowCount };
      address += rowCount * rowBytes;
      return block;
    });
  });
}

/** Blocks that all lie in memory, but are used some at a time, as their encoded features would not fit beside them. */
export function heldSource(
  blocks: readonly PackedBlock[],
  { blocksAtATime, spareBytes }: { blocksAtATime: number; spareBytes: number },
): PackedSource {
  const count = Math.ceil(blocks.length / blocksAtATime);
  const stretches = Int32Array.from({ length: count + 1 }, (_, i) => Math.min(blocks.length, i * blocksAtATime));
  return remembering({ stretches, spareBytes, close() {} }, (stretch) =>
    blocks.slice(stretches[stretch], stretches[stretch + 1]),
  );
}
