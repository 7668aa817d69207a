import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import type { ReadOptions } from '../../lib/data/read.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { fileObject } from '../support/file-object.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-decimal-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = seededRandom(11);
const bits = new DataView(new ArrayBuffer(8));

/** Any finite float64, each pattern of bits as likely as another. */
function anyNumber(): number {
  for (;;) {
    bits.setUint32(0, random.nextUint32());
    bits.setUint32(4, random.nextUint32());
    const value = bits.getFloat64(0);
    if (Number.isFinite(value)) return value;
  }
}

const digitsOf = (count: number) => Array.from({ length: count }, () => random.nextInt(10)).join('');

/** The text of the number halfway between a float64 and the next, cut or rounded after so many digits. */
function halfway(value: number, digits: number, change: bigint): string {
  bits.setFloat64(0, Math.abs(value));
  const pattern = bits.getBigUint64(0);
  const [exponent, fraction] = [pattern >> 52n, pattern & (2n ** 52n - 1n)];
  const [mantissa, power] = exponent === 0n ? [fraction, -1074n] : [fraction | (1n << 52n), exponent - 1075n];
  const twice = 2n * mantissa + 1n;
  // twice · 2^(power - 1), written as a whole number times a power of ten.
  const [whole, ten] = power >= 1n ? [twice << (power - 1n), 0n] : [twice * 5n ** (1n - power), power - 1n];
  const text = whole.toString();
  if (text.length <= digits) return `${text}e${ten}`;
  return `${BigInt(text.slice(0, digits)) + change}e${ten + BigInt(text.length - digits)}`;
}

const kinds: Record<string, () => string> = {
  'shortest texts': () => String(anyNumber()),
  'seventeen digits': () => anyNumber().toPrecision(17),
  'eighteen digits and an exponent': () => (random.normal() * 3).toExponential(18),
  'plain decimals': () => (random.normal() * Number(`1e${random.nextInt(9) - 3}`)).toFixed(1 + random.nextInt(15)),
  'up to nineteen digits with any exponent': () => `${digitsOf(1 + random.nextInt(19))}e${random.nextInt(700) - 360}`,
  'up to nineteen digits with a point': () => `${digitsOf(random.nextInt(10))}.${digitsOf(1 + random.nextInt(9))}`,
  'seventeen to nineteen digits with a point anywhere': () => {
    const digits = digitsOf(17 + random.nextInt(3));
    const point = random.nextInt(digits.length + 1);
    return `${digits.slice(0, point)}.${digits.slice(point)}${random.nextInt(2) ? `e${random.nextInt(60) - 30}` : ''}`;
  },
  'more digits than nineteen': () => `${digitsOf(15)}.${digitsOf(15)}e${random.nextInt(40) - 20}`,
  'halves between neighbours': () => halfway(anyNumber(), 17 + random.nextInt(3), BigInt(random.nextInt(3) - 1)),
  'subnormal numbers': () => (anyNumber() * 2 ** -1060 * 2 ** random.nextInt(20)).toPrecision(1 + random.nextInt(19)),
  'signs and zeros': () =>
    `${random.nextInt(2) ? '-' : '+'}${'0'.repeat(random.nextInt(12))}${digitsOf(3)}.${digitsOf(3)}`,
};

// bench/ tries 29 million.
test.each(Object.entries(kinds))('%s have the bits that Number() gives them', async (_, make) => {
  const texts = Array.from({ length: 20_000 }, make).filter((text) => Number.isFinite(Number(text)));
  // Alone in their rows, and so many in a row that kernels take several at once.
  for (const width of [1, 7]) {
    const { values } = await readNumbers(texts, width, { single: () => false });
    expect(texts.filter((text, i) => !Object.is(values[i], Number(text)))).toEqual([]);
  }
});

/** A float32 of any magnitude below 1,000, other than the very smallest ones. */
const anySingle = () => Math.fround(random.normal() * Number(`1e${random.nextInt(20) - 18}`));

/** The number halfway between a float32 and the next, exact. */
function halfwaySingle(): number {
  const value = Math.abs(anySingle());
  bits.setFloat32(0, value);
  bits.setUint32(0, bits.getUint32(0) + 1);
  return ((value + bits.getFloat32(0)) / 2) * (random.nextInt(2) ? 1 : -1);
}

/** Adds -1, 0 or 1 to the last digit before the exponent. */
const nudged = (text: string) => {
  const [digits, exponent] = text.split('e');
  const last = Number(digits.at(-1)) + random.nextInt(3) - 1;
  return last < 0 || last > 9 ? text : `${digits.slice(0, -1)}${last}e${exponent}`;
};

const singleKinds: Record<string, () => string> = {
  'halves between neighbours': () => nudged(halfwaySingle().toExponential(18)),
  'halves, cut short': () => nudged(halfwaySingle().toExponential(7 + random.nextInt(11))),
  'eighteen digits': () => (random.normal() * 3).toExponential(17),
  'any shortest texts': () => String(anySingle()),
  'plain decimals, short and long': () => (random.normal() * 100).toFixed(1 + random.nextInt(17)),
};

test.each(Object.entries(singleKinds))('%s have the bits of the nearest float32', async (_, make) => {
  const texts = Array.from({ length: 20_000 }, make);
  for (const width of [1, 7]) {
    const { values, areSingle } = await readNumbers(texts, width, { single: () => true });
    expect(areSingle).toBe(true);
    expect(texts.filter((text, i) => !Object.is(values[i], Math.fround(Number(text))))).toEqual([]);
  }
});

/** Numbers as kernels read them from rows of `width` cells; the last row is filled up with ones. */
async function readNumbers(texts: string[], width: number, options: ReadOptions) {
  const rows = Array.from({ length: Math.ceil(texts.length / width) }, (_, row) =>
    Array.from({ length: width }, (_, column) => texts[row * width + column] ?? '1'),
  );
  const names = Array.from({ length: width }, (_, i) => `x${i}`);
  const text = [names, ...rows].map((cells) => `${cells.join(',')},1\n`).join('');
  const object = await fileObject(folder, 'numbers.csv', text);
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const table = await readPacked([object], options, { pool, leastBytes: 0 });
  if (!table) throw new Error('expected numbers that kernels have read');
  const columns = table.columns.slice(0, width).filter((column) => column.kind === 'number');
  const values = texts.map((_, i) => columns[i % width].values[Math.floor(i / width)]);
  expect(table.rowCount).toBe(rows.length);
  return { values, areSingle: columns.every(({ single }) => single === true) };
}
