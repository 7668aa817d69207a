import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calls } from '../../lib/store/folder-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'hone-calls-'));

test('what does not exist is undefined, in a folder, in no folder, and below a file', async () => {
  writeFileSync(join(folder, 'file'), '');
  for (const path of ['none', 'none/deeper', 'file/deeper']) {
    expect(await calls.lstat(join(folder, path))).toBeUndefined();
    expect(await calls.stat(join(folder, path))).toBeUndefined();
  }
});

test('lstat describes a link itself, stat its target', async () => {
  writeFileSync(join(folder, 'goal'), 'goal');
  symlinkSync(join(folder, 'goal'), join(folder, 'link'));
  expect((await calls.lstat(join(folder, 'link')))?.isSymbolicLink()).toBe(true);
  expect((await calls.stat(join(folder, 'link')))?.isFile()).toBe(true);
});

test('a call that fails rejects, and throws nothing at once', async () => {
  const linked = calls.link(join(folder, 'none'), join(folder, 'other'));
  await expect(linked).rejects.toMatchObject({ code: 'ENOENT', syscall: 'link' });
  await expect(calls.open(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
});

test('rm removes files and folders, and accepts that one does not exist', async () => {
  await calls.mkdir(join(folder, 'full/deep'));
  writeFileSync(join(folder, 'full/deep/file'), 'x');
  await calls.rm(join(folder, 'full/deep/file'));
  expect(await calls.lstat(join(folder, 'full/deep/file'))).toBeUndefined();
  writeFileSync(join(folder, 'full/file'), 'x');
  await calls.rm(join(folder, 'full'));
  await calls.rm(join(folder, 'full'));
  expect(await calls.lstat(join(folder, 'full'))).toBeUndefined();
});

test.each([0, 7, 262_144, 262_145, 3_000_000])('%d bytes are written and read whole', async (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) % 251);
  const path = join(folder, `bytes-${size}`);
  const written = await calls.open(path, 'wx');
  await written.writeFile(bytes);
  await written.datasync();
  await written.close();
  expect(readFileSync(path).equals(bytes)).toBe(true);

  const file = await calls.open(path);
  const body = new Uint8Array(size + 12);
  expect((await file.read(body, 2, size + 3, 0)).bytesRead).toBe(size);
  expect(Buffer.compare(body.subarray(2, size + 2), bytes)).toBe(0);
  expect((await file.read(body, 0, 10, size)).bytesRead).toBe(0);
  expect((await file.stat()).size).toBe(BigInt(size));
  await file.close();
});
