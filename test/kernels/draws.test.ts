import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { drawnSums, type UnitSums } from '../../lib/kernels/draws.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool } from '../../lib/kernels/pool.ts';
import { workerPool } from '../../lib/kernels/worker-pool.ts';

const random = seededRandom(3);
const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());

/** How often each unit is drawn, computed with the reference generator. */
function countsOf(unitCount: number, seed: number, draw: number): Float64Array {
  const [counts, stream] = [new Float64Array(unitCount), seededRandom(seed, draw)];
  for (let i = 0; i < unitCount; i++) counts[Math.floor(stream.nextUint32() * 2 ** -32 * unitCount)]++;
  return counts;
}

/** The sum of counts times values, in four partial sums as the kernel adds them; the last units go to the first sum. */
function product(counts: Float64Array, column: Float64Array): number {
  const parts = [0, 0, 0, 0];
  const whole = counts.length - (counts.length % 4);
  for (let i = 0; i < counts.length; i++) parts[i < whole ? i % 4 : 0] += counts[i] * column[i];
  return parts[0] + parts[1] + (parts[2] + parts[3]);
}

function byPlaces(counts: Float64Array, { places, width, weights }: Extract<UnitSums, { width: number }>) {
  const sums = Array<number>(width).fill(0);
  for (let i = 0; i < counts.length; i++) sums[places[i]] += counts[i] * (weights ? weights[i] : 1);
  return sums;
}

describe.each([1, 2, 5, 391, 3990])('%i units, drawn anew,', (unitCount) => {
  const columns = [normals(unitCount), normals(unitCount), new Float64Array(unitCount).fill(1)];
  const places = Int32Array.from({ length: unitCount }, () => random.nextInt(4));
  const groups = [
    { columns },
    { places, width: 4 },
    { places, width: 4, weights: normals(unitCount) },
    { columns: [] },
  ];

  test.each([0, 7, -1, 2 ** 40 + 5])('have the sums of plain code, to the bit, by seed %i', (seed) => {
    const found = drawnSums(unitCount, groups, { seed, draws: 37 });
    const expected = Array.from({ length: 37 }, (_, draw) => {
      const counts = countsOf(unitCount, seed, draw);
      return [
        columns.map((column) => product(counts, column)),
        ...[groups[1], groups[2]].map((group) => byPlaces(counts, group as Extract<UnitSums, { width: number }>)),
        [],
      ];
    });
    for (const [g, sums] of found.entries()) {
      expect(sums).toEqual(Float64Array.from(expected.flatMap((ofDraw) => ofDraw[g])));
    }
  });

  test('have the same ones whoever makes them', () => {
    const memory = kernelMemory();
    const pool = workerPool({ memory, threads: 3, workerSource });
    attachPool(pool);
    try {
      const options = { seed: 5, draws: 1000 };
      expect(drawnSums(unitCount, groups, { ...options, memory })).toEqual(drawnSums(unitCount, groups, options));
    } finally {
      pool.close();
    }
  });
});
