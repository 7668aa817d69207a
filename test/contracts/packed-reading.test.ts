import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../lib/core/hash.ts';
import { textHash } from '../../lib/data/block-cutter.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { allRows } from '../../lib/data/number-facts.ts';
import { type ReadOptions, readTable, sortedByKey } from '../../lib/data/read.ts';
import { type PackedReading, readPacked } from '../../lib/data/read-packed.ts';
import { temporaryDisk } from '../../lib/data/spill-file.ts';
import { contentHashes } from '../../lib/data/split-units.ts';
import { blockHashes, type Column, type DataObject, type Table } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../../lib/kernels/pool.ts';
import { workerPool } from '../../lib/kernels/worker-pool.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { fileObject } from '../support/file-object.ts';

// Kernels and the plain way make one table of one text, whatever is in it, or say the same of what is wrong.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-packed-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pools: Record<string, () => Pool & { close?(): void }> = {
  'one thread': () => {
    const memory = kernelMemory();
    return onThisThread(memory, kernelHost(memory.memory));
  },
  'three threads': () => {
    const memory = kernelMemory();
    return workerPool({ memory, threads: 3, workerSource, imports: kernelHost(memory.memory) });
  },
};

/** Reading in parts, each as small as possible. */
const inParts = () => ({ rows: 0, segments: 1, stretchBytes: 1, spareBytes: 0, diskBytes: 0 });

/** Where rows are kept once they are read. */
const ways: Record<string, Partial<PackedReading>> = {
  'in memory': {},
  spilled: { plan: inParts, disk: temporaryDisk() },
  'read again': { plan: inParts },
};

interface Case {
  /** Texts of the objects, in their order. */
  texts: (string | Uint8Array)[];
  options?: ReadOptions;
  /** Whether kernels take it on, so that the plain way is not merely compared with itself. */
  isPacked: boolean;
}

const single = () => true;
const numbers = 'a,b,c\n1,2.5,-3\n0.1,-0,1e-3\n-.5,5.,+7\n';
const many = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join('');

