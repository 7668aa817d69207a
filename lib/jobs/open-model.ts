import { champion, readAlias } from '../registry/aliases.ts';
import { findVersion } from '../registry/find-version.ts';
import { notFoundOf } from '../registry/not-found.ts';
import { type LoadedModel, readVersion } from '../registry/versions.ts';
import type { Context } from './context.ts';

/** Which version of a model a caller means: the one named, or where an alias points, `champion` by default. */
export interface VersionChoice {
  /** The model's name. */
  name: string;
  /** Its first six digits or more are enough. */
  version?: string;
  alias?: string;
}

/**
 * A version ready for use.
 *
 * @throws NotFoundError when there is no such alias or version
 */
export async function openModel(context: Pick<Context, 'store'>, choice: VersionChoice): Promise<LoadedModel> {
  return readVersion(context.store, choice.name, await resolveVersion(context, choice));
}

/**
 * The name of the version that a caller means. One that is written out is not looked for.
 *
 * @throws NotFoundError when there is no such alias, or no version begins so
 * @throws InputError when several versions begin so
 */
export async function resolveVersion(
  { store }: Pick<Context, 'store'>,
  { name, version, alias = champion }: VersionChoice,
): Promise<string> {
  if (version !== undefined) return findVersion(store, name, version);
  const state = await readAlias(store, name, alias);
  if (state) return state.version;
  throw await notFoundOf(store, name, `expected an alias ${alias}, found none`);
}
