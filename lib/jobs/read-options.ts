import type { ReadLimits } from '../data/limits.ts';
import type { ReadOptions } from '../data/read.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { Context } from './context.ts';

type ReadField = 'format' | 'separator' | 'encoding' | 'header' | 'badRows' | 'infinite' | 'limits';

/** What of a request names columns. */
interface ColumnRequest extends Pick<Request, 'evaluate'> {
  data: Pick<Request['data'], 'target' | 'weight' | 'split' | 'include' | 'exclude'>;
}

/**
 * What a request says of how its data is to be read; the columns' kinds aside, which depend on who reads. Where it says
 * nothing of memory, it is what the process has.
 */
export function readOptions(
  { memoryBytes }: Pick<Context, 'memoryBytes'>,
  { format, separator, encoding, header, badRows, infinite, limits }: Pick<Request['data'], ReadField>,
): Omit<ReadOptions, 'kinds'> & { limits: Partial<ReadLimits> } {
  const allLimits = { ...(memoryBytes !== undefined && { memoryBytes }), ...limits };
  return { format, separator: separator ?? undefined, encoding, header, badRows, infinite, limits: allLimits };
}

/**
 * Whether a request needs a column: what its features, target, weights, split and slices name, and without a list of
 * features all but the excluded.
 */
export function neededColumns({ data, evaluate }: ColumnRequest): (name: string) => boolean {
  const always = new Set([data.target, data.weight, ...namesIn(data.split), ...namesIn(evaluate)]);
  if (data.include) {
    const included = new Set(data.include);
    return (name) => always.has(name) || included.has(name);
  }
  const excluded = new Set(data.exclude);
  return (name) => always.has(name) || !excluded.has(name);
}

/** Whether a request speaks of no column of a name, so that its cells may be let go of when they are free text. */
export function unnamedColumns({ data, prepare, evaluate }: Pick<Request, 'data' | 'prepare' | 'evaluate'>) {
  const named = new Set([
    ...[data.target, data.weight, ...(data.include ?? []), ...Object.keys(data.columns)],
    ...[...Object.keys(prepare.columns ?? {}), ...namesIn(data.split), ...namesIn(evaluate)],
  ]);
  return (name: string): boolean => !named.has(name);
}

/** Which number columns are rounded to float32: those that are, as features, in any case. */
export function singleColumns({ data }: { data: Pick<Request['data'], 'target' | 'weight' | 'split'> }) {
  const exact = new Set([data.target, data.weight, data.split === 'none' ? undefined : data.split.column]);
  return (name: string): boolean => !exact.has(name);
}

/** Whether a model's prediction needs a column: it is a feature, or one of `others`. */
export function predictionColumns(
  { encoding }: Pick<Manifest, 'encoding'>,
  others: readonly (string | null)[] = [],
): (name: string) => boolean {
  const names = new Set([...others, ...encoding.features.map(({ name }) => name)]);
  return (name) => names.has(name);
}

/** Whether the evaluation of a model on any rows needs a column: a feature, the target, the weight, a slice. */
export function evaluationColumns(
  manifest: Pick<Manifest, 'encoding'>,
  { data, evaluate }: ColumnRequest,
): (name: string) => boolean {
  return predictionColumns(manifest, [data.target, data.weight, ...namesIn(evaluate)]);
}

/** All texts in a part of a request: among them are the columns that it names. */
export function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}
