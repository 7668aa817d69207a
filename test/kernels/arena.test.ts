import { expect, test } from 'vitest';
import { arena } from '../../lib/kernels/arena.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';

const bytesAt = (home: ReturnType<typeof arena>, bytes: number) => {
  const address = home.allocate(bytes);
  return { address, bytes: new Uint8Array(home.memory.buffer, address, bytes) };
};

test('what is allocated is zero and nobody else’s, also where it was used before', () => {
  const room = arena(kernelMemory());
  const [small, large, other] = [100, 3 * 2 ** 20, 5].map((bytes) => bytesAt(room, bytes));
  for (const { bytes } of [small, large, other]) {
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    bytes.fill(7);
  }
  room.reset();
  const again = [3 * 2 ** 20, 100, 2 ** 20].map((bytes) => bytesAt(room, bytes));
  for (const { bytes } of again) expect(bytes.every((byte) => byte === 0)).toBe(true);
  const places = again.map(({ address, bytes }) => [address, address + bytes.length]).sort(([a], [b]) => a - b);
  expect(places.every(([start], i) => i === 0 || start >= places[i - 1][1])).toBe(true);
});

test('what was freed is used again', () => {
  const home = kernelMemory();
  const room = arena(home);
  room.reset();
  const first = room.allocate(2 ** 20);
  const size = home.memory.buffer.byteLength;
  for (let round = 0; round < 3; round++) {
    room.reset();
    expect(room.allocate(2 ** 20)).toBe(first);
  }
  expect(home.memory.buffer.byteLength).toBe(size);
});
