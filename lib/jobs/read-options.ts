import type { ReadOptions } from '../data/read.ts';
import type { Request } from '../pipeline/resolve.ts';

type ReadField = 'format' | 'separator' | 'encoding' | 'header' | 'badRows' | 'infinite' | 'limits';

/** What a request says of how its data is to be read; the columns' kinds aside, which depend on who reads. */
export function readOptions({
  format,
  separator,
  encoding,
  header,
  badRows,
  infinite,
  limits,
}: Pick<Request['data'], ReadField>): Omit<ReadOptions, 'kinds'> {
  return { format, separator: separator ?? undefined, encoding, header, badRows, infinite, limits };
}

/**
 * Whether a request needs a column: what its features, target, weights, split and slices name, and without a list of
 * features all but the excluded.
 */
export function neededColumns({ data, evaluate }: Pick<Request, 'data' | 'evaluate'>): (name: string) => boolean {
  const always = new Set([data.target, data.weight, ...namesIn(data.split), ...namesIn(evaluate)]);
  if (data.include) {
    const included = new Set(data.include);
    return (name) => always.has(name) || included.has(name);
  }
  const excluded = new Set(data.exclude);
  return (name) => always.has(name) || !excluded.has(name);
}

/** All texts in a part of a request: among them are the columns that it names. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}
