import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { groupFairness } from '../../../lib/metrics/slices/fairness.ts';
import { type SliceColumn, sliceRows } from '../../../lib/metrics/slices/slice-rows.ts';
import { measureSlices, type SliceMetric } from '../../../lib/metrics/slices/worst-slices.ts';

const city: SliceColumn = { name: 'city', kind: 'category', levels: ['Bonn', 'Ulm'], codes: [0, 0, 1, 1, 1, -1, 0, 1] };
const age: SliceColumn = { name: 'age', kind: 'number', values: [1, 2, 3, 4, 5, 6, 7, Number.NaN] };
const found = (slices: ReturnType<typeof sliceRows>) =>
  slices.map(({ conditions, rows }) => [
    conditions.map(({ column, value }) => `${column} ${value}`).join(' & '),
    [...rows],
  ]);

describe('slices', () => {
  test('of values, of quantile bins, of pairs, and of what is missing', () => {
    const slices = sliceRows([city, age], { bins: 2, leastRows: 1, pairs: [['city', 'age']] });
    expect(found(slices)).toEqual([
      ['city Bonn', [0, 1, 6]],
      ['city Ulm', [2, 3, 4, 7]],
      ['city missing', [5]],
      ['age [1, 4)', [0, 1, 2]],
      ['age [4, 7]', [3, 4, 5, 6]],
      ['age missing', [7]],
      ['city Bonn & age [1, 4)', [0, 1]],
      ['city Bonn & age [4, 7]', [6]],
      ['city Ulm & age [1, 4)', [2]],
      ['city Ulm & age [4, 7]', [3, 4]],
      ['city Ulm & age missing', [7]],
      ['city missing & age [4, 7]', [5]],
    ]);
  });

  test('small ones are left out, and rare values', () => {
    expect(found(sliceRows([city], { leastRows: 3 })).map(([name]) => name)).toEqual(['city Bonn', 'city Ulm']);
    expect(found(sliceRows([city], { leastRows: 1, mostValues: 1 })).map(([name]) => name)).toEqual(['city Ulm']);
  });

  test('a number with few values is sliced by value, a constant is one slice, quantiles that coincide one edge', () => {
    const number = (values: number[]): SliceColumn => ({ name: 'x', kind: 'number', values });
    expect(found(sliceRows([number([0, 1, 1, 0])], { leastRows: 1 }))).toEqual([
      ['x 0', [0, 3]],
      ['x 1', [1, 2]],
    ]);
    expect(found(sliceRows([number([7, 7])], { leastRows: 1 }))).toEqual([['x 7', [0, 1]]]);
    expect(found(sliceRows([number([0, 0, 0, 0, 0, 0, 1, 2, 3, 4])], { leastRows: 1 })).map(([name]) => name)).toEqual([
      'x [0, 1.75)',
      'x [1.75, 4]',
    ]);
  });

  test('columns that do not fit are refused', () => {
    expect(() => sliceRows([city, { ...age, values: [1] }])).toThrow('slices, age: expected 8 rows, found 1');
    expect(() => sliceRows([city], { pairs: [['city', 'zip']] })).toThrow('slices: expected one of city, found "zip"');
  });
});

