import { expect, test } from 'vitest';
import { runPipeline } from '../../lib/jobs/run.ts';
import { findJson } from '../../lib/store/json.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

/** The warning about champion in the report of a second training, which splits by `after`; of more rows when there are any. */
async function warningAfter(before: string, after: string, moreRows = 0): Promise<string | undefined> {
  const { store } = testContext();
  const train = async (split: string, rowCount: number) => {
    await putText(store, 'datasets/h/h.csv', sampleCsv(rowCount));
    const yaml = `name: h\ntask: regression\ndata: { path: datasets/h/, target: value, exclude: [id, class], split: ${split} }\nevaluate: { gates: [] }`;
    return runPipeline(testContext({ store }), pipelineOf(yaml));
  };
  await train(before, 200);
  const { run } = await train(after, 200 + moreRows);
  const report = await findJson<{ data: { warnings: string[] } }>(store, `runs/${run}/report.json`);
  return report?.value.data.warnings.find((warning) => warning.startsWith('Champion may have learned'));
}

test.each([
  ['{ seed: 1 }', '{ seed: 2 }', 'its data.split.seed was 1, and is 2 here'],
  ['{ seed: 1 }', '{ by: random, seed: 1 }', 'its data.split.by was hash, and is random here'],
  ['{ test: 0.2 }', '{ test: 0.3 }', 'its data.split.test was 0.2, and is 0.3 here'],
  ['{ by: time, column: age, test: 0.2 }', '{ by: time, column: size, test: 0.2 }', 'its data.split.column was age'],
  ['none', '{ seed: 1 }', 'no rows were held out from it'],
])(
  'after a split %s, one by %s holds out rows that champion has learned from, and the report says so',
  async (before, after, why) => {
    expect(await warningAfter(before, after)).toContain(why);
  },
);

test('rows that are drawn change sides when others come', async () => {
  const split = '{ by: random, seed: 1 }';
  expect(await warningAfter(split, split, 50)).toContain('rows are drawn anew when the data changes');
});

test.each([
  ['{ seed: 1 }', '{ seed: 1 }', 50],
  ['{ test: 0.3 }', '{ test: 0.2 }', 0],
  ['{ by: time, column: age, seed: 1 }', '{ by: time, column: age, seed: 2 }', 50],
  ['{ seed: 1 }', 'none', 0],
])('after a split %s, one by %s of %i rows more holds out none that champion has learned from', async (...splits) => {
  expect(await warningAfter(...splits)).toBeUndefined();
});
