/**
 * Looks at the first bytes of a stream without losing them.
 *
 * @param count how many bytes to look at; fewer when the stream ends before
 * @returns `head`, at least `count` bytes or all; `all`, the whole stream from its first byte, to be read once; and
 *   `close`, for who does not read it
 */
export async function peek(chunks: AsyncIterable<Uint8Array>, count: number): Promise<PeekedChunks> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let length = 0;
  let atEnd = false;
  while (length < count && !atEnd) {
    const { value, done } = await iterator.next();
    if (done) atEnd = true;
    else {
      taken.push(value);
      length += value.length;
    }
  }
  const close = async () => {
    await iterator.return?.();
  };
  return { head: joinChunks(taken), atEnd, all: continued(taken, iterator), close };
}

export interface PeekedChunks {
  head: Uint8Array;
  /** Whether `head` is all there is. */
  atEnd: boolean;
  all: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

async function* continued(taken: Uint8Array[], iterator: AsyncIterator<Uint8Array>) {
  try {
    // Let go of each piece as it is handed on.
    for (let piece = taken.shift(); piece; piece = taken.shift()) yield piece;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** The chunks' bytes in one array; the chunk itself when there is one. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
