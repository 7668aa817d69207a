import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFrom, seededRandom, splitMix64 } from '../../lib/core/random.ts';

test('xoshiro128** follows the reference implementation', () => {
  // Outputs and states of Blackman & Vigna's xoshiro128starstar.c, as edorfaus/xoshiro-6502 recorded them
  // (test-rom/testdata.asm).
  const random = randomFrom(Uint32Array.of(0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0));
  expect(random.nextUint32()).toBe(0xf1391922);
  expect([...random.state]).toEqual([0x72410269, 0xef382c52, 0x2e43bec7, 0x62432f20]);
  expect(random.nextUint32()).toBe(0x6fe53806);
  expect(random.nextUint32()).toBe(0xa5be2840);
  expect(random.nextUint32()).toBe(0xf510ee70);
  expect([...random.state]).toEqual([0xfc65379c, 0x52006d70, 0x87487639, 0xf1908343]);
});

test('SplitMix64 follows the published outputs for seed 1234567', () => {
  // Rosetta Code, "Pseudo-random numbers/Splitmix64", after Vigna's splitmix64.c.
  const outputs = splitMix64({ low: 1234567, high: 0 }, 5);
  expect(outputs.map(({ low, high }) => (BigInt(high) << 32n) | BigInt(low))).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test('SplitMix64 on 32-bit halves equals SplitMix64 on 64 bits, whatever the seed', () => {
  const mask = 2n ** 64n - 1n;
  const whole = (seed: bigint) => {
    let z = (seed + 0x9e3779b97f4a7c15n) & mask;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(half, half, (low, high) => {
      const [output] = splitMix64({ low, high }, 1);
      expect((BigInt(output.high) << 32n) | BigInt(output.low)).toBe(whole((BigInt(high) << 32n) | BigInt(low)));
    }),
    { numRuns: 2_000 },
  );
});

test('the same seed and stream give the same numbers, any other gives others', () => {
  const draws = (seed: number, stream?: number) => {
    const random = seededRandom(seed, stream);
    return Array.from({ length: 4 }, () => random.nextUint32()).join(' ');
  };
  expect(draws(7)).toBe(draws(7, 0));
  const seeds = [0, 1, -1, 7, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const all = seeds.flatMap((seed) => [0, 1, 2, 1000].map((stream) => draws(seed, stream)));
  expect(new Set(all).size).toBe(all.length);
});

test('a copied state goes on where it was copied', () => {
  const random = seededRandom(3);
  for (let i = 0; i < 10; i++) random.normal();
  const copy = randomFrom(random.state.slice());
  expect([random.nextFloat(), random.normal(), random.nextInt(100)]).toEqual([
    copy.nextFloat(),
    copy.normal(),
    copy.nextInt(100),
  ]);
});

test('floats fill [0, 1) evenly, down to their last bits', () => {
  const random = seededRandom(11);
  const [tenths, lowBits] = [new Float64Array(10), new Float64Array(8)];
  let outside = 0;
  for (let i = 0; i < 80_000; i++) {
    const value = random.nextFloat();
    if (!(value >= 0 && value < 1)) outside++;
    tenths[Math.floor(value * 10)]++;
    lowBits[Number(BigInt(value * 2 ** 53) & 7n)]++;
  }
  expect(outside).toBe(0);
  // Chi-squared, 9 and 7 degrees of freedom: above 33.7 or 29.9 in one of 10,000 sources that are even.
  expect(chiSquared(tenths, 8_000)).toBeLessThan(33.7);
  expect(chiSquared(lowBits, 10_000)).toBeLessThan(29.9);
});

test('whole numbers have no bias, even under a limit that barely divides 2^32', () => {
  const random = seededRandom(5);
  // A plain remainder would give [0, 2^30) twice the share of the rest.
  const limit = 3 * 2 ** 30;
  const thirds = new Float64Array(3);
  for (let i = 0; i < 30_000; i++) thirds[Math.floor(random.nextInt(limit) / 2 ** 30)]++;
  expect(chiSquared(thirds, 10_000)).toBeLessThan(18.4);
  expect(random.nextInt(1)).toBe(0);
  expect(random.nextInt(2 ** 32)).toBeLessThan(2 ** 32);
});

test('a shuffle keeps the items, and finds each order equally often', () => {
  const random = seededRandom(9);
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const items = Int32Array.of(1, 2, 3, 4);
    random.shuffle(items);
    counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  // 23 degrees of freedom, one in 10,000.
  expect(chiSquared(Float64Array.from(counts.values()), 1_000)).toBeLessThan(55.5);
});

test('normal numbers have the moments and the tails of the normal distribution', () => {
  const random = seededRandom(21);
  const count = 100_000;
  const values = Float64Array.from({ length: count }, () => random.normal());
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
  // Five standard errors each: 1, √2, √15 and √96 over √count.
  expect(Math.abs(moment(1))).toBeLessThan(0.016);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.023);
  expect(Math.abs(moment(3))).toBeLessThan(0.062);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.155);
  expect(values.filter((value) => Math.abs(value) > 1.959964).length / count).toBeCloseTo(0.05, 2);
});

test('what is no seed, stream, limit or state is refused', () => {
  expect(() => seededRandom(0.5)).toThrow('seed: expected a safe integer, found 0.5');
  expect(() => seededRandom(2 ** 53)).toThrow('seed');
  expect(() => seededRandom(1, -1)).toThrow('stream: expected a whole number from 0, found -1');
  for (const limit of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN])
    expect(() => seededRandom(1).nextInt(limit)).toThrow('limit');
  expect(() => randomFrom(new Uint32Array(4))).toThrow('not all zero');
});

function chiSquared(counts: Float64Array, expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
