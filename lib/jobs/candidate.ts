import { sha256Hex } from '../core/hash.ts';
import { recipe } from '../core/recipe.ts';
import type { Encoding } from '../data/encode.ts';
import { blockHashes } from '../data/table.ts';
import type { TargetEncoding } from '../data/target.ts';
import type { Model } from '../models/model.ts';
import type { Solution } from '../optimizers/solution.ts';
import { contentRequest } from '../pipeline/content-request.ts';
import type { Request } from '../pipeline/resolve.ts';
import { manifestFile, modelFile } from '../registry/keys.ts';
import type { Decision, Manifest, Signature } from '../registry/manifest.ts';
import { encodeModel } from '../registry/model-file.ts';
import { type LoadedModel, openModelFile } from '../registry/versions.ts';
import { asRead, putJson, readJson } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { Choice } from './choose-optimizer.ts';
import type { Context } from './context.ts';
import type { Prepared } from './prepare.ts';
import { type RunRequest, runKey } from './runs.ts';

/** A model that was trained, with what it was trained on. */
interface Trained {
  model: Model;
  prepared: Prepared;
  solution: Solution;
  /** The optimizer that was used, when it was to stop, and why it is that one. */
  choice: Choice;
  /** How its scores become decisions, if the request asks for a threshold or a calibration. */
  decision: Decision | undefined;
  /** What to know about the model, as sentences. */
  warnings: string[];
}

/** A run's model as it was trained, not yet registered. */
export type Candidate = LoadedModel & { body: Uint8Array };

/**
 * Keeps what a run trained as its candidate, in the run itself: model.safetensors, and manifest.json, which comes last.
 *
 * @param before what else must be written before the manifest
 */
export async function keepCandidate(
  { store, inHand }: Context,
  { run, request }: RunRequest,
  trained: Trained,
  before: Promise<void>,
): Promise<void> {
  const { model, prepared, solution } = trained;
  const body = encodeModel(model, solution.parameters, prepared.encoding, prepared.target);
  const key = runKey(run, modelFile);
  await Promise.all([store.put(key, body, { contentType: 'application/octet-stream' }), before]);
  const manifest = manifestOf(request, trained, body);
  await putJson(store, runKey(run, manifestFile), manifest);
  if (inHand) inHand.candidate = opened(asRead(manifest), body, `${store.location}${key}`);
}

/** Whether a run has its candidate, whole. */
export async function hasCandidate(store: Store, run: string): Promise<boolean> {
  return (await store.head(runKey(run, manifestFile))) !== undefined;
}

/**
 * A run's candidate: trained, not yet registered.
 *
 * @throws NotFoundError when the run has none
 * @throws StoreError when the file is not the one that was trained
 */
export async function readCandidate({ store, inHand }: Context, run: string): Promise<Candidate> {
  if (inHand?.candidate) return inHand.candidate;
  const key = runKey(run, modelFile);
  const [manifest, { body }] = await Promise.all([
    readJson<Manifest>(store, runKey(run, manifestFile)),
    store.get(key),
  ]);
  return opened(manifest, body, `${store.location}${key}`);
}

const opened = (manifest: Manifest, body: Uint8Array, source: string): Candidate => ({
  manifest,
  parameters: openModelFile(manifest, body, source),
  body,
});

function manifestOf(
  request: Request,
  {
    model,
    prepared: { table, training, test, encoding, target, schema, version },
    solution,
    choice,
    decision,
    warnings,
  }: Trained,
  body: Uint8Array,
): Manifest {
  const { optimizer, stop, because } = choice;
  return {
    format: 1,
    name: request.name,
    version,
    recipe,
    task: request.task,
    request: contentRequest(request),
    data: {
      objects: table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount })),
      blocks: blockHashes(table),
      rowCount: table.rowCount,
      trainingRowCount: training.length,
      testRowCount: request.data.split === 'none' ? 0 : test.length,
    },
    encoding,
    schema,
    target,
    model: {
      kind: model.kind,
      loss: model.loss,
      inputs: model.inputs,
      outputs: model.outputs,
      parameterCount: model.parameterCount,
      layout: model.layout,
    },
    training: {
      optimizer,
      stop,
      ...(because === undefined ? {} : { because }),
      solution: solution.status,
      reason: solution.reason,
      steps: solution.steps,
      epochs: solution.epochs,
      loss: Number.isFinite(solution.loss) ? solution.loss : null,
      ...(solution.best && { validation: solution.best }),
      ...(warnings.length > 0 && { warnings }),
    },
    ...(decision && { decision }),
    signature: signatureOf(request.data.target, encoding, target),
    files: { [modelFile]: { size: body.length, sha256: sha256Hex(body) } },
  };
}

function signatureOf(name: string, encoding: Encoding, target: TargetEncoding): Signature {
  return {
    inputs: encoding.features.map((feature) => ({
      name: feature.name,
      kind: inputKinds[feature.kind],
      ...('levels' in feature ? { levels: feature.levels } : {}),
    })),
    output: 'classes' in target ? { name, kind: 'category', classes: target.classes } : { name, kind: 'number' },
  };
}

/** What a caller gives for each kind of feature. */
const inputKinds = {
  number: 'number',
  category: 'category',
  ordinal: 'category',
  hash: 'category',
  date: 'date-time',
  text: 'text',
} as const;