const cases: Record<string, Case> = {
  'plain numbers': { texts: [numbers], isPacked: true },
  'no line end at the end': { texts: [numbers.trimEnd()], isPacked: true },
  'CR LF': { texts: [numbers.replaceAll('\n', '\r\n')], isPacked: true },
  'a byte order mark': { texts: [`\ufeff${numbers}`], isPacked: true },
  'blank lines here and there': {
    texts: ['\na,b\n\n1,2\n  \n\n3,4\n\t\n5,6\n\n\n'],
    isPacked: true,
  },
  'quoted numbers and names': { texts: ['"a","b,c"\n"1",2\n3,"4.5"\n"5","6"\n'], isPacked: true },
  'missing cells of every spelling': {
    texts: ['a,b\n1,\n,2\nNA,3\n4,null\n"",5\nNaN,n/a\n 6 ,#N/A\n7,8\n'],
    isPacked: true,
  },
  'blanks around numbers': { texts: ['a,b\n 1,2\t\n\t3 , 4\n'], isPacked: true },
  'a column without any value': { texts: ['a,b\n1,\n2,NA\n'], isPacked: true },
  'numbers of many digits': {
    texts: [
      'a,b\n0.12345678901234567,1.234567890123456789e-5\n-123456.789012345678,9.999999999999999e3\n' +
        '3.14159265358979323846264338327950288,0.000000000000000000001234567\n1E5,+2e+3\n',
    ],
    isPacked: true,
  },
  'whole numbers that float32 can not tell apart': { texts: ['a,b\n16777217,1\n16777216,2\n3,4\n'], isPacked: true },
  'values that differ in their last digits only': { texts: ['a,b\n1000000.25,1\n1000000.5,2\n'], isPacked: true },
  'a constant that float32 rounds': { texts: ['a,b\n0.1,1\n0.1,2\n'], isPacked: true },
  'numbers near zero': { texts: ['a,b\n1e-39,1\n2e-39,2\n'], isPacked: false },
  'numbers near zero, and exact': {
    texts: ['a,b\n1e-39,1\n2e-300,2\n'],
    options: { single: () => false },
    isPacked: true,
  },
  'only some columns rounded': { texts: [numbers], options: { single: (name) => name !== 'b' }, isPacked: true },
  'separated by semicolons': { texts: ['a;b\n1;2\n3;4.5\n'], isPacked: true },
  'separated by tabs, with empty cells at both ends': { texts: ['a\tb\tc\n\t2\t\n1\t\t3\n\t\t\n'], isPacked: true },
  'one column': { texts: ['a\n1\n2\n\n3\n'], isPacked: true },
  'without a header': { texts: ['1,2\n3,4\n'], options: { header: false }, isPacked: true },
  'a declared category of numbers': {
    texts: ['y,x\n1,0.5\n01,1.5\n1.0,2\n,3\n NA,4\n"1",5\n'],
    options: { kinds: { y: 'category' } },
    isPacked: true,
  },
  'categories that are found': { texts: ['x,y\n1,é\n2,"b c"\n3,\n4,é\n5,NA\n'], isPacked: true },
  'a category whose texts are long': { texts: ['x,y\n1,a text of more than sixteen bytes\n2,b\n'], isPacked: false },
  'a category of many texts': { texts: [`x,y\n${many(100, (i) => `${i},t${i}\n`)}`], isPacked: false },
  'a column of which most cells are numbers': {
    texts: [`x,y\n${many(150, (i) => `${i},${i < 100 ? 'a' : i}\n`)}${many(3000, (i) => `${i},${i % 9}\n`)}`],
    isPacked: false,
  },
  'several objects': { texts: ['a,b\n1,x\n2,y\n', 'a,b\r\n3,y\r\n4,z', '"a","b"\n5,x\n'], isPacked: true },
  'objects with columns in another order': { texts: ['a,b\n1,2\n', 'b,a\n3,4\n'], isPacked: false },
  'an object without rows': { texts: ['a,b\n1,2\n', 'a,b\n'], isPacked: false },
  'a text among numbers': { texts: [`a,b\n${many(30, (i) => `${i},2\n`)}x,3\n`], isPacked: false },
  'a declared number that is none': {
    texts: ['a,b\n1,2\nx,3\n'],
    options: { kinds: { a: 'number' } },
    isPacked: false,
  },
  'a row that is too short': { texts: ['a,b\n1,2\n3\n'], isPacked: false },
  'a row that is too long': { texts: ['a,b\n1,2\n3,4,5\n'], isPacked: false },
  'bad rows that are skipped': {
    texts: [`a,b\n${many(30, (i) => `${i},2\n`)}x,3\n3\n4,5\n`],
    options: { badRows: { skip: { count: 5, share: 1 } }, kinds: { a: 'number' } },
    isPacked: false,
  },
  'an infinity': { texts: ['a,b\n1,2\ninf,3\n'], isPacked: false },
  'a number too large for a float64': { texts: ['a,b\n1,2\n1e999,3\n'], isPacked: false },
  'an infinity that counts as missing': {
    texts: ['a,b\n1,2\ninf,3\n'],
    options: { infinite: 'missing' },
    isPacked: false,
  },
  'a number that float32 can not hold': { texts: ['a,b\n1,2\n1e39,3\n'], isPacked: true },
  'a line end in quotes': { texts: ['a,b\n1,2\n"3\n",4\n'], isPacked: false },
  'quotes in quotes': { texts: ['a,b\n1,"x""y"\n2,z\n'], isPacked: false },
  'a quote that is never closed': { texts: ['a,b\n1,2\n"3,4\n'], isPacked: false },
  'text after a closing quote': { texts: ['a,b\n1,2\n"3"4,5\n'], isPacked: false },
  'a NUL': { texts: ['a,b\n1,2\n3,4\0\n'], isPacked: false },
  'a lone carriage return': { texts: ['a,b\n1,2\r3,4\n5,6\n'], isPacked: false },
  'text that is not UTF-8': {
    texts: [Uint8Array.of(...[0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0xe9, 0x0a])],
    isPacked: false,
  },
  'signs and points alone': { texts: [`a,b\n${many(30, (i) => `${i},2\n`)}-,3\n`], isPacked: false },
  'a point alone': { texts: [`a,b\n${many(30, (i) => `${i},2\n`)}.,3\n`], isPacked: false },
  'a sign and a point': { texts: [`a,b\n${many(30, (i) => `${i},2\n`)}-.,3\n`], isPacked: false },
};

