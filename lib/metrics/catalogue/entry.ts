import { InputError } from '../../core/errors.ts';
import type { AnyPredictions, Task } from '../predictions.ts';
import type { Warn } from '../warn.ts';

/** What a metric looks at. */
export type Input =
  | 'values'
  | 'labels'
  | 'scores'
  | 'probabilities'
  | 'label sets'
  | 'label scores'
  | 'ranking'
  | 'detections'
  | 'texts';

/** All that there is to know of a metric: help, docs/metrics.md and the tests of every metric are made from it. */
export interface MetricEntry {
  /** As pipelines and reports write it; with parameters, what stands before the `@`. */
  name: string;
  /** As people read it. */
  title: string;
  tasks: readonly Task[];
  /** Which way is better. */
  direction: 'higher' | 'lower';
  /** Lowest and highest value there can be; ±Infinity where there is no such bound. */
  range: readonly [number, number];
  /** The unit of the target, its square, nats (natural units of information), or none. */
  unit: 'target' | 'target²' | 'nats' | '';
  needs: Input;
  /** In a name, the value of the first may stand without its key. */
  parameters: Parameters;
  /** What it says, in a sentence or two. */
  summary: string;
  /** In plain text; the row's weight is w, what was measured y, what was predicted ŷ, a probability p. */
  formula: string;
  /** When it is NaN, or set by a convention, beside having no rows or only rows that weigh nothing. */
  undefinedWhen: string;
  /** Where the definition is from. */
  source: string;
  example: Example;
  /** Whether weights of rows (of queries, where those are what is counted) have a meaning for it. */
  weighted: boolean;
  /** Whether it is made of sums over rows, so that data need not be held; the others sort, or look twice. */
  streams: boolean;
  /** Title with parameters that are not the default; by itself, the title and their values in brackets. */
  titleWith?(parameters: ParameterValues): string;
  /** @throws InputError when the predictions are of another kind, or do not fit together */
  compute(predictions: AnyPredictions, call: MetricCall): number;
}

/** Predictions small enough to check by hand, and what the metric says of them. */
export interface Example {
  /** The metric with its parameters; by default, without any. */
  name?: string;
  predictions: AnyPredictions;
  value: number;
}

export type ParameterValue = number | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;
export type Parameters = Readonly<Record<string, NumberParameter | ChoiceParameter>>;

export interface NumberParameter {
  kind: 'number' | 'integer';
  summary: string;
  low: number;
  high: number;
  /** Whether the two bounds are themselves allowed; they are by default. */
  open?: 'low' | 'high' | 'both';
  /** Without one, it must be stated. Infinity stands for "all". */
  default?: number;
}

export interface ChoiceParameter {
  kind: 'choice';
  summary: string;
  choices: readonly string[];
  /** Choices that fit some tasks only. */
  only?: Readonly<Record<string, readonly Task[]>>;
  default: string;
}

/** What a metric is given beside the predictions. */
export interface MetricCall<Values = ParameterValues> {
  /** A value for every parameter. */
  parameters: Values;
  warn?: Warn;
  /** Work that several metrics of the same predictions need, and that is done once, by its name. It must not warn. */
  shared<T>(key: string, make: () => T): T;
}

type ValuesOf<P extends Parameters> = {
  [K in keyof P]: P[K] extends { kind: 'choice'; choices: readonly (infer C)[] } ? C : number;
};

/** An entry whose `compute` knows its parameters by type. */
export function metric<const P extends Parameters = Record<never, never>>(
  entry: Omit<MetricEntry, 'parameters' | 'compute' | 'titleWith'> & {
    parameters?: P;
    titleWith?(parameters: ValuesOf<P>): string;
    compute(predictions: AnyPredictions, call: MetricCall<ValuesOf<P>>): number;
  },
): MetricEntry {
  // Values are checked against `parameters` before `compute` sees them, so the narrower type holds.
  return { parameters: {}, ...entry } as unknown as MetricEntry;
}

/**
 * The predictions, if they are of the kind that a metric takes.
 *
 * @throws InputError when they are not
 */
export function ofKind<K extends AnyPredictions['kind']>(
  predictions: AnyPredictions,
  kind: K,
): Extract<AnyPredictions, { kind: K }> {
  if (predictions.kind === kind) return predictions as Extract<AnyPredictions, { kind: K }>;
  throw new InputError(`predictions: expected ${kind}, found ${predictions.kind}`);
}

/** A `shared` for a single metric, which has nobody to share with. */
export const unshared: MetricCall['shared'] = (_, make) => make();

/** A `shared` that remembers for as long as it is held itself. */
export function rememberShared(): MetricCall['shared'] {
  const kept = new Map<string, unknown>();
  return <T>(key: string, make: () => T): T => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key) as T;
  };
}
