import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readText } from '../../cli/read-text.ts';
import { temporaryFolder } from '../support/cli.ts';

describe('a file that a user names', () => {
  const file = join(temporaryFolder(), 'a.yml');

  test('is read as UTF-8, however it is divided into chunks', async () => {
    const text = 'ä€😀'.repeat(50_000);
    writeFileSync(file, text);
    expect(await readText(file, 'a text', { atMost: text.length })).toBe(text);
    await expect(readText(file, 'a text', { atMost: text.length - 1 })).rejects.toThrow(/at most \d+ characters/);
  });

  test.skipIf(process.platform === 'win32')('is not read on where it has no end', async () => {
    await expect(readText('/dev/zero', 'a text', { atMost: 1000 })).rejects.toThrow('at most 1000 characters');
  });

  test.each([
    ['absent', 'found no such file'],
    ['', 'found EISDIR'],
  ])('says why it can not be read: %j', async (name, found) => {
    await expect(readText(join(temporaryFolder(), name), 'a text', { atMost: 10 })).rejects.toThrow(
      `expected a text, ${found}`,
    );
  });
});
