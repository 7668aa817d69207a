import { expect, test } from 'vitest';
import { inspect, inspectDataset } from '../../lib/jobs/inspect.ts';
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

test('the draft for data without a header says so, and runs', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/x.csv', '1,2\n2,4\n3,6\n4,8.5\n5,10\n6,12\n7,14\n8,16\n9,18\n10,20\n');
  const { draft } = await inspect(context, 'datasets/x.csv', { header: false });
  expect(parsePipeline(draft, 'draft')).toMatchObject({ data: { header: false, target: '1' } });
  expect((await inspect(context, 'datasets/x.csv')).draft).not.toContain('header');
});

test('a draft says where it belongs: under pipelines/, or, for a local path, with the file', async () => {
  const context = testContext();
  await putText(context.store, 'x.csv', 'a,b\n1,2\n2,4\n');
  const openLocal = async () => ({ store: context.store, prefix: 'x.csv' });
  const ofStore = await inspect(context, 'x.csv');
  const local = await inspect({ ...context, openLocal }, './x.csv');
  expect(ofStore.draft).toContain('put this file under pipelines/.\n');
  expect(local.draft.split('\n')[0]).toMatch(/train with `hone run FILE`\.$/);
});

test.each([
  [
    'a name that targets have, wherever it stands',
    'survived,fare,class',
    '1,7.5,a',
    '0,8.25,b',
    'survived',
    'by its name',
  ],
  [
    'a price, before a category',
    'rooms,median_house_price,zone',
    '3,100.5,a',
    '4,200.5,b',
    'median_house_price',
    'by its name',
  ],
  ['the name of the dataset', 'DATA,a,b', '1,7.5,3', '2,8.25,4', 'DATA', 'it has the name of the dataset'],
  ['no key and no place', 'a,latitude,id', '1,7.5,3', '2,8.25,4', 'a', 'the last column that may be one'],
  ['no constant', 'a,b', '1,7', '2,7', 'a', 'the last column that may be one'],
  ['else the last column', 'a,b', '1,7', '2,8', 'b', 'the last column'],
])('the target of a draft is %s', async (_, header, first, second, target, why) => {
  const context = testContext();
  await putText(context.store, 'datasets/data.csv', `${header}\n${first}\n${second}\n${first}\n`);
  const { draft } = await inspect(context, 'datasets/data.csv');
  expect(draft).toContain(`  target: "${target}" # a guess`);
  expect(draft).toContain(why);
  expect(parsePipeline(draft, 'draft')).toMatchObject({ data: { target } });
});

test('the draft for data whose header looks like a row says so', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/x.csv', '6,148,33.6\n1,85,26.6\n8,183,23.3\n');
  expect((await inspect(context, 'datasets/x.csv')).draft).toContain(
    'if the first line is no header, add header: false',
  );
  expect((await inspect(context, 'datasets/x.csv', { header: false })).draft).not.toContain('no header');
});
