import { exp, log } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { type Random, seededRandom } from '../core/random.ts';
import type { PipelineDocument } from './schema.ts';
import { type Json, type SearchDocument, type SearchRange, trialLimit } from './search-schema.ts';

/** The fields that a trial sets, by their path in the document. */
export type TrialFields = Record<string, Json>;

/** The parts of a document that a search may change. */
export type Searched = Pick<PipelineDocument, 'prepare' | 'model' | 'optimizer' | 'stop'> & {
  data: Pick<PipelineDocument['data'], 'include' | 'exclude'>;
};

/**
 * What each trial of a search sets: every combination of a grid, the last field changing fastest, or as many as were
 * asked for, drawn by the seed. The same search gives the same trials.
 *
 * Fields are drawn in their order. A number drawn from a range is rounded to four digits, so that it can be read and
 * written down. A combination that was drawn before is drawn anew; where there are no more than asked for, all are taken.
 *
 * @throws InputError when a grid has more than 1,000 combinations
 * @see Bergstra & Bengio 2012, Journal of Machine Learning Research 13, for drawing rather than a grid
 */
export function trialFields(
  search: Pick<SearchDocument, 'kind' | 'over'> & { trials?: number; seed?: number },
): TrialFields[] {
  const { over, trials, seed = 0 } = search;
  const fields = Object.entries(over) as [string, Json[] | SearchRange][];
  const isGrid = fields.every(([, choice]) => Array.isArray(choice));
  const combinations = isGrid
    ? fields.reduce((product, [, choice]) => product * (choice as Json[]).length, 1)
    : Infinity;
  if (search.kind === 'grid' || (search.kind === 'halving' && trials === undefined) || combinations <= (trials ?? 0)) {
    if (combinations <= trialLimit) return grid(fields as [string, Json[]][]);
    throw new InputError(`search.over: expected at most ${trialLimit} trials, found ${combinations} combinations`, {
      advice: 'Give fewer values, or take kind: random, which draws as many as `trials` says',
    });
  }
  return drawn(fields, trials ?? 0, seededRandom(seed));
}

/**
 * The parts of a document with a trial's fields set.
 *
 * @throws InputError when a field leads through a value that is no object
 */
export function withFields(written: Searched, fields: TrialFields): Searched {
  let changed: unknown = written;
  for (const [path, value] of Object.entries(fields)) changed = withField(changed, path.split('.'), value, path);
  return changed as Searched;
}

/** Fields and values in words: `model.l2 0.1, optimizer.name "adam"`. */
export const describeFields = (fields: TrialFields): string =>
  Object.entries(fields)
    .map(([path, value]) => `${path} ${JSON.stringify(value)}`)
    .join(', ');

/**
 * Checks that a search goes over fields that may differ between trials.
 *
 * What is learned, which rows there are and what weighs them must not, or their metrics could not be compared.
 */
export function checkSearchedFields(over: Record<string, unknown>): void {
  const paths = Object.keys(over);
  if (paths.length === 0) throw new InputError('search.over: expected a field to search over, found none');
  for (const path of paths) {
    if (path === 'model.warmStart') {
      throw new InputError('search.over: expected no model.warmStart, whose parameters fit one preparation, found it');
    }
    if (!searchable.test(path)) {
      throw new InputError(
        `search.over: expected fields of prepare, model, optimizer or stop, or data.include or data.exclude, found "${path}"`,
        { advice: 'What is learned, the rows and how they are scored are the same for all trials' },
      );
    }
    const outer = paths.find((other) => path.startsWith(`${other}.`));
    if (outer !== undefined) {
      throw new InputError(`search.over: expected fields apart from each other, found "${path}" within "${outer}"`);
    }
  }
}

const searchable = /^(?:(?:prepare|model|stop)\.[^.].*|optimizer(?:\.[^.].*)?|data\.(?:include|exclude))$/;

function grid(fields: [string, Json[]][]): TrialFields[] {
  return fields.reduce<TrialFields[]>(
    (trials, [path, values]) => trials.flatMap((trial) => values.map((value) => ({ ...trial, [path]: value }))),
    [{}],
  );
}

function drawn(fields: [string, Json[] | SearchRange][], count: number, random: Random): TrialFields[] {
  const trials = new Map<string, TrialFields>();
  // A search that has hardly any combinations left must not draw for ever.
  for (let draw = 0; draw < 100 * count && trials.size < count; draw++) {
    const trial = Object.fromEntries(
      fields.map(([path, choice]) => [
        path,
        Array.isArray(choice) ? choice[random.nextInt(choice.length)] : numberIn(choice, random),
      ]),
    );
    trials.set(JSON.stringify(trial), trial);
  }
  return [...trials.values()];
}

function numberIn({ from, to, scale = 'linear', integer = false }: SearchRange, random: Random): number {
  const share = random.nextFloat();
  // Half a number on either side, so that the ends of whole numbers are drawn as often as those between.
  const [low, high] = integer ? [from - 0.5, to + 0.5] : [from, to];
  const isLog = scale === 'log' && low > 0;
  const value = isLog ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low);
  const rounded = integer ? Math.round(value) : Number(value.toPrecision(4));
  return Math.min(to, Math.max(from, rounded));
}

function withField(node: unknown, [key, ...rest]: string[], value: Json, path: string): unknown {
  if (node !== undefined && (typeof node !== 'object' || node === null || Array.isArray(node))) {
    const at = path.slice(0, path.length - [key, ...rest].join('.').length - 1);
    throw new InputError(
      `search.over, ${path}: expected an object at ${at} to set it in, found ${JSON.stringify(node)}`,
    );
  }
  const own =
    node !== undefined && Object.hasOwn(node as object, key) ? (node as Record<string, unknown>)[key] : undefined;
  return { ...(node as object), [key]: rest.length === 0 ? value : withField(own, rest, value, path) };
}