type Make = (key: string, text: string | Uint8Array) => DataObject | Promise<DataObject>;

/** Where an object is stored, and in which form. */
const places: Record<string, Make> = {
  'a file': (key, text) => fileObject(folder, key, text),
  'an object of a store': (key, text) => bytesObject(key, text),
  'an object that is packed by gzip': (key, text) => bytesObject(key, gzipSync(text), { chunkBytes: 999 }),
};

describe.each(Object.keys(pools))('on %s', (name) => {
  describe.each(Object.entries(places))('%s', (_, make) => {
    test.each(Object.entries(cases))('%s', async (title, { texts, options = {}, isPacked }) => {
      const objects = await Promise.all(texts.map((text, i) => make(`${i}.csv`, text)));
      await compare(objects, { single, ...options }, { pool: pools[name], isPacked, title });
    });
  });
});

test('text in UTF-16 and in Latin-1', async () => {
  const text = 'a,b\n1,\u00e9\n2,x\n3,\u00e9\n';
  const utf16 = bytesObject('a.csv', Uint8Array.of(0xff, 0xfe, ...new Uint8Array(Buffer.from(text, 'utf16le'))));
  const latin1 = bytesObject('a.csv', new Uint8Array(Buffer.from(text, 'latin1')));
  await compare([utf16], { single }, { pool: pools['one thread'], isPacked: true, title: 'UTF-16' });
  await compare(
    [latin1],
    { single, encoding: 'latin1' },
    { pool: pools['one thread'], isPacked: true, title: 'Latin-1' },
  );
});

test.each([
  // Blocks of 65,536 rows, with lines that are blank at their borders, and of 8 MiB, which end in mid-row.
  ['rows of few bytes', (i: number) => `${i % 1000},${i % 7}\n${i % 65_536 === 0 ? '\n \n' : ''}`, 300_000],
  ['long rows', (i: number) => `${i},${'0'.repeat(3000)}${i % 10}.5\n`, 3_500],
])('%s make the same blocks', { timeout: 120_000 }, async (_, row, count) => {
  const rows = [...many(count, row)];
  const text = `a,b\n${rows.join('')}`;
  for (const [place, make] of Object.entries(places)) {
    const object = await make('large.csv', text);
    const options = { single, limits: { ratio: 1e6 } };
    await compare([object], options, { pool: pools['three threads'], isPacked: true, title: place });
  }
});

test('objects are decompressed or fetched into memory that earlier objects have released', async () => {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  for (const pack of [gzipSync, (text: string) => text]) {
    const objects = Array.from({ length: 40 }, (_, i) => bytesObject(`${i + 10}.csv`, pack(numbers)));
    expect((await readPacked(objects, { single }, { pool, leastBytes: 0 }))?.rowCount).toBe(120);
  }
  // Reading one object takes some segments of 8 MiB; forty objects take no more.
  expect(memory.memory.buffer.byteLength).toBeLessThan(100 * 2 ** 20);
});

