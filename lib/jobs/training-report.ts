import { recipe } from '../core/recipe.ts';
import type { Link } from '../losses/loss.ts';
import type { Progress } from '../optimizers/solution.ts';
import { modelFile } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { describeColumns } from '../report/columns.ts';
import { coefficientLimit, curveLimit } from '../report/limits.ts';
import type { Coefficient, Report } from '../report/report.ts';
import { thin } from '../report/thin.ts';
import type { EvaluatedRun } from './evaluate.ts';
import { modelFor } from './model-for.ts';
import type { Prepared } from './prepare.ts';
import { recordedRequest } from './recorded-request.ts';
import { release } from './release.ts';
import type { RunRequest } from './runs.ts';

/** Puts a training's report together from what its jobs left. */
export function trainingReport({
  request: { run, request, defaults },
  manifest,
  evaluated: { evaluation, championVersion, championMetrics, championComparisons = [], championSeen },
  verdict,
  prepared,
  parameters,
  curve,
  footprint,
  footprintBasis,
  createdAt,
}: {
  request: RunRequest;
  manifest: Manifest;
  evaluated: EvaluatedRun;
  verdict: Report['verdict'];
  prepared: Prepared;
  parameters: Float64Array;
  curve: Progress[];
  footprint: Record<string, number>;
  footprintBasis: string;
  createdAt: string;
}): Report {
  const champion =
    championVersion !== null && championMetrics !== null && championVersion !== manifest.version
      ? {
          champion: { version: championVersion, metrics: championMetrics },
          comparisons: [...championComparisons, ...(evaluation.comparisons ?? [])],
        }
      : {};
  const solution = manifest.training.solution as Solution;
  // After a search, what it found.
  const { model: used } = recordedRequest(manifest);
  return {
    schemaVersion: 1,
    kind: 'training',
    name: request.name,
    title: `Training of ${request.name}`,
    task: request.task,
    run,
    version: manifest.version,
    createdAt,
    verdict,
    data: dataSection(prepared, manifest, request, championSeen),
    model: {
      kind: manifest.model.kind,
      loss: manifest.model.loss,
      l2: used.l2,
      ...(used.l1 > 0 && { l1: used.l1 }),
      ...(used.hidden && { hidden: used.hidden }),
      ...(used.warmStart !== null && { warmStart: used.warmStart }),
      parameterCount: manifest.model.parameterCount,
      optimizer: manifest.training.optimizer,
      ...(manifest.training.because === undefined ? {} : { optimizerReason: manifest.training.because }),
      ...(manifest.model.kind === 'mlp' ? { coefficients: [] } : coefficientsOf(manifest, parameters)),
      sizeBytes: manifest.files[modelFile].size,
    },
    training: {
      solution,
      sentence: trainingSentence(manifest),
      steps: manifest.training.steps,
      epochs: manifest.training.epochs,
      ...curveOf(curve, manifest),
      loss: manifest.training.loss,
      ...(manifest.training.warnings && { warnings: manifest.training.warnings }),
    },
    evaluation: { ...evaluation, ...champion },
    request: request as unknown as Report['request'],
    defaults: defaults as Report['defaults'],
    footprint,
    footprintBasis,
    generatedBy: { name: 'hone', version: release, recipe },
  };
}

/** Why training stopped, and which parameters were kept. */
function trainingSentence({ training: { solution, reason, validation } }: Manifest): string {
  const kept = validation
    ? ` The parameters are those of epoch ${validation.epoch}, where the watched rows' loss was lowest, ${validation.loss}.`
    : '';
  return `${statusWords[solution as Solution]}: ${reason}.${kept}`;
}

/** In mini-batches the mean loss of each epoch; before there are two, that of each step's batch. */
function curveOf(
  progress: readonly Progress[],
  manifest: Manifest,
): Pick<NonNullable<Report['training']>, 'curve' | 'curveOf'> {
  const epochs = progress.flatMap(({ epochLoss, ...point }) =>
    epochLoss === undefined ? [] : [{ ...point, loss: epochLoss }],
  );
  const ofEpochs = epochs.length > 1;
  const points = (ofEpochs ? epochs : progress).map(({ step, epoch, loss }) => ({
    step,
    epoch,
    loss: Number.isFinite(loss) ? loss : null,
  }));
  return {
    curve: thin(points, curveLimit),
    curveOf: !isOfBatches(manifest) ? 'rows' : ofEpochs ? 'epochs' : 'batches',
  };
}

