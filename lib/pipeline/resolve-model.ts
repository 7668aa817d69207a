import type { ModelDocument } from './model-schema.ts';
import type { Task } from './schema.ts';

type Kind = NonNullable<ModelDocument['kind']>;
type LossName = NonNullable<ModelDocument['loss']>;
type LossOption = 'delta' | 'quantile' | 'power' | 'gamma' | 'labelSmoothing';
type NetOption = 'hidden' | 'activation' | 'dropout' | 'initialisation' | 'seed';

/** A model with every choice made. What does not concern its kind and loss is absent. */
export interface ModelRequest extends Pick<ModelDocument, LossOption | NetOption> {
  kind: Kind;
  loss: LossName;
  l2: number;
  l1: number;
  penaliseIntercept: boolean;
  /** Tasks of classes only; null means that each counts as it stands. */
  classWeights?: 'balanced' | Record<string, number> | null;
  /** Left out when it is not asked for. */
  calibrate?: 'platt' | 'isotonic';
  /** A version's name; `champion` only until a run is opened, which names the version. */
  warmStart: string | null;
}

/** The kinds for each task, the usual one first. */
const kindsOf: Record<Task, readonly Kind[]> = {
  regression: ['linear', 'mlp'],
  count: ['linear', 'mlp'],
  binary: ['logistic', 'mlp'],
  multiclass: ['softmax', 'mlp'],
};

const forNumbers: LossName[] = ['squared', 'absolute', 'huber', 'quantile', 'log-cosh'];

/** The losses for each task, the usual one first. */
export const lossesOf: Record<Task, readonly LossName[]> = {
  regression: forNumbers,
  count: ['poisson', 'gamma', 'tweedie', ...forNumbers],
  binary: ['logistic', 'hinge', 'squared-hinge', 'focal'],
  multiclass: ['cross-entropy', 'focal'],
};

/** What each loss can be asked for, and what it gets otherwise. */
export const lossDefaults: Partial<Record<LossName, Partial<Record<LossOption, number>>>> = {
  huber: { delta: 1 },
  quantile: { quantile: 0.5 },
  tweedie: { power: 1.5 },
  logistic: { labelSmoothing: 0 },
  'cross-entropy': { labelSmoothing: 0 },
  focal: { gamma: 2 },
};

const lossOptions: LossOption[] = ['delta', 'quantile', 'power', 'gamma', 'labelSmoothing'];
const netOptions: NetOption[] = ['hidden', 'activation', 'dropout', 'initialisation', 'seed'];

type Or = <T>(value: T | undefined, path: string, fallback: T) => T;

/** Fills in what a document leaves out of its model; `or` notes each default. */
export function resolveModel(model: ModelDocument, task: Task, or: Or): ModelRequest {
  const kind = or(model.kind, 'model.kind', kindsOf[task][0]);
  const loss = or(model.loss, 'model.loss', lossesOf[task][0]);
  const request: ModelRequest = {
    kind,
    loss,
    l2: or(model.l2, 'model.l2', 0),
    l1: or(model.l1, 'model.l1', 0),
    penaliseIntercept: model.penaliseIntercept ?? false,
    warmStart: model.warmStart ?? null,
  };
  if (model.calibrate) request.calibrate = model.calibrate;
  for (const [option, fallback] of Object.entries(lossDefaults[loss] ?? {}) as [LossOption, number][])
    request[option] = or(model[option], `model.${option}`, fallback);
  if (task === 'binary' || task === 'multiclass') request.classWeights = model.classWeights ?? null;
  return kind === 'mlp' ? { ...request, ...resolveNet(model, or) } : request;
}

function resolveNet(model: ModelDocument, or: Or): Required<Pick<ModelRequest, NetOption>> {
  const activation = or(model.activation, 'model.activation', 'relu');
  const usual = activation === 'relu' || activation === 'gelu' ? 'he-uniform' : 'xavier-uniform';
  return {
    hidden: or(model.hidden, 'model.hidden', [64, 32]),
    activation,
    dropout: or(model.dropout, 'model.dropout', 0),
    initialisation: or(model.initialisation, 'model.initialisation', usual),
    seed: or(model.seed, 'model.seed', 0),
  };
}

/** What is wrong with a model's fields together, if anything: a path, what was expected there, and what was found. */
export function modelProblem(
  model: ModelDocument,
  task: Task,
): [path: string, expected: string, found: string] | undefined {
  const { kind = kindsOf[task][0], loss = lossesOf[task][0] } = model;
  if (!kindsOf[task].includes(kind)) return ['model.kind', `${kindsOf[task].join(' or ')} for task ${task}`, kind];
  if (!lossesOf[task].includes(loss))
    return ['model.loss', `one of ${lossesOf[task].join(', ')} for task ${task}`, loss];
  for (const option of lossOptions) {
    if (model[option] === undefined || Object.hasOwn(lossDefaults[loss] ?? {}, option)) continue;
    const takers = (Object.keys(lossDefaults) as LossName[]).filter((name) => option in (lossDefaults[name] ?? {}));
    return [`model.${option}`, `it only with loss ${takers.join(' or ')}`, `loss ${loss}`];
  }
  const foreign = netOptions.find((option) => model[option] !== undefined);
  if (kind !== 'mlp' && foreign) return [`model.${foreign}`, 'it only with kind mlp', `kind ${kind}`];
  if (model.classWeights !== undefined && task !== 'binary' && task !== 'multiclass')
    return ['model.classWeights', 'them only with task binary or multiclass', `task ${task}`];
  if (model.calibrate && task !== 'binary') return ['model.calibrate', 'it only with task binary', `task ${task}`];
  if (model.penaliseIntercept && !model.l1 && !model.l2)
    return ['model.penaliseIntercept', 'l1 or l2 with it', 'neither'];
  return undefined;
}
