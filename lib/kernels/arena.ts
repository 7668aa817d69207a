import type { KernelMemory } from './instantiate.ts';

/** A part of a kernel memory that is used again and again: what was allocated is there until it is reset. */
export interface Arena extends KernelMemory {
  /** Lets go of all that was allocated. */
  reset(): void;
}

/** Pieces in which it takes memory; larger ones where more is wanted at once. */
const pieceBytes = 2 ** 20;

/** An arena that has nothing yet, and takes from `home` what it is asked for beyond what it has. */
export function arena(home: KernelMemory): Arena {
  const pieces: { start: number; bytes: number }[] = [];
  let [piece, used] = [0, 0];
  let isFresh = true;
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
      // Zero, as of any kernel memory.
      if (!isFresh) new Uint8Array(home.memory.buffer, start, wanted).fill(0);
      return start;
    },
    // It goes with the rest.
    release() {},
    reset() {
      [piece, used] = [0, 0];
      isFresh = false;
    },
  };
}
