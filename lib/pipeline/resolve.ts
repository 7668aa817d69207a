import { InputError } from '../core/errors.ts';
import { usualReadLimits } from '../core/read-limits.ts';
import { checkPipeline } from './check-pipeline.ts';
import { parseDuration } from './duration.ts';
import { defaultGate, gateProblem, headlineOf, type ResolvedGate, resolveGate } from './resolve-gates.ts';
import { type ModelRequest, modelProblem, resolveModel } from './resolve-model.ts';
import type { PipelineDocument, Task } from './schema.ts';
import type { SearchDocument } from './search-schema.ts';
import {
  checkSearchedFields,
  describeFields,
  type Searched,
  type TrialFields,
  trialFields,
  withFields,
} from './trials.ts';

/** A pipeline with every choice made: what a run is named after, and what a report states. */
export interface Request {
  name: string;
  task: Task;
  data: {
    path: string;
    format: 'auto' | 'csv' | 'tsv' | 'jsonl' | 'parquet' | 'libsvm';
    /** null means found by looking. */
    separator: string | null;
    encoding: 'auto' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';
    header: boolean;
    target: string;
    /** Binary tasks: the text of the positive value; null means the last in order. */
    positive: string | null;
    weight: string | null;
    /** null means every column that is not excluded. */
    include: string[] | null;
    exclude: string[];
    columns: NonNullable<PipelineDocument['data']['columns']>;
    split: 'none' | { test: number; by: SplitKind; column?: string; seed: number };
    ready: { quietSeconds: number } | { marker: string };
    badRows: 'fail' | { skip: { count: number; share: number } };
    infinite: 'error' | 'missing';
    /** `memoryBytes` and `diskBytes` are here only if the document gives them; else the machine's own limits count. */
    limits: typeof usualReadLimits & { memoryBytes?: number; diskBytes?: number };
  };
  /** What is left out does not stand here, so that a document which does not ask for it keeps its version. */
  prepare: Omit<PrepareDocument, 'target'> & {
    scale: NonNullable<PrepareDocument['scale']>;
    impute: NonNullable<PrepareDocument['impute']>;
    target: 'standard' | 'log' | 'none';
    clip?: { values: [number, number] } | { quantiles: [number, number] };
  };
  model: ModelRequest;
  /** `auto`: chosen when the data is known. */
  optimizer: OptimizerRequest;
  /** `auto`: what suits the optimizer that is chosen. */
  stop: StopRequest | 'auto';
  /** Not there where none is asked for. */
  search?: SearchRequest;
  /** `folds`: cross-validation on the training rows, where it is asked for. */
  evaluate: { metrics: string[] | null; gates: ResolvedGate[]; folds?: number } & Pick<
    NonNullable<PipelineDocument['evaluate']>,
    'slices' | 'fairness' | 'worstRows' | 'threshold'
  >;
  schedule: { everySeconds: number } | null;
  /** What people say of the model; left out when they say nothing. */
  card?: NonNullable<PipelineDocument['card']>;
  /** Threads to work with; when left out, as many as the machine has. */
  threads?: number;
}

/** A search with every choice made. */
export interface SearchRequest {
  kind: SearchDocument['kind'];
  over: SearchDocument['over'];
  metric: string;
  /** Parts that the training rows are cut into, or the share of them that the trials are scored on. */
  scoring: { folds: number } | { validation: number };
  /** How many to draw; not there in a grid. */
  trials?: number;
  seed?: number;
  /** Halving alone. */
  halving?: { factor: number; budget: 'rows' | 'epochs'; smallest: number };
  /** What the document says of the parts that trials change: each trial's own defaults follow from it. */
  written: Searched;
}

/** One trial of a search: what it sets, and the whole request that this makes. */
export interface Trial {
  fields: TrialFields;
  request: Request;
}

/** An optimizer by name, its options, and the schedule of its learning rate. */
export type OptimizerRequest = {
  name: OptimizerName;
  learningRate?: number;
  /** Not there in those that look at all rows by nature. */
  batchSize?: number | 'full';
  seed?: number;
} & Record<string, unknown>;

export type OptimizerName = NonNullable<PipelineDocument['optimizer']>['name'];

export interface StopRequest {
  epochs?: number;
  steps?: number;
  gradientNorm?: number;
  tolerance?: number;
  patience?: number;
  /** Share of the training rows that early stopping watches. */
  validation?: number;
}

