import { NotFoundError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest-name.ts';
import { listNames } from '../data/lookup.ts';
import type { Store } from '../store/store.ts';

/**
 * The error for what a model lacks. If there is no such model at all, it says so instead, with the nearest name, or those
 * that there are.
 *
 * @param lacking `expected …, found …`
 */
export async function notFoundOf(
  store: Store,
  name: string,
  lacking: string,
  options: { advice?: string; cause?: unknown } = {},
): Promise<NotFoundError> {
  const { objects } = await store.list(`models/${name}/`, { limit: 1 });
  if (objects.length > 0) return new NotFoundError(`model ${name}: ${lacking}`, options);
  const names = await someModels(store);
  const instead = didYouMean(name, names) || `; the store has ${listNames(names)}`;
  return new NotFoundError(`model ${name}: expected a model of that name, found none${instead}`, {
    cause: options.cause,
  });
}

/** Most requests for the names of models: a wrong name must not cost a listing of all that there is. */
const pageLimit = 5;

/** The names of the first models: of each only what is listed together with those before it. */
async function someModels(store: Store): Promise<string[]> {
  const names = new Set<string>();
  let after: string | undefined;
  for (let page = 0; page < pageLimit; page++) {
    const { objects, next } = await store.list('models/', { after });
    for (const { key } of objects) names.add(key.split('/')[1]);
    if (next === undefined) break;
    // What else there is of the last model is passed over.
    after = `models/${[...names].at(-1)}/~`;
  }
  return [...names];
}
