import { expect, test } from 'vitest';
import { runPipeline } from '../../lib/jobs/run.ts';
import { readAlias } from '../../lib/registry/aliases.ts';
import { readVersion } from '../../lib/registry/versions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

async function trained() {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  const { version } = await runPipeline(context, pipelineOf(housesPipeline()));
  const folder = `models/houses/${version}`;
  const manifest = new TextDecoder().decode((await context.store.get(`${folder}/manifest.json`)).body);
  return { context, version, folder, manifest };
}

test.each([
  ['{}', () => '{}', 'InputError'],
  ['null', () => 'null', 'InputError'],
  ['a list', () => '[]', 'InputError'],
  ['half a document', (text: string) => text.slice(0, 100), 'InputError'],
  ["another version's", (text: string) => text.replace(/"version": "../, '"version": "zz'), 'InputError'],
  ['a later format', (text: string) => text.replace('"format": 1', '"format": 2'), 'InputError'],
  ['another hash', (text: string) => text.replace(/"sha256": "../, '"sha256": "zz'), 'StoreError'],
])(
  'a manifest that holds %s is refused by name, and does not keep the next training from its end',
  async (_, tampered, name) => {
    const { context, version, folder, manifest } = await trained();
    await putText(context.store, `${folder}/manifest.json`, tampered(manifest));
    const failure = await readVersion(context.store, 'houses', version).catch((error: Error) => error);
    expect(failure).toMatchObject({ name, message: expect.stringContaining(folder) });
    if (name !== 'InputError') return;
    const next = await runPipeline(
      { ...context, memory: new Map() },
      pipelineOf(housesPipeline().replace('epochs: 5', 'epochs: 6')),
    );
    expect(next.status).toBe('trained');
  },
);

test.each(['{}', 'null', '{"version":1,"history":[]}', '{"version":"x"}'])(
  'an alias that holds %s is refused by name',
  async (text) => {
    const { context } = await trained();
    await putText(context.store, 'models/houses/aliases/odd.json', text);
    await expect(readAlias(context.store, 'houses', 'odd')).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('models/houses/aliases/odd.json: expected an alias'),
    });
  },
);

test('a version without its model file, and an alias of a version that is not there, are not found', async () => {
  const { context, version, folder } = await trained();
  await context.store.delete(`${folder}/model.safetensors`);
  await expect(readVersion(context.store, 'houses', version)).rejects.toMatchObject({ name: 'NotFoundError' });
  await expect(readVersion(context.store, 'houses', '0'.repeat(32))).rejects.toMatchObject({ name: 'NotFoundError' });
});
