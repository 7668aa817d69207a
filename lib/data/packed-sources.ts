import { ConflictError } from '../core/errors.ts';
import { arena } from '../kernels/arena.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { PackedBlock, PackedNumbers, PackedSource } from './packed.ts';
import { packedStride } from './packed.ts';
import type { ParsedSegment, TextParser } from './parse-text.ts';
import type { RereadSegments } from './reread-segments.ts';
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

/** A text that can be read and parsed again, from any segment on. */
export interface RereadText extends RereadSegments {
  key: string;
  /** How many blocks each of its segments has. */
  segmentBlocks: readonly number[];
  parse(room: KernelMemory): TextParser;
}

/**
 * Loads blocks by reading and parsing their texts again.
 *
 * @param rowHashes hashes of all rows, which show whether a text is still the same
 * @param mostSegments most segments of a stretch
 */
export function rereadSource(
  { memory, blocks, columnCount }: Pick<PackedNumbers, 'memory' | 'blocks' | 'columnCount'>,
  texts: readonly RereadText[],
  { rowHashes, mostSegments, spareBytes }: { rowHashes: Uint32Array; mostSegments: number; spareBytes: number },
): PackedSource {
  const rowBytes = packedStride({ columnCount }) * 4;
  const parts = texts.flatMap((text) => partsOf(text, mostSegments));
  let block = 0;
  const starts = parts.map(({ blockCount }) => {
    block += blockCount;
    return block - blockCount;
  });
  const stretches = Int32Array.of(...starts, block);
  const room = arena(memory);
  const parsers = new Map(texts.map((text) => [text, text.parse(room)]));
  const close = () => texts.forEach((text) => void text.close());
  return remembering({ stretches, spareBytes, close }, (stretch) => {
    const { text, first, count } = parts[stretch];
    room.reset();
    const parsed = (parsers.get(text) as TextParser)(text.open(first, count)).finish();
    const own = blocks.slice(stretches[stretch], stretches[stretch + 1]);
    if (!parsed || !isSame(parsed, own, rowHashes)) {
      throw new ConflictError(`${text.key}: expected the rows that were read first, found others`, {
        advice: 'The data changed while it was read again; start anew',
      });
    }
    return placed(parsed, own, rowBytes);
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

/** The segments of a text in parts of at most `mostSegments`; segments without a block join the part before them. */
function partsOf(text: RereadText, mostSegments: number) {
  const parts: { text: RereadText; first: number; count: number; blockCount: number }[] = [];
  for (const [i, blockCount] of text.segmentBlocks.entries()) {
    const last = parts.at(-1);
    if (last && (last.count < mostSegments || blockCount === 0)) {
      last.count++;
      last.blockCount += blockCount;
    } else parts.push({ text, first: i, count: 1, blockCount });
  }
  return parts;
}

function isSame(parsed: readonly ParsedSegment[], blocks: readonly PackedBlock[], rowHashes: Uint32Array): boolean {
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
  parsed: readonly ParsedSegment[],
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
