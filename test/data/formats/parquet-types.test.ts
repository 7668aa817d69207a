import { expect, test, vi } from 'vitest';
import { toTypedColumn } from '../../../lib/data/formats/parquet-types.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const options = { onWideInteger: () => expect.fail('no integers'), place: (row: number) => `row ${row + 1}` };

test('a text that many rows share by a dictionary is decoded once', () => {
  const [red, green] = [bytesOf('red'), bytesOf('grün')];
  const stored = Array.from({ length: 1000 }, (_, row) => [red, green, undefined][row % 3]);
  const decode = vi.spyOn(TextDecoder.prototype, 'decode');
  const column = toTypedColumn({ kind: 'text', of: 'utf8' }, stored, options);
  const count = decode.mock.calls.length;
  decode.mockRestore();
  expect(column).toEqual({ texts: stored.map((_, row) => ['red', 'grün', undefined][row % 3]) });
  expect(count).toBe(2);
});

test('texts without a dictionary, or with a large one, are decoded row by row', () => {
  const dictionary = Array.from({ length: 40_000 }, (_, i) => bytesOf(`t${i}`));
  const stored = [...dictionary, ...dictionary.toReversed(), bytesOf('t0')];
  const numbers = [...dictionary.keys(), ...[...dictionary.keys()].reverse(), 0];
  expect(toTypedColumn({ kind: 'text', of: 'utf8' }, stored, options)).toEqual({ texts: numbers.map((i) => `t${i}`) });
});
