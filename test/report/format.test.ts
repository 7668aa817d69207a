import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatSeconds,
  formatShare,
  formatTime,
} from '../../lib/report/format.ts';
import { compareMetric, metricTitle } from '../../lib/report/metric-titles.ts';
import { describeMeasure } from '../../lib/report/sections/facts.ts';

test.each<[number | null, string, string]>([
  [0, '0', '0'],
  [-0, '0', '0'],
  [53940, '53,940', '53,940'],
  [1134.56, '1,135', '1,135'],
  [999.96, '1,000', '1,000'],
  [-45.678, '−45.68', '-45.68'],
  [0.92, '0.92', '0.92'],
  [0.99996, '0.99996', '0.99996'],
  [1.00004, '1.00004', '1.00004'],
  [12.00003, '12', '12'],
  [-1.234e-7, '−1.234 × 10⁻⁷', '-1.234e-7'],
  [1e20, '1 × 10²⁰', '1e20'],
  [123456789012, '123,456,789,012', '123,456,789,012'],
  [Number.POSITIVE_INFINITY, '∞', '∞'],
  [null, '–', '-'],
  [Number.NaN, '–', '-'],
])('%d reads %s, and %s in a terminal', (value, text, ascii) => {
  expect(formatNumber(value)).toBe(text);
  expect(formatNumber(value, { ascii: true })).toBe(ascii);
});

test('shares near nothing and near all are not rounded to them', () => {
  expect([0, 0.0001, 0.0123, 0.5, 0.9999, 1].map(formatShare)).toEqual([
    '0%',
    '<0.1%',
    '1.2%',
    '50%',
    '>99.9%',
    '100%',
  ]);
});

test('bytes, seconds, counts and times read in plain units', () => {
  expect([1, 999, 999_999, 2_412_000].map(formatBytes)).toEqual(['1 byte', '999 bytes', '1 MB', '2.41 MB']);
  expect([0.0384, 1.4234, 59.99, 3599.7, 7440].map(formatSeconds)).toEqual([
    '38 ms',
    '1.42 s',
    '1 min 0 s',
    '1 h 0 min',
    '2 h 4 min',
  ]);
  expect([formatCount(1, 'row'), formatCount(2000, 'row')]).toEqual(['1 row', '2,000 rows']);
  expect(formatTime('2026-03-04T09:06:53.000Z')).toBe('4 March 2026, 09:06 UTC');
});

test('errors compare as a share, scores as a difference, each with its direction', () => {
  expect(compareMetric('rmse', 25, 100)).toEqual({ text: '75% lower', isBetter: true });
  expect(compareMetric('logLoss', 1.5, 1)).toEqual({ text: '50% higher', isBetter: false });
  expect(compareMetric('mse', 1e9, 1)).toEqual({ text: 'many times as high', isBetter: false });
  expect(compareMetric('r2', 0.9, -0.1)).toEqual({ text: '+1', isBetter: true });
  expect(compareMetric('accuracy', 0.5, 0.75)).toEqual({ text: '−0.25', isBetter: false });
  expect(compareMetric('accuracy', 1, 1)).toEqual({ text: 'the same', isBetter: undefined });
  expect(compareMetric('accuracy', null, 1)).toBeUndefined();
});

test('a metric that is not known speaks for itself, and its ending tells its direction', () => {
  expect(metricTitle('pinballLoss')).toEqual({ title: 'pinballLoss', direction: 'lower', summary: undefined });
  expect(metricTitle('constructor')).toEqual({ title: 'constructor', direction: undefined, summary: undefined });
});

test('a measure’s name ends in its unit', () => {
  expect(describeMeasure('peakMemoryBytes', 181_400_000)).toEqual(['Peak memory', '181 MB']);
  expect(describeMeasure('seconds', 2.384)).toEqual(['Time in all', '2.38 s']);
  expect(describeMeasure('latencyMs', 12)).toEqual(['Latency', '12 ms']);
  expect(describeMeasure('rows', 12)).toEqual(['Rows', '12']);
});
