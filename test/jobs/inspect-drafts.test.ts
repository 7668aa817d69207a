import { expect, test } from 'vitest';
import { inspectDataset } from '../../lib/jobs/inspect.ts';
import { parsePipeline } from '../../lib/pipeline/parse.ts';
import { putText, sampleCsv, testContext } from '../support/jobs.ts';

test.each([
  ['houses', 'houses'],
  ['2024', '2024'],
  ['true', 'true'],
  ['null', 'null'],
  ['1e5', '1e5'],
  ['0x10', '0x10'],
  ['my houses: new', 'my-houses-new'],
  [`${'x'.repeat(63)}-y`, 'x'.repeat(63)],
  ['Häuser', 'H-user'],
  ['家', 'dataset'],
])('the draft for a dataset %j is a pipeline that can be read', async (name, expected) => {
  const context = testContext();
  await putText(context.store, `datasets/${name}/a.csv`, sampleCsv(30));
  const { draft } = await inspectDataset(context, { dataset: `datasets/${name}/` });
  const text = new TextDecoder().decode((await context.store.get(draft)).body);
  expect(parsePipeline(text, draft)).toMatchObject({ name: expected, data: { path: `datasets/${name}/` } });
});
