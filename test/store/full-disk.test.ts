import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { folderStore } from '../../lib/store/folder.ts';
import { calls } from '../../lib/store/folder-calls.ts';
import { putText } from '../support/jobs.ts';

const { open } = calls;
afterEach(() => {
  calls.open = open;
});

/** From now on the disk takes half of what a file is to hold. */
function fillDisk(): void {
  const full = async (...args: Parameters<typeof open>) => {
    const handle = await open(...args);
    const write = handle.writeFile.bind(handle);
    handle.writeFile = async (data) => {
      await write(data.subarray(0, data.length / 2));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
    };
    return handle;
  };
  calls.open = full;
}

test('a disk that is full in mid-write is a StoreError that says so, and leaves the object as it was', async () => {
  const root = mkdtempSync(join(tmpdir(), 'hone-full-'));
  const store = folderStore(root);
  await putText(store, 'a/b.txt', 'before');
  fillDisk();
  await expect(putText(store, 'a/b.txt', 'after that')).rejects.toMatchObject({
    name: 'StoreError',
    message: expect.stringMatching(/a\/b\.txt: expected a store that this process can write, found ENOSPC/),
  });
  await expect(putText(store, 'a/c.txt', 'new')).rejects.toMatchObject({ name: 'StoreError' });
  expect(new TextDecoder().decode((await store.get('a/b.txt')).body)).toBe('before');
  expect(readdirSync(join(root, 'a'))).toEqual(['b.txt']);
  expect(readdirSync(join(root, '.hone-store/aside'))).toEqual([]);
});