test('ranges that arrive late, out of order and in pieces make the same table', { timeout: 60_000 }, async () => {
  const text = `a,b,c\n${many(100_000, (i) => `${i},${i % 9},${'0'.repeat(700)}.${i % 7}\n`)}`;
  const file = await fileObject(folder, 'late.csv', text);
  const bytes = new TextEncoder().encode(text);
  const late: DataObject = {
    ...bytesObject('late.csv', bytes),
    async readRange(start, end, into = new Uint8Array(end - start)) {
      for (let at = start; at < end; at += 2 ** 21) {
        // Of each two, the second arrives first; the first is still being written while others are parsed.
        await setTimeout((Math.floor(start / 2 ** 23) % 2) * -9 + 10);
        into.set(bytes.subarray(at, Math.min(at + 2 ** 21, end)), at - start);
      }
      return into;
    },
  };
  const tables = [file, late].map(async (object) => {
    const table = await readPacked([object], { single }, { pool: pools['three threads']() });
    return table && { ...(plainTable(table) as object), objects: [] };
  });
  const [expected, found] = await Promise.all(tables);
  expect(expected).toBeDefined();
  expect(found).toEqual(expected);
});

test('blocks are hashed unless the caller opts out, and then no version can be made of them', async () => {
  const object = await fileObject(folder, 'names.csv', numbers);
  for (const packed of [undefined, { pool: pools['one thread'](), leastBytes: 0 }]) {
    const [hash] = blockHashes(await readTable([object], { packed }));
    expect(hash).toBe(textHash('["a","b","c"]', new TextEncoder().encode(numbers.slice(6))));
    const unnamed = await readTable([object], { packed, named: false });
    expect(unnamed.blocks).toEqual([{ firstRow: 0, rowCount: 3 }]);
    expect(() => blockHashes(unnamed)).toThrow('read without names');
  }
});

test('rows are hashed unless the caller opts out, and then they can’t be split by their content', async () => {
  const object = await fileObject(folder, 'hashes.csv', numbers);
  for (const packed of [undefined, { pool: pools['one thread'](), leastBytes: 0 }]) {
    const [table, bare] = await Promise.all(
      [true, false].map((hashed) => readTable([object], { packed, hashed, badRows: { skip: { count: 1, share: 1 } } })),
    );
    expect(table.rowHashes).toHaveLength(3);
    expect(new Set(contentHashes(table, allRows(table))).size).toBe(3);
    expect({ ...(plainTable(bare) as object), rowHashes: 0 }).toEqual({
      ...(plainTable(table) as object),
      rowHashes: 0,
    });
    expect(bare.rowHashes).toHaveLength(0);
    expect(() => contentHashes(bare, allRows(bare))).toThrow('read without');
  }
});

test('blank lines on both sides of a border of 8 MiB belong to the block before it', async () => {
  // Long rows, since each row is compared three times.
  const row = `${'0'.repeat(1000)}${'1'.repeat(20)},25\n`;
  for (const shift of [-3, -2, -1, 0, 1, 2]) {
    const before = 8 * 2 ** 20 + shift - 4;
    const text = `a,b\n${row.repeat(Math.floor(before / row.length))}${'\n'.repeat((before % row.length) + 4)}${row.repeat(100)}`;
    const object = await fileObject(folder, 'border.csv', text);
    await compare([object], { single }, { pool: pools['one thread'], isPacked: true, title: `border ${shift}` });
  }
});

test('any cells of digits, points, signs, quotes and blanks', async () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.-+eE "'), maxLength: 8 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toFixed(7)),
  );
  const pool = pools['one thread']();
  attachPool(pool);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
      const text = `a,b\n${rows.map((cells) => `${cells.join(',')}\n`).join('')}`;
      const object = await fileObject(folder, 'any.csv', text);
      await compare([object], { single }, { pool: () => pool, title: text, ways: { 'in memory': {} } });
    }),
    { numRuns: 300 },
  );
});

