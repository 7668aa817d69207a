import { NumericError } from '../core/errors.ts';
import { sha256Hex } from '../core/hash.ts';
import { recipe } from '../core/recipe.ts';
import type { Model } from '../models/model.ts';
import { checkpointFromTensors, checkpointToTensors } from '../optimizers/checkpoint.ts';
import { minimise } from '../optimizers/minimise.ts';
import type { RunLength } from '../optimizers/schedules/make-schedule.ts';
import type { Checkpoint, Progress, Solution } from '../optimizers/solution.ts';
import { contentRequest, type StopRequest } from '../pipeline/resolve.ts';
import { modelFile } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { encodeModel } from '../registry/model-file.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../registry/safetensors.ts';
import { hasVersion } from '../registry/versions.ts';
import { putJson } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { type Choice, chooseOptimizer } from './choose-optimizer.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { modelFor } from './model-for.ts';
import { type Prepared, prepare, toTrainingExamples, trainingParts } from './prepare.ts';
import { appendProgress } from './progress.ts';
import { ruleFor } from './rule-for.ts';
import { type RunRequest, readRun, runKey } from './runs.ts';
import { startingParameters } from './warm-start.ts';

/** Milliseconds of training between looks at the clock and turns for the rest of the process. */
const sliceMs = 100;

export interface TrainStep {
  run: string;
}

export interface TrainOutcome {
  run: string;
  /** False when time ran short: a checkpoint was kept, and the next call goes on from it. */
  done: boolean;
  /** Whether the version was there before, trained by another run. */
  found: boolean;
}

/**
 * Trains a run's model until it converges, its steps are used up, or the deadline nears.
 *
 * Leaves the candidate in the run: runs/<run>/model.safetensors and manifest.json. However often it is interrupted,
 * the candidate has the same bits.
 *
 * @throws InputError when the data is not what the request takes it for
 * @throws NumericError when training diverges
 */
export async function train(context: Context, { run }: TrainStep): Promise<TrainOutcome> {
  const { store } = context;
  if (await store.head(runKey(run, 'manifest.json'))) return { run, done: true, found: false };
  const request = await readRun(store, run);
  const prepared = await prepare(context, request);
  if (await hasVersion(store, request.request.name, prepared.version)) return { run, done: true, found: true };

  const { encoding, target } = prepared;
  const model = modelFor(request.request.model, { inputs: encoding.columns.length, target });
  const choice = chooseOptimizer(request.request, model, prepared.training.length);
  const solution = await solve(context, request, prepared, model, choice);
  if (solution.status === 'deadline') return { run, done: false, found: false };
  if (solution.status === 'diverged') throw divergence(choice, solution);
  await keepCandidate(store, request, prepared, model, choice, solution);
  return { run, done: true, found: false };
}

async function solve(
  context: Context,
  { run, request }: RunRequest,
  prepared: Prepared,
  model: Model,
  { optimizer, stop }: Choice,
): Promise<Solution> {
  const { batchSize, seed } = optimizer;
  const { l1, l2, penaliseIntercept } = request.model;
  const { training, validation } = trainingParts(prepared, request, stop);
  const objective = model.objective(toTrainingExamples(prepared, request, training), {
    l1,
    l2,
    penaliseIntercept,
    batchSize: batchSize === 'full' ? undefined : batchSize,
    seed,
  });
  const validate = validation && model.meanLoss(toTrainingExamples(prepared, request, validation));
  const initial = await startingParameters(context, request, prepared, model);
  const { validation: _share, ...criteria } = stop;
  const stepLimit = stepsAllowed(stop, objective.stepsPerEpoch);
  const length: RunLength = { stepsPerEpoch: objective.stepsPerEpoch, steps: stepLimit };
  const rule = ruleFor(optimizer, request.model, model, length);

  const startMs = context.now();
  let resume = await readCheckpoint(context.store, run);
  if (resume) context.onProgress?.({ kind: 'resumed', step: resume.step });
  const firstStep = resume?.step ?? 0;
  const curve: Progress[] = [];
  let last: Progress | undefined;
  let [hasStepped, isLate] = [false, false];
  const onProgress = (progress: Progress) => {
    last = { ...progress };
    if (isKept(progress.step)) curve.push(last);
    if (progress.step % 100 === 0) context.onProgress?.({ kind: 'step', ...progress, stepLimit });
  };
  for (;;) {
    const sliceEndMs = context.now() + sliceMs;
    const solution = minimise(objective, {
      rule,
      initial,
      stop: criteria,
      resume,
      validate,
      progressEvery: 1,
      onProgress,
      shouldPause: () => {
        // Each call takes one step at the least, so that calling again and again comes to an end.
        if (!hasStepped) {
          hasStepped = true;
          return false;
        }
        isLate = context.remainingMs() < deadlineReserveMs;
        return isLate || context.now() >= sliceEndMs;
      },
    });
    if (solution.status === 'deadline' && !isLate) {
      resume = solution.checkpoint;
      await new Promise((resolve) => setTimeout(resolve, 0));
      continue;
    }
    if (last && curve.at(-1) !== last) curve.push(last);
    // A search takes few steps, one of them to the minimum: where it ended belongs to its curve.
    if ('search' in rule && solution.status !== 'deadline') {
      const { steps, loss, gradientNorm } = solution;
      curve.push({ step: steps + 1, epoch: steps, loss, gradientNorm });
    }
    await appendProgress(context.store, run, firstStep, {
      curve,
      milliseconds: { read: prepared.readMilliseconds, train: context.now() - startMs },
    });
    if (solution.status === 'deadline') {
      await writeCheckpoint(context.store, run, solution.checkpoint);
    } else {
      const { status, reason, steps } = solution;
      context.onProgress?.({ kind: 'trained', solution: status, reason, steps, milliseconds: context.now() - startMs });
    }
    return solution;
  }
}

