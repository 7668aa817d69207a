import { expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';

test('addresses above 2 GiB, which kernels give as negative numbers, are those of the bytes there', () => {
  const pages = 2 ** 15 + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { beginHash, hashBytes, endHash, number } = kernelHost(memory).host as Record<
    string,
    (...at: number[]) => number
  >;
  const address = 2 ** 31 + 64;
  const text = new TextEncoder().encode('-12.5');
  new Uint8Array(memory.buffer).set(text, address);
  expect(number(address | 0, (address + text.length) | 0)).toBe(-12.5);

  beginHash();
  hashBytes(address | 0, text.length);
  endHash((address + 64) | 0);
  const found = Buffer.from(new Uint8Array(memory.buffer).slice(address + 64, address + 96)).toString('hex');
  expect(found).toBe(sha256Hex(text));
});
