import { expect, test } from 'vitest';
import { utf8Buffer } from '../../lib/data/text.ts';

test('one text after another is encoded as UTF-8, whatever the one before left behind', () => {
  const utf8 = utf8Buffer();
  const texts = ['', 'short', 'Ä', '€'.repeat(1000), 'é😀', '😀'.repeat(4000), 'x'];
  for (const text of texts) {
    const length = utf8.encode(text);
    expect(Buffer.from(utf8.bytes.subarray(0, length)).equals(Buffer.from(text))).toBe(true);
  }
});
