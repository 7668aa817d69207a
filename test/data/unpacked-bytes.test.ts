import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { unpackedBytes } from '../../lib/data/decompress.ts';
import { bytesObject } from '../support/bytes-object.ts';

const random = seededRandom(5);
const digits = Array.from({ length: 60_000 }, () => random.nextFloat().toFixed(9)).join('\n');
const alike = '0.25,1,north\n'.repeat(80_000);
const beginning = (text: string) => Buffer.from(text.slice(0, 65_536));
const about = (packed: Uint8Array, text: string, compression: 'gzip' | 'zstd') =>
  unpackedBytes(bytesObject('a.csv', packed), compression, beginning(text));

test('gzip states its unpacked size, whatever the ratio', async () => {
  expect(await about(gzipSync(digits), digits, 'gzip')).toBe(digits.length);
  expect(gzipSync(alike).length * 20).toBeLessThan(alike.length);
  expect(await about(gzipSync(alike), alike, 'gzip')).toBe(alike.length);
});

test('with several members, of which the last is small, the size is estimated from the beginning', async () => {
  const members = Buffer.concat([gzipSync(digits), gzipSync(digits), gzipSync('0.5\n')]);
  const found = await about(members, digits, 'gzip');
  expect(found).toBeGreaterThan(1.8 * digits.length);
  expect(found).toBeLessThan(2.2 * digits.length);
});

test('for zstd, the size is estimated from the beginning', async () => {
  const found = await about(zstdCompressSync(digits), digits, 'zstd');
  expect(found).toBeGreaterThan(0.8 * digits.length);
  expect(found).toBeLessThan(1.3 * digits.length);
});
