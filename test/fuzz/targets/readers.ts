import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readTable } from '../../../lib/data/read.ts';
import type { Table } from '../../../lib/data/table.ts';
import { inspectDataset } from '../../../lib/jobs/inspect.ts';
import { bytesObject } from '../../support/bytes-object.ts';
import { sampleCsv, testContext } from '../../support/jobs.ts';
import { writeParquet } from '../../support/parquet-writer.ts';
import { mutateBytes } from '../mutations.ts';
import { randomFrom } from '../seeded-random.ts';
import { refusing, type Target } from '../targets.ts';

/** Small on purpose: limits are what holds a reader, and small ones are met. */
const limits = {
  columns: 300,
  features: 10_000,
  lineBytes: 1 << 17,
  objectBytes: 1 << 24,
  decompressedBytes: 1 << 24,
  ratio: 100,
  depth: 32,
  levels: 10_000,
};

const text = (content: string) => new TextEncoder().encode(content);
const csv = text(sampleCsv(12));
const jsonl = text(
  '{"a":1,"b":"x","c":{"d":2.5}}\n{"a":null,"b":"y \\u00e9","c":{"d":-1e3}}\n{"a":3,"b":"","c":{"d":0},"e":[1,2]}\n',
);
const array = text('[{"a":1,"b":"x"},\n {"a":2.5,"b":null}]\n');
const libsvm = text('1 1:0.5 3:-2 # first\n-1 2:1e-3 7:4\n0 qid:3 1:1\n');
const dates = text(
  'day;when;flag\n2026-01-31;2026-01-31T10:00:00Z;true\n1.2.2026;12:30;false\n"3";"a ""quoted"" one";\n',
);
const parquet = writeParquet({ x: [1, 2.5, null, -4, 5], name: ['a', null, 'ccc', 'd', '__proto__'] }, 2);

const seeds: Record<string, Uint8Array[]> = {
  csv: [csv, dates, text('a,b\n1,2\n'), text('\ufeffx\ty\n1\t2\n'), Buffer.from('a,b\n1,2\n', 'utf16le')],
  jsonl: [jsonl, array, text('[]'), text('{"a":{"a":{"a":1}}}')],
  libsvm: [libsvm, text('1\n'), text('0 1:1\n1 10000:1\n')],
  parquet: [parquet, writeParquet({ '': [null], constructor: ['x'] }, 1)],
  packed: [gzipSync(csv), zstdCompressSync(csv), gzipSync(jsonl), zstdCompressSync(array), gzipSync(gzipSync(csv))],
};

/** Each format by its name, and any object as what inspection makes of it: profile, report and draft. */
export const readerTargets: Record<string, () => Promise<Target>> = {
  ...Object.fromEntries(Object.entries(seeds).map(([name, own]) => [`read ${name}`, async () => reader(own)])),
  inspect: async () => inspector(Object.values(seeds).flat()),
};

function reader(own: Uint8Array[]): Target {
  const all = Object.values(seeds).flat();
  return {
    input: (random) => mutateBytes(randomFrom(own, random), random, all),
    attempt: (input) =>
      refusing(async () => {
        const object = bytesObject('data', input, { chunkBytes: 1 + (input.length % 977) });
        checkTable(await readTable([object], { limits }));
      }),
  };
}

function inspector(all: Uint8Array[]): Target {
  return {
    input: (random) => mutateBytes(randomFrom(all, random), random, all),
    attempt: (input) =>
      refusing(async () => {
        const context = testContext();
        await context.store.put('datasets/a/data', input);
        const { report } = await inspectDataset(context, { dataset: 'datasets/a/' });
        const page = new TextDecoder().decode((await context.store.get(report.replace('.json', '.html'))).body);
        if (page.includes('<script>alert(1)'))
          throw new Error('expected markup in the data to be text, found it is markup');
      }),
  };
}

/** @throws Error when a table does not hold together */
function checkTable({ rowCount, columns, sparse, lines, blocks }: Table): void {
  const check = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`expected ${what}, found otherwise`);
  };
  for (const column of columns) {
    const length = column.kind === 'number' ? column.values.length : column.codes.length;
    check(length === rowCount, `${rowCount} cells in each column`);
    if (column.kind === 'category') {
      check(
        [...column.codes].every((code) => code >= -1 && code < column.levels.length),
        'codes of levels',
      );
    } else
      check(
        [...column.values].every((value) => !(Math.abs(value) === Number.POSITIVE_INFINITY)),
        'finite numbers',
      );
  }
  check(lines.length === rowCount, 'a line for each row');
  check(new Set(columns.map(({ name }) => name)).size === columns.length, 'each column name once');
  check(rowCount === 0 || blocks.length > 0, 'a hash of what was read');
  if (sparse) check(sparse.rowStarts.length === rowCount + 1, 'a start for each sparse row');
}
