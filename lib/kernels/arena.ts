import type { KernelMemory } from './instantiate.ts';

/** Parts of a kernel memory that are used again and again: what is allocated in an arena stays until its `reset`. */
export interface Arena extends KernelMemory {
  /** Frees everything that was allocated. */
  reset(): void;
}

/** Bytes that an arena takes from its memory at a time; more where a single allocation is larger. */
const pieceBytes = 2 ** 20;

/** An empty arena, which takes pieces from `home` as it needs them. */
export function arena(home: KernelMemory): Arena {
  const pieces: { start: number; bytes: number }[] = [];
  let [piece, used] = [0, 0];
  /** How many pieces were there when all was freed: these may hold numbers. */
  let stale = 0;
  return {
    memory: home.memory,
    allocate(bytes) {
      const wanted = Math.ceil(bytes / 64) * 64;
      while (piece < pieces.length && used + wanted > pieces[piece].bytes) {
        piece++;
        used = 0;
      }
      if (piece === pieces.length) {
        const size = Math.max(wanted, pieceBytes);
        pieces.push({ start: home.allocate(size), bytes: size });
      }
      const start = pieces[piece].start + used;
      used += wanted;
      // Zero, as what any kernel memory allocates.
      if (piece < stale) new Uint8Array(home.memory.buffer, start, wanted).fill(0);
      return start;
    },
    // Only `reset` frees, and then everything.
    release() {},
    reset() {
      [piece, used] = [0, 0];
      stale = pieces.length;
    },
  };
}
