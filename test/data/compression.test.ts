import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { readTable } from '../../lib/data/read.ts';
import { bytesObject } from '../support/bytes-object.ts';

const text = 'n,t\n1,x\n2,"y\nz"\n3,\n';
const half = text.indexOf('2,');
const packers = { gzip: gzipSync, zstd: zstdCompressSync };

const read = (bytes: Uint8Array, chunkBytes = 65_536, options = {}) =>
  readTable([bytesObject('a.csv', bytes, { chunkBytes })], options);

async function refusal(bytes: Uint8Array, options = {}): Promise<string> {
  const error = await read(bytes, 65_536, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

test.each(Object.entries(packers))('%s is found by content and read whatever the chunks', async (_, pack) => {
  const plain = await read(new TextEncoder().encode(text));
  const parts = Buffer.concat([pack(text.slice(0, half)), pack(text.slice(half))]);
  for (const packed of [pack(text), parts]) {
    for (let chunkBytes = 1; chunkBytes <= packed.length; chunkBytes++) {
      const table = await read(packed, chunkBytes);
      expect(table.blocks).toEqual(plain.blocks);
      expect(table.columns).toEqual(plain.columns);
    }
  }
});

test('a skippable frame of zstd is skipped, and zeros that pad gzip are no garbage', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  expect((await read(Buffer.concat([skippable, zstdCompressSync(text)]))).rowCount).toBe(3);
  expect((await read(Buffer.concat([gzipSync(text), Buffer.alloc(9)]))).rowCount).toBe(3);
});

test.each(Object.entries(packers))('%s that is cut anywhere is refused', async (_, pack) => {
  const packed = pack(text);
  for (let length = 4; length < packed.length; length++) {
    expect(await refusal(packed.subarray(0, length))).toMatch(/^a\.csv/);
  }
});

test('a wrong checksum, and what follows the end, are refused with the place', async () => {
  const broken = gzipSync(text);
  broken[broken.length - 6] ^= 1;
  expect(await refusal(broken)).toContain('expected whole gzip data, found damage (incorrect data check)');
  expect(await refusal(Buffer.concat([gzipSync(text), Buffer.from('garbage')]))).toContain('expected whole gzip data');
  const packed = zstdCompressSync(text);
  expect(await refusal(Buffer.concat([packed, Buffer.from('garbage')]))).toBe(
    `a.csv, after byte ${packed.length}: expected the end after the zstd data, found other bytes`,
  );
});

test.each(Object.entries(packers))('a bomb of %s stops early, by ratio and by size', async (_, pack) => {
  const bomb = pack(Buffer.alloc(40_000_000, `${'x'.repeat(1999)}\n`));
  expect(await refusal(bomb)).toContain('expected at most 200 bytes out of each compressed byte');
  const limits = { decompressedBytes: 1_000_000, ratio: 1e9 };
  expect(await refusal(bomb, { limits })).toContain(
    'a.csv: expected at most 1000000 bytes when decompressed, found more',
  );
});

test('data that was compressed twice is refused by name', async () => {
  expect(await refusal(gzipSync(gzipSync(text)))).toContain('found data that is compressed twice');
});
