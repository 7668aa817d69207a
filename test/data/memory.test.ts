import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { environmentServices } from '../../functions/adapter/environment.ts';
import { contextOf } from '../../functions/adapter/services.ts';
import { InputError } from '../../lib/core/errors.ts';
import { checkMemory, neededBytes } from '../../lib/data/memory.ts';
import { readTable } from '../../lib/data/read.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { writeParquet } from '../support/parquet-writer.ts';

const mebibyte = 2 ** 20;
const line = '1.25,2.5,-3,4e2,5\n';
const rows = 1_200_000;
const header = 'a,b,c,d,e\n';

/** A CSV of 20 MB that is made as it is read; how far it was read is noted. */
function bigObject() {
  const piece = new TextEncoder().encode(line.repeat(20_000));
  const noted = { bytes: 0 };
  const object = {
    ...bytesObject('datasets/big.csv', ''),
    size: header.length + rows * line.length,
    async *read() {
      yield new TextEncoder().encode(header);
      for (let row = 0; row < rows; row += 20_000) {
        noted.bytes += piece.length;
        yield piece;
      }
    },
  };
  return { object, noted };
}

describe('a dataset that the memory can not hold', () => {
  test('is refused when its beginning shows it, with its size and what it needs', async () => {
    const { object, noted } = bigObject();
    const needed = Math.ceil(neededBytes({ rows, columns: 5 }) / mebibyte);
    const error = await readTable([object], { limits: { memoryBytes: 300 * mebibyte } }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    const [, foundNeed, foundRows] =
      /^datasets\/big\.csv: expected a dataset that 300 MiB of memory can hold, found one that needs about (\d+) MiB: about (\d+) rows of 5 columns\. Give the function more memory/.exec(
        error.message,
      ) ?? expect.fail(error.message);
    // Foreseen from the first 4 MiB of 20.
    expect(Number(foundRows) / rows).toBeCloseTo(1, 1);
    expect(Number(foundNeed) / needed).toBeCloseTo(1, 1);
    expect(noted.bytes).toBeLessThan(object.size / 3);
  });

  test('is read where the memory will do', async () => {
    const { object } = bigObject();
    const limits = { memoryBytes: neededBytes({ rows, columns: 5 }) };
    expect((await readTable([object], { limits })).rowCount).toBe(rows);
  });

  test('is refused before anything but the directory is fetched, where that tells how many rows there are', async () => {
    const bytes = writeParquet({ n: Array.from({ length: 20_000 }, (_, i) => i) }, 20_000);
    const fetches: number[] = [];
    const plain = bytesObject('a.parquet', bytes);
    const object = {
      ...plain,
      readRange: (start: number, end: number) => {
        fetches.push(end - start);
        return plain.readRange(start, end);
      },
    };
    const limits = { memoryBytes: neededBytes({ rows: 19_999, columns: 1 }) };
    await expect(readTable([object], { limits })).rejects.toThrow(/: 20000 rows of 1 columns/);
    expect(fetches).toEqual([65_536]);
    await expect(readTable([bytesObject('a', gzipSync(bytes))], { limits: { memoryBytes: 1000 } })).rejects.toThrow(
      'a: expected Parquet that half of 1000 bytes of memory can hold unpacked, found more',
    );
  });

  test('the memory needed is shown with enough digits to differ from what there is', () => {
    const size = { rows: 100_000, columns: 1 };
    const told = (short: number) => {
      try {
        checkMemory('a', size, neededBytes(size) - short);
      } catch (error) {
        const { message } = error as Error;
        return /that ([\d.]+ \w+) of memory can hold, found one that needs ([\d.]+ \w+):/.exec(message)?.slice(1);
      }
    };
    // 256 MiB and 40 bytes a row: 259.814697265625 MiB.
    expect(told(5 * mebibyte)).toEqual(['255 MiB', '260 MiB']);
    expect(told(mebibyte / 10)).toEqual(['259.8 MiB', '259.9 MiB']);
    expect(told(1)).toEqual(['272435455 bytes', '272435456 bytes']);
    expect(told(0)).toBeUndefined();
  });

  test('counts the rows of all its objects, and the cells of sparse features', async () => {
    const part = (key: string) => bytesObject(key, `n\n${'1\n'.repeat(200_000)}`);
    const limits = { memoryBytes: neededBytes({ rows: 300_000, columns: 1 }) };
    await expect(readTable([part('d/1'), part('d/2')], { limits })).rejects.toThrow(/^d\/2: .* rows of 1 columns/);
    const sparse = bytesObject('s', '1 1:1 2:1 3:1 4:1 5:1 6:1\n'.repeat(60_000));
    await expect(
      readTable([sparse], { limits: { memoryBytes: neededBytes({ rows: 60_000, columns: 1 }) } }),
    ).rejects.toThrow(/^s: expected a dataset that/);
  });
});

describe('a training', () => {
  const yaml = (more = '') =>
    `name: houses\ntask: regression\ndata: { path: datasets/houses/, target: value, exclude: [class]${more} }\nprepare: { columns: { id: { encode: oneHot } } }\nstop: { epochs: 1 }\n`;
  const contextWith = async (memoryBytes?: number) => {
    const context = { ...testContext(), memoryBytes };
    await putText(context.store, 'datasets/houses/1.csv', sampleCsv(2_000));
    return context;
  };
  // 2,000 ids become a column each: 1,600 rows of them take 13 MB.
  const tight = neededBytes({ rows: 2_000, columns: 6 }) + 8 * mebibyte;

  test('whose features do not fit the memory of the function is refused before they are made', async () => {
    const context = await contextWith(tight);
    await expect(runPipeline(context, pipelineOf(yaml()))).rejects.toThrow(
      /^datasets\/houses\/1\.csv: expected features that 265 MiB of memory can hold, found 1\d{3} columns of 1\d{3} rows once encoded, which need \d+ MiB/,
    );
  });

  test('goes on where the pipeline allows more, and refuses where it allows less', async () => {
    const more = await runPipeline(await contextWith(tight), pipelineOf(yaml(', limits: { memoryBytes: 600000000 }')));
    expect(more.status).toBe('trained');
    const less = runPipeline(await contextWith(), pipelineOf(yaml(', limits: { memoryBytes: 200000000 }')));
    await expect(less).rejects.toThrow('expected a dataset that 191 MiB of memory can hold');
  });
});

test('on Lambda the memory is the function’s', async () => {
  const services = environmentServices({ HONE_STORE: '/nowhere', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' });
  const { store } = testContext();
  expect((await contextOf({ ...services, store: async () => store })).memoryBytes).toBe(1769 * mebibyte);
});
