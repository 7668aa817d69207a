import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tryAll } from '../scripts/nasty.ts';

const folder = fileURLToPath(new URL('../../shared/nasty', import.meta.url));
const isAsked = process.env.HONE_NASTY_TESTS === '1';
const why = isAsked
  ? '../shared/nasty is not here'
  : 'HONE_NASTY_TESTS=1 asks for it, as CI does: a process a file takes a minute';

test.skipIf(!isAsked || !existsSync(folder))(
  `every hostile file is read as other readers read it, or refused (or skipped: ${why})`,
  async () => {
    const { passed, failures } = await tryAll(folder);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(400);
  },
  900_000,
);
