import { readPublicKeys, readSigningKey } from '../../../lib/core/signature.ts';
import { openModel } from '../../../lib/jobs/open-model.ts';
import { predictRecords } from '../../../lib/jobs/predict.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import { parsePipeline } from '../../../lib/pipeline/parse.ts';
import { resolvePipeline } from '../../../lib/pipeline/resolve.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../lib/registry/safetensors.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';
import { mutateBytes, mutateJson } from '../mutations.ts';
import { randomFrom } from '../seeded-random.ts';
import { refusing, type Target } from '../targets.ts';

const text = (content: string) => new TextEncoder().encode(content);

const pipelines = [
  housesPipeline(),
  housesPipeline(
    'schedule: { every: 1 day }\nprepare: { scale: robust, columns: { zone: { encode: hash, buckets: 8 } } }',
  ),
  'name: a\ntask: binary\ndata: &d\n  path: datasets/a/\n  target: y\nmodel: { kind: mlp, hidden: [4, 4] }\nstop: { epochs: 3 }\n',
  'name: b\ntask: regression\ndata: { path: datasets/b/, target: y, split: { by: time, column: t }, ready: { marker: _SUCCESS } }\noptimizer: { name: adam, learningRate: 0.1, schedule: { kind: cosine, steps: 10 } }\nevaluate: { gates: [{ metric: rmse, atMost: 1 }] }\n',
].map(text);

/** Documents that people write, and files that were written by hone and may have been changed since. */
export const documentTargets: Record<string, () => Promise<Target>> = {
  'pipeline document': async () => ({
    input: (random) => mutateBytes(randomFrom(pipelines, random), random, pipelines),
    attempt: (input) => refusing(() => resolvePipeline(parsePipeline(new TextDecoder().decode(input), 'fuzz.yml'))),
  }),
  safetensors: async () => {
    const file = encodeSafetensors(
      {
        a: { dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) },
        b: { dtype: 'U8', shape: [1, 3], data: Uint8Array.of(1, 2, 3) },
      },
      { format: 'hone', note: 'x' },
    );
    return {
      input: (random) => mutateBytes(file, random, [file]),
      attempt: (input) => refusing(() => decodeSafetensors(input)),
    };
  },
  keys: async () => {
    const key = text('MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=');
    return {
      input: (random) => mutateBytes(key, random, [key]),
      attempt: (input) =>
        refusing(() => {
          const given = new TextDecoder().decode(input);
          readPublicKeys(given, 'fuzz');
          readSigningKey(given, 'fuzz');
        }),
    };
  },
  'version files': versionFiles,
};

/** A version whose manifest or model file was changed: it may be refused, and then says why, or it predicts. */
async function versionFiles(): Promise<Target> {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  const { version } = await runPipeline(context, pipelineOf(housesPipeline()));
  const key = (file: string) => `models/houses/${version}/${file}`;
  const manifest = JSON.parse(new TextDecoder().decode((await context.store.get(key('manifest.json'))).body));
  const { body: model } = await context.store.get(key('model.safetensors'));
  const wholeModel = Buffer.from(model).toString('base64');
  return {
    input(random) {
      const changed =
        random.below(2) === 0
          ? { manifest: mutateJson(manifest, random), model: wholeModel }
          : { manifest, model: Buffer.from(mutateBytes(model, random, [model])).toString('base64') };
      return text(JSON.stringify(changed));
    },
    async attempt(input) {
      const changed = JSON.parse(new TextDecoder().decode(input));
      await putText(context.store, key('manifest.json'), JSON.stringify(changed.manifest));
      await context.store.put(key('model.safetensors'), Buffer.from(changed.model, 'base64'));
      return refusing(async () => {
        const loaded = await openModel(context, { name: 'houses', version });
        try {
          predictRecords(loaded, [{ size: 1, age: 2, zone: 'a' }]);
        } catch (error) {
          // A manifest is hone's own, and its inner shape is taken on trust (or by its signature): what matters is that
          // a changed one ends in an error, and neither in a hang nor in the end of the process.
          if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
        }
      });
    },
  };
}