// Of each decade of steps about ninety points are kept: the curve is as fine where it is steep as where it is long.
const isKept = (step: number): boolean => step <= 100 || step % Number(`1e${String(step).length - 2}`) === 0;

function stepsAllowed(stop: StopRequest, stepsPerEpoch: number): number | undefined {
  const limits = [stop.steps, stop.epochs === undefined ? undefined : stop.epochs * stepsPerEpoch];
  const known = limits.filter((limit) => limit !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

async function keepCandidate(
  store: Store,
  { run, request }: RunRequest,
  { table, training, test, encoding, target, schema, version }: Prepared,
  model: Model,
  { optimizer, stop, because }: Choice,
  solution: Solution,
): Promise<void> {
  const body = encodeModel(model, solution.parameters, encoding, target);
  const manifest: Manifest = {
    format: 1,
    name: request.name,
    version,
    recipe,
    task: request.task,
    request: contentRequest(request),
    data: {
      objects: table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount })),
      blocks: table.blocks.map(({ hash }) => hash),
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
      ...(solution.best && { validation: { loss: solution.best.loss, epoch: solution.best.epoch } }),
    },
    signature: {
      inputs: encoding.features.map((feature) => ({
        name: feature.name,
        kind: inputKinds[feature.kind],
        ...('levels' in feature ? { levels: feature.levels } : {}),
      })),
      output: !('classes' in target)
        ? { name: request.data.target, kind: 'number' }
        : { name: request.data.target, kind: 'category', classes: target.classes },
    },
    files: { [modelFile]: { size: body.length, sha256: sha256Hex(body) } },
  };
  await store.put(runKey(run, modelFile), body, { contentType: 'application/octet-stream' });
  await putJson(store, runKey(run, 'manifest.json'), manifest);
}

// Step numbers are padded, so that the last key in byte order is the latest checkpoint.
const checkpointKey = (run: string, step: number): string =>
  runKey(run, `checkpoint-${String(step).padStart(12, '0')}`);

async function writeCheckpoint(store: Store, run: string, checkpoint: Checkpoint): Promise<void> {
  const tensors = Object.entries(checkpointToTensors(checkpoint)).map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { dtype: 'F64', shape, data },
  ]);
  await store.put(checkpointKey(run, checkpoint.step), encodeSafetensors(Object.fromEntries(tensors)));
}

async function readCheckpoint(store: Store, run: string): Promise<Checkpoint | undefined> {
  let latest: string | undefined;
  for await (const { key } of listAll(store, runKey(run, 'checkpoint-'))) latest = key;
  if (latest === undefined) return undefined;
  const { tensors } = decodeSafetensors((await store.get(latest)).body);
  const vectors = Object.entries(tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data as Float64Array },
  ]);
  return checkpointFromTensors(Object.fromEntries(vectors));
}

function divergence({ optimizer: { name, learningRate } }: Choice, { steps, loss }: Solution): NumericError {
  const slower =
    learningRate === undefined
      ? 'Scale the features with prepare.scale: standard, or add model.l2'
      : `Lower optimizer.learningRate (it was ${learningRate}, try ${learningRate / 10}), or scale the features with prepare.scale: standard`;
  return new NumericError(`optimizer ${name}: expected the loss to stay finite, found ${loss} after step ${steps}`, {
    advice: slower,
  });
}

const inputKinds = {
  number: 'number',
  category: 'category',
  ordinal: 'category',
  hash: 'category',
  date: 'date-time',
  text: 'text',
} as const;
