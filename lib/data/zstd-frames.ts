/** Finds where zstd frames end in a stream of bytes, without decompressing them. */
export interface ZstdFrames {
  /**
   * Goes on through `chunk` from `start`.
   *
   * @returns where the frame at hand ends, or the chunk's end when it goes on; undefined when no frame begins at `start`
   */
  pass(chunk: Uint8Array, start: number): number | undefined;
}

/** @see RFC 8878, section 3.1: frames are a magic number, a header, blocks with their sizes, and a checksum or none */
export function zstdFrames(): ZstdFrames {
  let part: Part = 'magic';
  /** The bytes of the field at hand that were seen, and how many it has. */
  const field: number[] = [];
  let needed = 4;
  /** Bytes to pass over before the next field. */
  let skip = 0;
  let [checksum, lastBlock] = [false, false];

  function next(to: Part, bytes: number): void {
    part = to;
    needed = bytes;
    field.length = 0;
  }

  /** Reads the field that is complete; answers false when it is no part of a frame. */
  function endField(): boolean {
    if (part === 'magic') {
      if (field[0] >= 0x50 && field[0] <= 0x5f && field[1] === 0x2a) next('skippable size', 4);
      else if (field[0] === 0x28 && field[1] === 0xb5) next('descriptor', 1);
      else return false;
    } else if (part === 'skippable size') {
      skip = littleEndian(field);
      next('magic', 4);
    } else if (part === 'descriptor') {
      const [descriptor] = field;
      checksum = (descriptor & 4) !== 0;
      const single = (descriptor & 32) !== 0;
      const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6];
      skip = (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + contentSize;
      next('block header', 3);
    } else {
      const header = littleEndian(field);
      lastBlock = (header & 1) === 1;
      const repeated = ((header >> 1) & 3) === 1;
      skip = (repeated ? 1 : header >> 3) + (lastBlock && checksum ? 4 : 0);
      next(lastBlock ? 'magic' : 'block header', lastBlock ? 4 : 3);
    }
    return true;
  }

  return {
    pass(chunk, start) {
      let at = start;
      while (at < chunk.length) {
        if (skip > 0) {
          const passed = Math.min(skip, chunk.length - at);
          skip -= passed;
          at += passed;
          if (skip > 0) return at;
          if (part === 'magic') return at;
        }
        while (at < chunk.length && field.length < needed) field.push(chunk[at++]);
        if (field.length < needed) return at;
        if (!endField()) return undefined;
        // A frame's last block, or a skippable frame, may be empty.
        if (part === 'magic' && skip === 0) return at;
      }
      return at;
    },
  };
}

type Part = 'magic' | 'skippable size' | 'descriptor' | 'block header';

const littleEndian = (bytes: readonly number[]): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);