describe('the worst slices', () => {
  /** Rows of twenty cities, right in 80% of the cases, but in the last city in `last`. */
  function cities(seed: number, last: number, rowCount = 4000) {
    const random = seededRandom(seed);
    const codes = Int32Array.from({ length: rowCount }, () => random.nextInt(20));
    const isRight = codes.map((code) => Number(random.nextFloat() < (code === 19 ? last : 0.8)));
    const levels = Array.from({ length: 20 }, (_, i) => `city ${i}`);
    const accuracy: SliceMetric = {
      width: 2,
      add(row, sums, at) {
        sums[at] += isRight[row];
        sums[at + 1]++;
      },
      of: ([hits, count]) => hits / count,
      direction: 'higher',
      isShare: true,
    };
    return { accuracy, rowCount, slices: sliceRows([{ name: 'city', kind: 'category', codes, levels }]) };
  }

  test('a city on which the model is worse is found, with how much', () => {
    const { accuracy, rowCount, slices } = cities(1, 0.5);
    const { worst, overall } = measureSlices(accuracy, rowCount, slices);
    expect(worst.map(({ conditions }) => conditions)).toEqual([[{ column: 'city', value: 'city 19' }]]);
    expect(worst[0].gap).toBeGreaterThan(0.2);
    expect(worst[0].adjustedPValue).toBeLessThan(1e-6);
    expect(worst[0].interval.high).toBeLessThan(overall);
    expect(worst[0].interval.note).toBe('holds for all 20 slices at once (Bonferroni)');
  });

  test('where there is none, one is listed in at most 5% of the samples; all intervals hold at once in 93%', () => {
    let [alarms, held] = [0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const { accuracy, rowCount, slices } = cities(seed, 0.8);
      const report = measureSlices(accuracy, rowCount, slices);
      if (report.worst.length > 0) alarms++;
      if (report.slices.every(({ interval }) => interval.low <= 0.8 && 0.8 <= interval.high)) held++;
    }
    expect(alarms / 400).toBeLessThanOrEqual(0.05);
    expect(held / 400).toBeGreaterThanOrEqual(0.93);
  });

  test('the delta method agrees with the textbook error of a mean and of a root of one', () => {
    const values = Float64Array.from({ length: 500 }, (_, i) => ((i * 7919) % 997) / 997);
    const rows = Uint32Array.from({ length: 200 }, (_, i) => i);
    const metric = (of: (mean: number) => number): SliceMetric => ({
      width: 2,
      add(row, sums, at) {
        sums[at] += values[row];
        sums[at + 1]++;
      },
      of: ([sum, count]) => of(sum / count),
      direction: 'lower',
    });
    const slice = [{ conditions: [], rows }];
    const own = values.subarray(0, 200);
    const mean = own.reduce((sum, value) => sum + value, 0) / 200;
    const error = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 199 / 200);
    const plain = measureSlices(
      metric((x) => x),
      500,
      slice,
    ).slices[0];
    expect(plain.interval.high - plain.value).toBeCloseTo(1.959963984540054 * error, 8);
    const root = measureSlices(metric(Math.sqrt), 500, slice).slices[0];
    expect(root.interval.high - root.value).toBeCloseTo((1.959963984540054 * error) / (2 * Math.sqrt(mean)), 8);
  });
});

describe('group fairness, by hand', () => {
  //             group: a a a a b b b b
  const actual = [1, 1, 0, 0, 1, 1, 0, 0];
  const said = [1, 1, 1, 0, 1, 0, 0, 0];
  const groups = [0, 0, 0, 0, 1, 1, 1, 1];

  test('selection ¾ against ¼, true positives 1 against ½, false positives ½ against 0', () => {
    const {
      demographicParity,
      equalOpportunity,
      equalisedOdds,
      groups: rates,
    } = groupFairness(actual, said, groups, ['a', 'b']);
    expect(demographicParity).toEqual({ difference: 0.5, ratio: expect.closeTo(1 / 3, 14) });
    expect(equalOpportunity).toEqual({ difference: 0.5, ratio: 0.5 });
    expect(equalisedOdds).toEqual({ difference: 0.5, ratio: 0 });
    expect(rates[0]).toMatchObject({
      group: 'a',
      rowCount: 4,
      selectionRate: 0.75,
      truePositiveRate: 1,
      falsePositiveRate: 0.5,
    });
    expect(rates[0].selectionInterval.method).toBe('wilson');
  });

  test('weights count, rows without a group and empty groups do not', () => {
    const { demographicParity, groups: rates } = groupFairness(
      actual,
      said,
      [0, 0, 0, 0, 1, 1, -1, -1],
      ['a', 'b', 'c'],
      {
        weights: [1, 1, 1, 3, 1, 1, 1, 1],
      },
    );
    expect(rates.map(({ group, selectionRate }) => [group, selectionRate])).toEqual([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    expect(demographicParity).toEqual({ difference: 0, ratio: 1 });
  });

  test('a rate that is undefined in a group makes its disparity undefined', () => {
    const { equalOpportunity, demographicParity } = groupFairness([1, 0], [1, 0], [0, 1], ['a', 'b']);
    expect(equalOpportunity.difference).toBeNaN();
    expect(demographicParity).toEqual({ difference: 1, ratio: 0 });
    expect(() => groupFairness([2], [1], [0], ['a'])).toThrow('actual[0]: expected a class index');
  });
});