type PrepareDocument = NonNullable<PipelineDocument['prepare']>;
type SplitKind = 'hash' | 'random' | 'time' | 'group' | 'stratified';

/** A default that took effect: the path of the field that was left out, and the value that it got. */
export interface AppliedDefault {
  path: string;
  value: unknown;
}

/**
 * Fills in what a document leaves out, and says which fields those were.
 *
 * @throws InputError when two of its fields contradict each other
 */
export function resolvePipeline(document: PipelineDocument): { request: Request; defaults: AppliedDefault[] } {
  checkConsistency(document);
  const defaults: AppliedDefault[] = [];
  /** The value, or else the default, noted when it is one. */
  const or = <T>(value: T | undefined, path: string, fallback: T): T => {
    if (value !== undefined) return value;
    defaults.push({ path, value: fallback });
    return fallback;
  };
  const { task, data, prepare = {}, model = {}, evaluate = {} } = document;
  const request: Request = {
    name: document.name,
    task,
    data: {
      path: data.path,
      format: or(data.format, 'data.format', 'auto'),
      separator: data.separator ?? null,
      encoding: or(data.encoding, 'data.encoding', 'auto'),
      header: or(data.header, 'data.header', true),
      target: String(data.target),
      positive: data.positive === undefined ? null : String(data.positive),
      weight: data.weight === undefined ? null : String(data.weight),
      include: data.include?.map(String) ?? null,
      exclude: data.exclude?.map(String) ?? [],
      columns: data.columns ?? {},
      split: resolveSplit(data.split, or),
      ready: resolveReady(data.ready, or),
      badRows: resolveBadRows(data.badRows, or),
      infinite: or(data.infinite, 'data.infinite', 'error'),
      limits: { ...usualReadLimits, ...data.limits },
    },
    prepare: resolvePrepare(prepare, task, or),
    model: resolveModel(model, task, or),
    optimizer: resolveOptimizer(document.optimizer, or),
    stop: document.stop ?? or(undefined, 'stop', usualStop(document.optimizer?.name ?? 'auto')),
    evaluate: {
      metrics: evaluate.metrics ?? null,
      gates:
        evaluate.gates?.map(resolveGate) ??
        or<ResolvedGate[]>(undefined, 'evaluate.gates', [defaultGate(task, evaluate.metrics)]),
      ...(evaluate.folds === undefined ? {} : { folds: evaluate.folds }),
      ...(evaluate.threshold && { threshold: evaluate.threshold }),
      ...(evaluate.slices && { slices: evaluate.slices }),
      ...(evaluate.fairness && { fairness: evaluate.fairness }),
      ...(evaluate.worstRows && { worstRows: evaluate.worstRows }),
    },
    schedule: document.schedule ? { everySeconds: scheduleSeconds(document.schedule) } : null,
    ...(document.card && { card: document.card }),
    ...(document.threads !== undefined && { threads: document.threads }),
  };
  if (document.search) {
    request.search = resolveSearch(document, document.search, or);
    trialsOf(request);
  }
  if (data.positive === undefined && task === 'binary')
    defaults.push({ path: 'data.positive', value: 'the last in order' });
  if (evaluate.metrics === undefined) defaults.push({ path: 'evaluate.metrics', value: `those usual for ${task}` });
  return { request, defaults };
}

/**
 * The trials of a request's search, in their order.
 *
 * @throws InputError naming the first trial whose fields are not known, or whose values don't fit
 */
export function trialsOf({ search, ...request }: Request): Trial[] {
  if (!search) return [];
  return trialFields(search).map((fields) => {
    const { name, task, data } = request;
    const source = `pipeline ${name}, search.over`;
    const { data: columns, ...parts } = withFields(search.written, fields);
    const whole = { name, task, data: { path: data.path, target: data.target, ...columns }, ...parts };
    const tried = resolvedTrial(checkPipeline(whole, source), `${source}, ${describeFields(fields)}`);
    const { prepare, model, optimizer, stop } = tried;
    const { include, exclude } = tried.data;
    return { fields, request: { ...request, data: { ...data, include, exclude }, prepare, model, optimizer, stop } };
  });
}

