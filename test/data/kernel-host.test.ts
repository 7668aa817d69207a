import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { kernelHost } from '../../lib/data/kernel-host.ts';

test('addresses beyond 2 GiB, which kernels hand over as negative numbers', () => {
  const memory = new WebAssembly.Memory({ initial: 32_769, maximum: 65_536, shared: true });
  const host = kernelHost(memory).host as Record<string, (...given: number[]) => number>;
  const [at, signed] = [2 ** 31 + 64, -(2 ** 31) + 64];
  const put = (offset: number, bytes: Uint8Array) =>
    new Uint8Array(memory.buffer, at + offset, bytes.length).set(bytes);
  const taken = (offset: number, length: number) => Buffer.from(new Uint8Array(memory.buffer, at + offset, length));

  put(0, new TextEncoder().encode(' 12.5 '));
  expect(host.number(signed, signed + 6)).toBe(12.5);

  host.beginHash();
  host.hashBytes(signed, 6);
  host.endHash(signed + 64);
  expect(taken(64, 32)).toEqual(createHash('sha256').update(' 12.5 ').digest());

  const packed = zstdCompressSync('unpacked');
  put(128, packed);
  expect(host.unpackZstd(signed + 128, packed.length, signed + 256, 8)).toBe(8);
  expect(taken(256, 8).toString()).toBe('unpacked');
});
