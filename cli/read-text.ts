import { createReadStream } from 'node:fs';
import { InputError } from '../lib/core/errors.ts';

/**
 * Reads the text of a file that a user names, up to a length, since some files, such as devices, have no end.
 *
 * @param what what the file should be, for messages
 * @throws InputError when it can't be read, or is longer
 */
export async function readText(file: string, what: string, { atMost }: { atMost: number }): Promise<string> {
  let text = '';
  try {
    for await (const piece of createReadStream(file, { encoding: 'utf8' })) {
      text += piece;
      if (text.length > atMost) throw new InputError(`${file}: expected at most ${atMost} characters, found more`);
    }
    return text;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${file}: expected ${what}, found ${code === 'ENOENT' ? 'no such file' : code}`);
  }
}
