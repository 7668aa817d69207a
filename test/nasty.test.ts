import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tryAll } from '../scripts/nasty.ts';

const folder = fileURLToPath(new URL('../../shared/nasty', import.meta.url));
const isThere = existsSync(folder);

test.skipIf(!isThere)(
  `every hostile file is read as other readers read it, or refused${isThere ? '' : ' (skipped: ../shared/nasty is not here)'}`,
  async () => {
    const { passed, failures } = await tryAll(folder);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(400);
  },
  900_000,
);
