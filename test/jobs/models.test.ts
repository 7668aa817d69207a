import { expect, test } from 'vitest';
import { describeModel, listModelSummaries, versionMetrics } from '../../lib/jobs/models.ts';
import { openModel, resolveVersion } from '../../lib/jobs/open-model.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { moveAlias } from '../../lib/registry/aliases.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

async function twoVersions() {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const context = testContext({ clock });
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(80));
  const first = await runPipeline(context, pipelineOf(housesPipeline()));
  clock.nowMs += 3_600_000;
  const second = await runPipeline(context, pipelineOf(housesPipeline().replace('epochs: 5', 'epochs: 9')));
  await moveAlias(context.store, 'houses', 'shadow', { to: first.version, from: undefined });
  return { context, first, second };
}

test('a model is listed with the number of its versions and its champion', async () => {
  const { context, second } = await twoVersions();
  expect(await listModelSummaries(context)).toEqual([{ name: 'houses', versionCount: 2, champion: second.version }]);
  expect(await listModelSummaries(testContext())).toEqual([]);
});

test('a model is described by its versions, the latest first, their aliases and metrics, and what its champion takes', async () => {
  const { context, first, second } = await twoVersions();
  const { versions, ...model } = await describeModel(context, 'houses');
  expect(model).toMatchObject({
    name: 'houses',
    task: 'regression',
    aliases: { champion: second.version, shadow: first.version },
    signature: { output: { name: 'value', kind: 'number' } },
  });
  expect(model.signature.inputs.map(({ name }) => name)).toEqual(['size', 'age', 'zone']);
  const sizeOf = async (version: string) =>
    (await context.store.head(`models/houses/${version}/model.safetensors`))?.size;
  const both = { rowCount: 80, sizeBytes: await sizeOf(first.version) };
  expect(versions).toEqual([
    {
      version: second.version,
      registeredAt: '2026-01-01T01:00:00.000Z',
      aliases: ['champion'],
      ...both,
      metrics: second.metrics,
    },
    {
      version: first.version,
      registeredAt: '2026-01-01T00:00:00.000Z',
      aliases: ['shadow'],
      ...both,
      metrics: first.metrics,
    },
  ]);
});

test('a model that is not there is a NotFoundError; a version that is not there has no metrics', async () => {
  const { context, first } = await twoVersions();
  await expect(describeModel(context, 'barns')).rejects.toMatchObject({ name: 'NotFoundError' });
  expect(await versionMetrics(context, 'houses', first.version)).toEqual(first.metrics);
  expect(await versionMetrics(context, 'houses', '0'.repeat(32))).toBeUndefined();
});

test('a version is meant by its name, else by its alias, else by champion', async () => {
  const { context, first, second } = await twoVersions();
  const resolve = (choice: { version?: string; alias?: string }) =>
    resolveVersion(context, { name: 'houses', ...choice });
  expect(await resolve({})).toBe(second.version);
  expect(await resolve({ alias: 'shadow' })).toBe(first.version);
  expect(await resolve({ version: first.version, alias: 'champion' })).toBe(first.version);
  await expect(resolve({ alias: 'none' })).rejects.toThrow('model houses: expected an alias none, found none');
});

test('six or more digits of a version identify it, as long as no other version begins with them', async () => {
  const { context, first } = await twoVersions();
  const resolve = (version: string) => resolveVersion(context, { name: 'houses', version });
  expect(await resolve(first.version.slice(0, 6))).toBe(first.version);
  expect(await resolve(first.version.slice(0, 31))).toBe(first.version);
  // Other models' versions don't count.
  await putText(context.store, `models/barns/${first.version.slice(0, 8)}${'1'.repeat(24)}/manifest.json`, '{}');
  expect(await resolve(first.version.slice(0, 7))).toBe(first.version);
  const twin = `${first.version.slice(0, 8)}${'1'.repeat(24)}`;
  await putText(context.store, `models/houses/${twin}/manifest.json`, '{}');
  const both = [first.version, twin].sort().join(', ');
  await expect(resolve(first.version.slice(0, 8))).rejects.toMatchObject({
    name: 'InputError',
    message: `model houses: expected the beginning of one version, found ${first.version.slice(0, 8)}, with which 2 begin: ${both}`,
  });
  const more = [first.version.slice(0, 12), `${twin.slice(0, 12)}`];
  expect(await Promise.all(more.map(resolve))).toEqual([first.version, twin]);
});

test.each([
  ['12345', 'InputError', 'at least 6 of the digits that it begins with, found "12345"'],
  ['000000', 'NotFoundError', 'model houses: expected a version that begins with 000000, found none'],
])('%s stands for no version', async (version, name, message) => {
  const { context } = await twoVersions();
  await expect(resolveVersion(context, { name: 'houses', version })).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

test.each<[string, unknown, string]>([
  ['an object', {}, 'rows: expected a list of objects, found object'],
  ['null', null, 'rows: expected a list of objects, found null'],
  ['no rows', [], 'rows: expected 1 to 10000 rows, found 0'],
  ['too many rows', Array(10_001).fill({}), 'rows: expected 1 to 10000 rows, found 10001'],
  ['a list within', [{ size: 1 }, [1]], 'rows[1]: expected an object, found a list'],
  ['text for a number', [{ size: 'big' }], 'rows[0]: '],
])('%s in place of rows is refused', async (_, rows, message) => {
  const { context } = await twoVersions();
  const model = await openModel(context, { name: 'houses' });
  expect(() => predictRecords(model, rows)).toThrow(expect.objectContaining({ name: 'InputError' }));
  expect(() => predictRecords(model, rows)).toThrow(message);
});
