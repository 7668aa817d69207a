import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOrderOf, datePart, parseDateTime } from '../../../lib/data/schema/dates.ts';

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

test.each([
  ['2024-05-01', '2024-05-01T00:00:00.000Z'],
  ['2024-5-1', '2024-05-01T00:00:00.000Z'],
  ['2024-05', '2024-05-01T00:00:00.000Z'],
  ['20240501', '2024-05-01T00:00:00.000Z'],
  ['20240501T10:15:30', '2024-05-01T10:15:30.000Z'],
  ['2024-05-01T10:30', '2024-05-01T10:30:00.000Z'],
  ['2024-05-01 10:30:15.25Z', '2024-05-01T10:30:15.250Z'],
  ['2024-05-01T00:30:00+02:00', '2024-04-30T22:30:00.000Z'],
  ['2024-12-31T23:00-0130', '2025-01-01T00:30:00.000Z'],
  ['2024/05/01', '2024-05-01T00:00:00.000Z'],
  ['1.5.2024', '2024-05-01T00:00:00.000Z'],
  ['5/1/2024', '2024-05-01T00:00:00.000Z'],
  ['5/1/2024 3:05 PM', '2024-05-01T15:05:00.000Z'],
  ['12/31/1999 12:00 am', '1999-12-31T00:00:00.000Z'],
  ['1 May 2024', '2024-05-01T00:00:00.000Z'],
  ['01-Sep-2024', '2024-09-01T00:00:00.000Z'],
  ['September 1, 2024', '2024-09-01T00:00:00.000Z'],
  ['1714521600', '2024-05-01T00:00:00.000Z'],
  ['1714521600000', '2024-05-01T00:00:00.000Z'],
  ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  ['0001-01-01', '0001-01-01T00:00:00.000Z'],
])('%s is %s', (text, expected) => expect(iso(parseDateTime(text))).toBe(expected));

test.each([
  '2024-13-01',
  '2023-02-29',
  '1900-02-29',
  '2024-04-31',
  '2024-00-10',
  '2024-05-01T24:00',
  '2024-05-01T10:60',
  '13/13/2024',
  '32.1.2024',
  'May 2024',
  '12',
  '2024',
  '3.14159',
  'monday',
  '2024-05-01x',
  '2024-05-01T10:30:00+2',
  '13:00 PM',
  '1 Mai 2024',
  '',
])('%s is no date', (text) => expect(parseDateTime(text)).toBeNaN());

test('day first, where the column says so', () => {
  expect(dateOrderOf(['1/2/2024', '13/2/2024'])).toBe('dayFirst');
  expect(dateOrderOf(['1/2/2024', '2/13/2024'])).toBe('monthFirst');
  expect(dateOrderOf(['1/2/2024'])).toBe('monthFirst');
  expect(iso(parseDateTime('1/2/2024', 'dayFirst'))).toBe('2024-02-01T00:00:00.000Z');
});

test('instants and their parts are those of the runtime’s calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
      const date = new Date(seconds * 1000);
      expect(parseDateTime(date.toISOString())).toBe(seconds);
      expect(datePart(seconds, 'year')).toBe(date.getUTCFullYear());
      expect(datePart(seconds, 'month')).toBe(date.getUTCMonth() + 1);
      expect(datePart(seconds, 'day')).toBe(date.getUTCDate());
      expect(datePart(seconds, 'weekday')).toBe(date.getUTCDay() || 7);
      expect(datePart(seconds, 'hour')).toBe(date.getUTCHours());
      expect(datePart(seconds, 'minute')).toBe(date.getUTCMinutes());
    }),
    { numRuns: 2_000 },
  );
});
