import { expect, test } from 'vitest';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { roomFor } from '../../lib/kernels/room.ts';

function resident(length: number) {
  const home = kernelMemory();
  const address = home.allocate(4 * length);
  const features = new Float32Array(home.memory.buffer, address, length);
  return { home, features };
}

test('rooms in one memory share a copy of a vector', () => {
  const { features } = resident(10);
  const targets = Float64Array.of(1, 2, 3);
  const [one, other] = [roomFor(features, 0).share(targets), roomFor(features, 0).share(targets)];
  expect(one.view).toEqual(targets);
  expect(other.address).toBe(one.address);
  expect(roomFor(features, 0).share(Float64Array.of(1, 2, 3)).address).not.toBe(one.address);
});

test('a vector that has changed meanwhile is copied again, and the first copy stays valid', () => {
  const { features } = resident(10);
  const targets = Float64Array.of(1, 2, 3);
  const before = roomFor(features, 0).share(targets);
  targets[1] = 5;
  const after = roomFor(features, 0).share(targets);
  expect([...before.view]).toEqual([1, 2, 3]);
  expect([...after.view]).toEqual([1, 5, 3]);
  expect(roomFor(features, 0).share(targets).address).toBe(after.address);
});

test('what a room places is its own', () => {
  const { features } = resident(10);
  const sums = new Float64Array(3);
  const [one, other] = [roomFor(features, 0).place(sums), roomFor(features, 0).place(sums)];
  expect(other.address).not.toBe(one.address);
});
