import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitSparse, hasSparse, type SparseTable } from '../../../lib/data/encode-sparse.ts';
import { readTable } from '../../../lib/data/read.ts';
import { suspectedLeaks } from '../../../lib/data/schema/leaks.ts';
import { suspectedSparseLeaks } from '../../../lib/data/schema/sparse-leaks.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import { bytesObject } from '../../support/bytes-object.ts';
import { pipelineOf, putText, testContext } from '../../support/jobs.ts';

interface Row {
  label: number;
  cells: number[];
}

/** The same numbers as LIBSVM, in which zeros are not written, and as CSV, in which they are. */
async function bothOf(rows: Row[], isRegression: boolean) {
  const kinds = { label: isRegression ? ('number' as const) : ('category' as const) };
  const pairs = ({ cells }: Row) => cells.flatMap((cell, j) => (cell === 0 ? [] : [`${j + 1}:${cell}`]));
  const libsvm = rows.map((row) => [row.label, ...pairs(row)].join(' ')).join('\n');
  const names = rows[0].cells.map((_, j) => String(j + 1));
  const csv = rows.map(({ label, cells }) => [label, ...cells].join()).join('\n');
  const sparse = await readTable([bytesObject('s', `${libsvm}\n`)], { format: 'libsvm', kinds });
  const dense = await readTable([bytesObject('d.csv', `label,${names.join()}\n${csv}\n`)], { kinds });
  if (!hasSparse(sparse)) throw new Error('expected sparse features');
  return { sparse, dense, names };
}

const all = (count: number) => Int32Array.from({ length: count }, (_, row) => row);

// Few values, of which the first feature often follows the label.
const someRow = fc
  .tuple(fc.nat(2), fc.array(fc.constantFrom(0, 0, 0, 1, 2, -1.5), { minLength: 4, maxLength: 4 }), fc.nat(400))
  .map(([label, cells, odd]) => ({ label, cells: [odd === 0 ? 9 : [0, 3, -2][label], label * 2, ...cells] }));

test.each([true, false])(
  'sparse features are suspected as columns of the same numbers are (regression: %s)',
  async (isRegression) => {
    let suspected = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(someRow, { minLength: 15, maxLength: 120 }), async (rows) => {
        const { sparse, dense, names } = await bothOf(rows, isRegression);
        // The largest index may be written nowhere.
        const written = names.filter((name) => Number(name) <= sparse.sparse.columnCount);
        const options = { target: 'label', isRegression, names: written };
        const found = suspectedSparseLeaks(sparse, all(rows.length), options);
        expect(found).toEqual(suspectedLeaks(dense, all(rows.length), options));
        suspected += found.length;
      }),
      { numRuns: 100 },
    );
    expect(suspected).toBeGreaterThan(30);
  },
);

test('a number whose order parts the classes is suspected, zeros in their place', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    label: i < 25 ? 0 : 1,
    cells: [i - 24.5, i === 40 ? 0 : i - 24, 1 + (i % 7)],
  }));
  const { sparse } = await bothOf(rows, false);
  const found = suspectedSparseLeaks(sparse, all(60), { target: 'label', isRegression: false, names: ['1', '2', '3'] });
  expect(found).toEqual([{ name: '1', reason: 'its order parts the values of "label" without an error' }]);
});

test('a training on LIBSVM warns of a feature that is the label', async () => {
  const context = testContext();
  const line = (i: number) => `${i % 2} 1:${(i * 7) % 5} ${i % 2 ? '3:1 ' : ''}4:${(i % 3) + 1}\n`;
  await putText(context.store, 'datasets/s', Array.from({ length: 200 }, (_, i) => line(i)).join(''));
  const yaml = 'name: s\ntask: binary\ndata: { path: datasets/s, target: label }\nstop: { epochs: 3 }\n';
  const { report } = await runPipeline(context, pipelineOf(yaml));
  const { body } = await context.store.get(report);
  expect(JSON.parse(new TextDecoder().decode(body)).data.warnings).toContainEqual(
    expect.stringMatching(
      /^Column "3" is suspected to leak the target: its value tells "label" in \d+ of \d+ training rows/,
    ),
  );
});

async function sparseTable(): Promise<SparseTable> {
  const table = await readTable([bytesObject('s', '1 1:2 2:4\n0 1:6\n1 2:8 3:1\n')]);
  if (!hasSparse(table)) throw new Error('expected sparse features');
  return table;
}

test('single sparse features are scaled otherwise or left out, by name', async () => {
  const { features, leftOut } = fitSparse(await sparseTable(), all(3), {
    columns: { '1': { scale: 'none' }, '3': { encode: 'none' } },
  });
  // Of 4, 0 and 8 the population deviation is the root of 32/3.
  expect(features.map(({ name, kind, ...rest }) => [name, 'scale' in rest && rest.scale])).toEqual([
    ['1', 1],
    ['2', expect.closeTo(Math.sqrt(32 / 3), 14)],
  ]);
  expect(leftOut).toEqual([{ name: '3', reason: 'by the request' }]);
});

test.each([
  [{ scale: 'minMax' }, 'prepare.columns, "1", scale: expected standard or none for LIBSVM, whose zeros stay zeros'],
  [
    { impute: 'mean' },
    'prepare.columns, "1": expected scale, or encode: none, for LIBSVM, whose features are numbers, found impute',
  ],
  [{ encode: 'hash' }, 'found encode: hash'],
] as const)('a choice that would not keep zeros is refused: %j', async (choices, message) => {
  const table = await sparseTable();
  expect(() => fitSparse(table, all(3), { columns: { '1': choices } })).toThrow(message);
});