test('any cells in rows of any width, with any separator and line end', async () => {
  const texts = [
    '',
    '-',
    '.',
    '-.',
    '5.',
    '.5',
    '-.5',
    '-0',
    '+7',
    '1e3',
    '1.2.3',
    '1-2',
    '--1',
    ' 1',
    '"1"',
    '"1,2;3"',
    'NA',
    'x',
  ];
  const number = fc.oneof(
    fc.integer({ min: -999, max: 999 }).map(String),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toFixed(7)),
    fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(String),
    fc.tuple(fc.nat(10 ** 9), fc.nat(10 ** 9)).map(([whole, part]) => `${whole}.${part}`.slice(0, 17)),
  );
  const cell = fc.oneof({ weight: 60, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom(...texts) });
  const table = fc
    .tuple(fc.integer({ min: 1, max: 13 }), fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n', '\n\n'))
    .chain(([width, separator, lineEnd]) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 }).map((rows) => {
        const names = Array.from({ length: width }, (_, i) => `c${i}`);
        return [names, ...rows].map((cells) => `${cells.join(separator)}${lineEnd}`).join('');
      }),
    );
  const pool = pools['one thread']();
  attachPool(pool);
  await fc.assert(
    fc.asyncProperty(table, fc.boolean(), async (text, isSingle) => {
      const object = bytesObject('any.csv', text);
      await compare([object], { single: () => isSingle }, { pool: () => pool, title: text, ways: { 'in memory': {} } });
    }),
    { numRuns: 400 },
  );
});

test('a row of more cells than the kernel notes at once', async () => {
  const width = 6_000;
  const row = (i: number) => `${Array.from({ length: width }, (_, at) => (at + i) % 10).join(',')}\n`;
  const text = `${Array.from({ length: width }, (_, at) => `c${at}`).join(',')}\n${row(1)}${row(2)}${row(3)}`;
  const object = bytesObject('wide.csv', text);
  await compare(
    [object],
    { single, limits: { columns: width } },
    { pool: pools['one thread'], isPacked: true, title: '' },
  );
});

async function compare(
  objects: DataObject[],
  options: ReadOptions,
  {
    pool: open,
    isPacked,
    title,
    ways: tried = ways,
  }: { pool: () => Pool & { close?(): void }; isPacked?: boolean; title: string; ways?: typeof ways },
): Promise<void> {
  const plain = await outcome(objects, options);
  for (const [way, reading] of Object.entries(tried)) {
    const pool = open();
    attachPool(pool);
    try {
      const packed = { pool, leastBytes: 0, ...reading };
      const mayBePacked = way !== 'read again' || objects.every(({ openFile }) => openFile);
      if (isPacked !== undefined && mayBePacked) {
        expect((await readPacked(sortedByKey(objects), options, packed)) !== undefined, `${title}, ${way}`).toBe(
          isPacked,
        );
      }
      expect(await outcome(objects, { ...options, packed }), `${title}, ${way}`).toEqual(plain);
    } finally {
      pool.close?.();
    }
  }
}

/** A table as plain values, or the error. */
async function outcome(objects: DataObject[], options: ReadOptions): Promise<unknown> {
  try {
    return plainTable(await readTable(objects, options));
  } catch (error) {
    return { name: (error as Error).name, message: (error as Error).message };
  }
}

function plainTable({ rowCount, columns, objects, blocks, rowHashes, lines, warnings, rejected }: Table): unknown {
  const rows = { rowHashes: told(rowHashes), lines: told(lines) };
  return { rowCount, columns: columns.map(plainColumn), objects, blocks, ...rows, warnings, rejected };
}

function plainColumn(column: Column): unknown {
  const { name, kind } = column;
  if (column.kind === 'category') return { name, kind, levels: column.levels, codes: told(column.codes) };
  return { name, kind, single: column.single, values: told(column.values) };
}

/** Long arrays by their hash: to compare a million elements one by one takes seconds. */
const told = (values: Float64Array | Int32Array | Uint32Array) =>
  values.length > 1000 ? sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) : values;
