import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { describeModel, listModelSummaries } from '../../lib/jobs/models.ts';
import { openModel } from '../../lib/jobs/open-model.ts';
import { readPipeline } from '../../lib/jobs/pipelines.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { readOutcome } from '../../lib/jobs/runs.ts';
import { signVersions } from '../../lib/jobs/sign.ts';
import { moveAlias, readAlias, rollBackAlias } from '../../lib/registry/aliases.ts';
import { trustedStore } from '../../lib/registry/trust.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';
import { root, temporaryFolder } from '../support/cli.ts';
import { testContext } from '../support/jobs.ts';

const stores = join(root, 'test/stores');
const releases = readdirSync(stores, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(releases.map(({ name }) => name))('a store of release %s', (release) => {
  let store: Store;
  let context: ReturnType<typeof testContext>;

  beforeEach(() => {
    const folder = temporaryFolder();
    cpSync(join(stores, release), folder, { recursive: true });
    store = folderStore(folder);
    context = testContext({ store });
  });

  test('lists its models and shows what they are', async () => {
    const models = await listModelSummaries(context);
    expect(models.map(({ name, versionCount }) => [name, versionCount])).toEqual([
      ['houses', 1],
      ['penguins', 1],
    ]);
    for (const { name, champion } of models) {
      const { versions, aliases, signature } = await describeModel(context, name);
      expect([aliases.champion, versions[0].version]).toEqual([champion, champion]);
      expect(signature.inputs.length).toBeGreaterThan(0);
    }
  });

  test('predicts: the article’s line is y = x + 1/2, and a penguin stays the one it was', async () => {
    const houses = predictRecords(await openModel(context, { name: 'houses' }), [{ X: 6 }]);
    expect(houses.predictions[0]).toBeCloseTo(6.5, 7);
    const bird = {
      island: 'Dream',
      culmen_length_mm: 49.5,
      culmen_depth_mm: 18.9,
      flipper_length_mm: 196,
      body_mass_g: 3800,
    };
    // Our own release's answer, kept to see that a stored model means what it meant; sums may be formed otherwise since.
    const probabilities = { Adelie: 0.013259062951515516, Chinstrap: 0.9855271360615926, Gentoo: 0.001213800986891928 };
    const penguins = predictRecords(await openModel(context, { name: 'penguins' }), [bird]);
    const [found] = penguins.predictions as { label: string; probabilities: Record<string, number> }[];
    expect(found.label).toBe('Chinstrap');
    for (const [name, share] of Object.entries(probabilities)) expect(found.probabilities[name]).toBeCloseTo(share, 12);
  });

  test('shows its reports and the results of its runs', async () => {
    for (const run of readdirSync(join(stores, release, 'runs'))) {
      const { result } = await readOutcome(store, run);
      expect(result?.status).toBe('trained');
      expect((await readReport(context, result?.report ?? '')).kind).toBe('training');
    }
  });

  test('is evaluated, trained on and compared with: the champion is the one to beat', async () => {
    const before = await readAlias(store, 'houses', 'champion');
    const evaluated = await evaluateModel(context, { name: 'houses', path: 'datasets/houses/' });
    expect(evaluated.metrics.rmse.value).toBeLessThan(1e-6);
    const result = await runPipeline(context, await readPipeline(store, 'houses'));
    expect(result.metrics.rmse.value).toBeLessThan(1e-6);
    // The same version where the request is named alike, and else a new one beside it.
    const { version, history } = (await readAlias(store, 'houses', 'champion')) ?? { history: [] };
    expect([version, ...history]).toContain(before?.version);
  });

  test('lets its aliases be moved and rolled back', async () => {
    const state = await readAlias(store, 'houses', 'champion');
    await moveAlias(store, 'houses', 'candidate', { to: state?.version ?? '', from: undefined });
    expect((await readAlias(store, 'houses', 'candidate'))?.version).toBe(state?.version);
    await expect(rollBackAlias(store, 'houses', 'candidate')).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  test('can be signed afterwards', async () => {
    const HONE_SIGNING_KEY = Buffer.from(`302e020100300506032b657004220420${'4c'.repeat(32)}`, 'hex').toString(
      'base64',
    );
    const trusted = trustedStore(store, { HONE_SIGNING_KEY });
    await expect(openModel(trusted, { name: 'houses' })).rejects.toMatchObject({ name: 'IntegrityError' });
    await signVersions(trusted, 'houses');
    expect((await openModel(trusted, { name: 'houses' })).manifest.name).toBe('houses');
  });
});