function isOfBatches({ data, training: { optimizer } }: Manifest): boolean {
  return typeof optimizer.batchSize === 'number' && optimizer.batchSize < data.trainingRowCount;
}

type Solution = NonNullable<Report['training']>['solution'];

const statusWords: Record<Solution, string> = {
  converged: 'Converged',
  'step-limit': 'Stopped before it converged',
  deadline: 'Paused',
  diverged: 'Diverged',
};

function dataSection(
  { table, warnings, schema, leaks, profiles }: Prepared,
  { data, encoding }: Manifest,
  request: RunRequest['request'],
  championSeen: string | undefined,
): Report['data'] {
  const { target, weight, split } = request.data;
  const features = new Set(encoding.features.map(({ name }) => name));
  const leftOut = new Map(encoding.leftOut.map(({ name, reason }) => [name, reason]));
  const roleOf = (name: string) => {
    if (name === target) return { role: 'target' as const };
    if (name === weight) return { role: 'weight' as const };
    if (features.has(name)) {
      const leak = leaks.find((suspect) => suspect.name === name);
      return { role: 'feature' as const, ...(leak ? { reason: `suspected leak: ${leak.reason}` } : {}) };
    }
    const reason = leftOut.get(name) ?? 'by the request';
    return { role: 'excluded' as const, reason };
  };
  return {
    objects: data.objects,
    rowCount: data.rowCount,
    trainingRowCount: data.trainingRowCount,
    testRowCount: data.testRowCount,
    split: describeSplit(split, target),
    target,
    columns: describeColumns(table, roleOf, schema.columns, profiles),
    warnings: championSeen === undefined ? warnings : [...warnings, championSeen],
  };
}

function describeSplit(split: RunRequest['request']['data']['split'], target: string): string {
  if (split === 'none') {
    return 'No rows were held out: metrics are those of the rows that the model was trained on.';
  }
  const { test, by, column, seed } = split;
  const held = `${test * 100}% of the rows are held out,`;
  const name = JSON.stringify(column);
  switch (by) {
    case 'hash':
      return `${held} by a hash of their ${column === undefined ? 'content' : name} with seed ${seed}; equal rows stay together.`;
    case 'random':
      return `${held} drawn with seed ${seed}; equal rows stay together.`;
    case 'time':
      return `${held} the latest by ${name}; rows of one time stay together.`;
    case 'group':
      return `${held} as whole groups of one ${name}, drawn with seed ${seed}.`;
    case 'stratified':
      return `${held} drawn with seed ${seed} within each value of ${JSON.stringify(target)}; equal rows stay together.`;
  }
}

/** The largest coefficients, in units of the scaled features, and the intercepts. */
function coefficientsOf(
  { model, encoding, target, signature, request }: Manifest,
  parameters: Float64Array,
): Pick<NonNullable<Report['model']>, 'coefficients' | 'intercepts' | 'coefficientUnits'> {
  const { inputs, outputs } = model;
  const { link } = modelFor((request as RunRequest['request']).model, { inputs, target });
  const classOf = (output: number) => {
    if (!('classes' in target)) return {};
    return { class: outputs === 1 ? target.classes[1] : target.classes[output] };
  };
  const offset = (name: string) => model.layout.find((slice) => slice.name === name)?.offset ?? 0;
  const all: Coefficient[] = [];
  for (let output = 0; output < outputs; output++) {
    encoding.columns.forEach(({ name }, input) => {
      const value = parameters[offset('coefficients') + output * inputs + input];
      all.push({ feature: name, ...classOf(output), value });
    });
  }
  const intercepts = Array.from({ length: outputs }, (_, output) => ({
    ...classOf(output),
    value: parameters[offset('intercept') + output],
  }));
  const coefficients = all.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, coefficientLimit);
  return { coefficients, intercepts, coefficientUnits: unitsOf(target, signature.output.name, link) };
}

function unitsOf(target: Manifest['target'], name: string, link: Link): string {
  const per = 'for one scaled unit of the feature (as prepare.scale says; for a category, belonging to it)';
  if (link === 'none') return `margins ${per}`;
  if ('classes' in target) return `log-odds ${per}`;
  if (link === 'log') return `log of the expected ${name}, ${per}`;
  return `${target.log ? `log(${name})` : name}${target.scale === 1 ? '' : `, in units of ${target.scale}`}, ${per}`;
}