function resolvedTrial(document: PipelineDocument, source: string): Request {
  try {
    return resolvePipeline(document).request;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${source}: ${error.message}`, { cause: error });
  }
}

/** Seconds between two evaluations of a schedule. */
export const scheduleSeconds = ({ every }: { every: string }): number => seconds(every);

type Or = <T>(value: T | undefined, path: string, fallback: T) => T;

function resolveSearch(
  { name, task, data, prepare, model, optimizer, stop, evaluate }: PipelineDocument,
  search: SearchDocument,
  or: Or,
): SearchRequest {
  checkSearchedFields(search.over);
  const { kind, over, metric, folds, validation } = search;
  if (folds !== undefined && validation !== undefined) {
    throw new InputError(`pipeline ${name}, search: expected folds or validation, found both`);
  }
  if (model?.warmStart !== undefined) {
    throw new InputError(`pipeline ${name}, model.warmStart: expected none with search, found "${model.warmStart}"`);
  }
  const { include, exclude } = data;
  const isGrid = Object.values(over).every((choice) => Array.isArray(choice));
  const isDrawn = kind === 'random' || (kind === 'halving' && (search.trials !== undefined || !isGrid));
  return {
    kind,
    over,
    metric: or(metric, 'search.metric', headlineOf(task, evaluate?.metrics)),
    scoring: validation === undefined ? { folds: or(folds, 'search.folds', 5) } : { validation },
    ...(isDrawn && {
      trials: or(search.trials, 'search.trials', kind === 'halving' ? 27 : 20),
      seed: or(search.seed, 'search.seed', 0),
    }),
    ...(kind === 'halving' && {
      halving: {
        factor: or(search.factor, 'search.factor', 3),
        budget: or<'rows' | 'epochs'>(search.budget, 'search.budget', 'rows'),
        smallest: or(search.smallest, 'search.smallest', search.budget === 'epochs' ? 1 : 100),
      },
    }),
    // As JSON, so that what is left out is absent.
    written: JSON.parse(JSON.stringify({ data: { include, exclude }, prepare, model, optimizer, stop })) as Searched,
  };
}

function resolvePrepare({ target, ...prepare }: PrepareDocument, task: Task, or: Or): Request['prepare'] {
  const { transform, clip } = typeof target === 'string' ? { transform: target } : { clip: undefined, ...target };
  return {
    ...prepare,
    scale: or(prepare.scale, 'prepare.scale', 'standard'),
    impute: or(prepare.impute, 'prepare.impute', 'mean'),
    target: task === 'regression' || task === 'count' ? or(transform, 'prepare.target', 'standard') : 'none',
    ...(clip === undefined ? {} : { clip }),
  };
}

function resolveSplit(split: PipelineDocument['data']['split'], or: Or): Request['data']['split'] {
  if (split === 'none') return 'none';
  const { column } = split ?? {};
  return {
    test: or(split?.test, 'data.split.test', 0.2),
    by: or<SplitKind>(split?.by, 'data.split.by', 'hash'),
    ...(column === undefined ? {} : { column: String(column) }),
    seed: split?.by === 'time' ? 0 : or(split?.seed, 'data.split.seed', 0),
  };
}

function resolveBadRows(badRows: PipelineDocument['data']['badRows'], or: Or): Request['data']['badRows'] {
  if (badRows === undefined || badRows === 'fail') return or(badRows, 'data.badRows', 'fail');
  return {
    skip: {
      count: or(badRows.skip.count, 'data.badRows.skip.count', 100),
      share: or(badRows.skip.share, 'data.badRows.skip.share', 0.01),
    },
  };
}

function resolveReady(ready: PipelineDocument['data']['ready'], or: Or): Request['data']['ready'] {
  if (ready && 'marker' in ready) return { marker: ready.marker };
  return { quietSeconds: ready ? seconds(ready.quiet) : seconds(or<string>(undefined, 'data.ready.quiet', '60 s')) };
}

function resolveOptimizer(optimizer: PipelineDocument['optimizer'], or: Or): OptimizerRequest {
  const chosen = optimizer ?? { name: or<'auto'>(undefined, 'optimizer.name', 'auto') };
  if (chosen.name === 'auto' || chosen.name === 'fista' || isSearch(chosen.name)) return { ...chosen };
  const given: Partial<OptimizerRequest> = chosen;
  const learningRate = or(given.learningRate, 'optimizer.learningRate', usualRates[chosen.name] ?? 0.01);
  if (chosen.name === 'gd') return { ...chosen, learningRate, batchSize: 'full', seed: 0 };
  return {
    ...chosen,
    learningRate,
    batchSize: or<number | 'full'>(given.batchSize, 'optimizer.batchSize', 256),
    seed: or(given.seed, 'optimizer.seed', 0),
  };
}

/** Those that look at all rows by nature, and find their own steps. */
const isSearch = (name: OptimizerName): boolean => ['lbfgs', 'newton', 'closedForm'].includes(name);

/** For features of unit variance. */
const usualRates: Partial<Record<OptimizerName, number>> = {
  gd: 0.1,
  sgd: 0.1,
  adagrad: 0.1,
  adadelta: 1,
  lion: 0.001,
};

function usualStop(name: OptimizerName): Request['stop'] {
  if (name === 'auto') return 'auto';
  if (isSearch(name)) return { epochs: 1000, gradientNorm: 1e-8, tolerance: 1e-12 };
  if (name === 'fista') return { epochs: 10_000, gradientNorm: 1e-8, tolerance: 1e-12 };
  return { epochs: 200, tolerance: 1e-7, patience: 10 };
}

function checkConsistency({ name, task, data, prepare, model, optimizer, evaluate }: PipelineDocument): void {
  const fail = (path: string, expected: string, found: string): never => {
    throw new InputError(`pipeline ${name}, ${path}: expected ${expected}, found ${found}`);
  };
  if (data.include && data.exclude?.length) fail('data', 'include or exclude', 'both');
  if (data.positive !== undefined && task !== 'binary')
    fail('data.positive', 'it only with task binary', `task ${task}`);
  const { by, column } = data.split && data.split !== 'none' ? data.split : {};
  if ((by === 'time' || by === 'group') && column === undefined) {
    fail('data.split.column', `a column to split by ${by}`, 'none');
  }
  if ((by === 'random' || by === 'stratified') && column !== undefined) {
    fail('data.split.column', 'it only by hash, time or group', `by ${by}`);
  }
  if (typeof prepare?.impute === 'object' && typeof prepare.impute.constant !== 'number') {
    fail('prepare.impute.constant', 'a number for all columns of numbers', JSON.stringify(prepare.impute.constant));
  }
  if (prepare?.target && prepare.target !== 'none' && task !== 'regression' && task !== 'count') {
    fail('prepare.target', 'it only with task regression or count', `task ${task}`);
  }
  if (task === 'count' && prepare?.target && prepare.target !== 'standard' && prepare.target !== 'none')
    fail('prepare.target', 'standard or none for task count', textOf(prepare.target));
  const problem = modelProblem(model ?? {}, task);
  if (problem) fail(...problem);
  checkProximal(optimizer, model, fail);
  const ofTwo = (['fairness', 'threshold'] as const).find((key) => evaluate?.[key] !== undefined);
  if (ofTwo && task !== 'binary') fail(`evaluate.${ofTwo}`, 'it only with task binary', `task ${task}`);
  const wrongGate = gateProblem(evaluate?.gates ?? []);
  if (wrongGate) fail(...wrongGate);
  const [target, weight] = [String(data.target), String(data.weight)];
  if (data.weight !== undefined && weight === target) fail('data.weight', 'another column than the target', target);
}

/** Proximal steps need the length of the step before them: plain gradient descent, or FISTA, which has its own. */
function checkProximal(
  optimizer: PipelineDocument['optimizer'],
  model: PipelineDocument['model'],
  fail: (path: string, expected: string, found: string) => never,
): void {
  if (!model?.l1 || !optimizer) return;
  const expected = 'auto, fista, gd, or sgd without momentum, with model.l1';
  const { name } = optimizer;
  if (name === 'auto' || name === 'fista') return;
  if (name !== 'gd' && name !== 'sgd') {
    fail('optimizer.name', expected, name);
    return;
  }
  if (name === 'sgd' && optimizer.momentum) fail('optimizer.momentum', expected, String(optimizer.momentum));
  if (JSON.stringify(optimizer.schedule ?? null).includes('"plateau"'))
    fail(
      'optimizer.schedule',
      'another schedule with model.l1',
      'plateau, whose rate the proximal step would not know',
    );
}

const seconds = (duration: string): number => (parseDuration(duration) ?? Number.NaN) / 1000;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
