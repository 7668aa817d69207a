import { InputError } from '../core/errors.ts';
import { peek } from './chunks.ts';

/** How an object's text is written: `auto` is UTF-8, or UTF-16 where a byte order mark says so. */
export type TextEncoding = 'auto' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

/**
 * The text in UTF-8, whatever it was written in. UTF-8 itself passes unchanged and unchecked: cells are checked as they
 * are read, so that an error can name them.
 *
 * Latin-1 is read as its superset Windows-1252, as browsers do.
 *
 * @throws InputError at UTF-32, and at text that is not UTF-16 though its byte order mark or the user says so
 */
export async function* toUtf8(
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncoding = 'auto',
): AsyncGenerator<Uint8Array, void, void> {
  const { head, all } = await peek(chunks, 4);
  const label = encoding === 'auto' ? markOf(head, key) : encoding;
  if (label === 'utf-8') {
    yield* all;
    return;
  }
  // Without `ignoreBOM` the decoder drops the mark, which would otherwise begin the first name.
  const decoder = new TextDecoder(label === 'latin1' ? 'windows-1252' : label, { fatal: true });
  const encoder = new TextEncoder();
  let at = 0;
  try {
    for await (const chunk of all) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        yield encoder.encode(decoder.decode(chunk.subarray(start, start + pieceBytes), { stream: true }));
        at += pieceBytes;
      }
    }
    yield encoder.encode(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${key}, after byte ${at}: expected ${label.toUpperCase()} text, found bytes that are not`, {
      advice: 'Save the file as UTF-8',
      cause: error,
    });
  }
}

const pieceBytes = 1 << 16;

function markOf([a, b, c, d]: Uint8Array, key: string): Exclude<TextEncoding, 'auto'> {
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    throw new InputError(`${key}: expected UTF-8 or UTF-16, found the byte order mark of UTF-32`, {
      advice: 'Save the file as UTF-8',
    });
  }
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
}
