import { expect, test } from 'vitest';
import { kernelMemory, releaseArray } from '../../lib/kernels/instantiate.ts';

const bytes = 200_000;

test('released memory is used again, as zeros', () => {
  const home = kernelMemory();
  const first = home.allocate(bytes);
  const behind = home.allocate(bytes);
  new Uint8Array(home.memory.buffer, first, bytes).fill(7);
  new Uint8Array(home.memory.buffer, behind, bytes).fill(9);
  releaseArray(new Float32Array(home.memory.buffer, first, bytes / 4));
  const [half, rest, more] = [home.allocate(bytes / 2), home.allocate(bytes / 2 - 64), home.allocate(bytes)];
  expect([half, rest]).toEqual([first, first + Math.ceil(bytes / 2 / 64) * 64]);
  expect(more).toBeGreaterThan(behind);
  expect(new Uint8Array(home.memory.buffer, first, bytes).every((byte, i) => byte === 0 || i >= bytes - 64)).toBe(true);
  expect(new Uint8Array(home.memory.buffer, behind, bytes).every((byte) => byte === 9)).toBe(true);
});

test('arrays outside of kernel memory, and small ones, are not released', () => {
  const home = kernelMemory();
  const small = home.allocate(64);
  home.release(small, 64);
  expect(home.allocate(64)).not.toBe(small);
  expect(() => releaseArray(new Float32Array(3))).not.toThrow();
});
