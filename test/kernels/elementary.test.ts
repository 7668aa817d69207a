import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exp, expm1, log, log1p, tanh } from '../../lib/core/elementary.ts';
import { seededRandom } from '../../lib/core/random.ts';
import * as source from '../../lib/kernels/elementary.generated.ts';
import { instantiate, kernelMemory } from '../../lib/kernels/instantiate.ts';

const reference = { exp, expm1, log, log1p, tanh };

const names = ['exp', 'expm1', 'log', 'log1p', 'tanh'] as const;
type Name = (typeof names)[number];

const room = kernelMemory();
const kernel = instantiate<Record<Name, (at: number, count: number) => void>>(source, room.memory);
const mostNumbers = 250_000;
const at = room.allocate(8 * mostNumbers + 8);

function computed(name: Name, numbers: Float64Array, shift = 0): Float64Array {
  const bytes = new Uint8Array(room.memory.buffer, at + shift, numbers.byteLength);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  kernel[name](at + shift, numbers.length);
  return new Float64Array(bytes.slice().buffer);
}

/** Numbers of every size and sign, the limits of each formula, and what is no number. */
function arguments_(): Float64Array {
  const random = seededRandom(5);
  const bits = new Float64Array(40_000);
  const words = new Uint32Array(bits.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.nextUint32();
  const near = Float64Array.from({ length: 120_000 }, (_, i) => (random.nextFloat() - 0.5) * [2, 20, 1500][i % 3]);
  const small = Float64Array.from({ length: 40_000 }, () => reference.exp(-40 * random.nextFloat()));
  const limits = [0, 2 ** -54, 2 ** -28, 0.0625, 0.375, 0.55, 1, 20, 40, 45, 708, 709.78, 710, 745.1, 746, Infinity];
  const around = limits.flatMap((x) => [x, x * (1 + 2 ** -52), x * (1 - 2 ** -53), x + 5e-324]);
  const special = [...around, ...around.map((x) => -x), Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE];
  return Float64Array.from([bits, near, small, special].flatMap((part) => [...part]));
}

const same = (a: number, b: number) => Object.is(a, b);

describe.each(names)('%s of the kernels', (name) => {
  test('has the bits of lib/core/elementary, over the whole range', () => {
    const numbers = arguments_();
    const results = computed(name, numbers);
    const wrong = [...numbers].filter((x, i) => !same(results[i], reference[name](x)));
    expect(wrong).toEqual([]);
  });

  test('and so its error, on the arguments of the golden table', () => {
    const table = JSON.parse(readFileSync(new URL('../golden/elementary.json', import.meta.url), 'utf8'));
    const numbers = Float64Array.from(table[name] as number[][], ([x]) => x);
    const results = computed(name, numbers);
    numbers.forEach((x, i) => {
      expect(results[i]).toBe(reference[name](x));
    });
  });

  test('takes any count and any address, and touches nothing beside', () => {
    for (const count of [0, 1, 2, 3, 7]) {
      for (const shift of [0, 1, 4]) {
        const guard = new Uint8Array(room.memory.buffer, at + shift + 8 * count, 8).fill(85);
        const numbers = Float64Array.from({ length: count }, (_, i) => 0.3 + i / 5);
        expect(computed(name, numbers, shift)).toEqual(numbers.map(reference[name]));
        expect([...guard]).toEqual(new Array(8).fill(85));
      }
    }
  });
});
