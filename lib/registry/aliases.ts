import { InputError, NotFoundError } from '../core/errors.ts';
import { findJson, putJson } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { aliasKey } from './keys.ts';
import { notFoundOf } from './not-found.ts';
import { hasVersion } from './versions.ts';

/** The alias that predictions use when they name no version, and that gates guard. */
export const champion = 'champion';

/** How many versions an alias remembers to roll back to. */
const historyLimit = 100;

/** What an alias object holds: where it points, and where it pointed before, latest first. */
export interface Alias {
  version: string;
  history: string[];
  /** How new the data is for which a training moved it last; it never falls. Missing when only people have moved it. */
  generation?: number;
}

/** An alias as it was read: `tag` is what a later move compares. */
export interface AliasState extends Alias {
  tag: string;
}

/**
 * Where an alias points; undefined when it was never set.
 *
 * @throws InputError when what lies there is no alias
 */
export async function readAlias(store: Store, name: string, alias: string): Promise<AliasState | undefined> {
  const key = aliasKey(name, alias);
  const found = await findJson<Partial<Alias> | null>(store, key);
  if (!found) return undefined;
  const { version, history, generation } = found.value ?? {};
  if (typeof version === 'string' && Array.isArray(history)) {
    return { version, history, ...(generation === undefined ? {} : { generation }), tag: found.tag };
  }
  throw new InputError(`${store.location}${key}: expected an alias with its version and history, found something else`);
}

/**
 * Points an alias at a version, provided that it still is as `from` says: compare-and-set.
 *
 * @param from the state that the decision was made on; undefined when there was no such alias
 * @param generation how new the data is that a training moves it for; left out, it stays as it was
 * @param isThere whether the caller knows that the version is there, so that it is not looked for
 * @throws ConflictError when somebody moved it meanwhile: read again, decide again
 * @throws NotFoundError when there is no such version
 */
export async function moveAlias(
  store: Store,
  name: string,
  alias: string,
  {
    to,
    from,
    generation = from?.generation,
    isThere = false,
  }: { to: string; from: AliasState | undefined; generation?: number; isThere?: boolean },
): Promise<void> {
  checkAliasName(alias);
  if (from?.version === to && from.generation === generation) return;
  if (!isThere && !(await hasVersion(store, name, to))) {
    throw await notFoundOf(store, name, `expected version ${to}, found none of that name`);
  }
  const past = from ? [from.version, ...from.history].slice(0, historyLimit) : [];
  const history = from?.version === to ? from.history : past;
  await writeAlias(store, name, alias, { version: to, history, generation }, from);
}

/**
 * Points an alias back at the version before, and forgets the one that it pointed at.
 *
 * @throws NotFoundError when there is no such alias, or nothing came before
 * @throws ConflictError when somebody moved the alias meanwhile
 */
export async function rollBackAlias(store: Store, name: string, alias: string): Promise<{ from: string; to: string }> {
  const state = await readAlias(store, name, alias);
  if (!state) throw await notFoundOf(store, name, `expected an alias ${alias}, found none`);
  const [to, ...history] = state.history;
  if (to === undefined) {
    throw new NotFoundError(
      `model ${name}, alias ${alias}: expected a version before ${state.version} to go back to, found none: it is the first`,
      { advice: 'To point the alias at another version, promote that' },
    );
  }
  if (!(await hasVersion(store, name, to))) {
    throw await notFoundOf(store, name, `expected version ${to}, found none of that name`);
  }
  await writeAlias(store, name, alias, { version: to, history, generation: state.generation }, state);
  return { from: state.version, to };
}

/** All aliases of a model by name. */
export async function listAliases(store: Store, name: string): Promise<Record<string, string>> {
  const aliases: Record<string, string> = {};
  // A folder keeps generations of an alias under one key, so a listing shows each once.
  for await (const { key } of listAll(store, `models/${name}/aliases/`)) {
    const alias = key.slice(`models/${name}/aliases/`.length).replace(/\.json$/, '');
    const state = await readAlias(store, name, alias);
    if (state) aliases[alias] = state.version;
  }
  return aliases;
}

async function writeAlias(
  store: Store,
  name: string,
  alias: string,
  value: Alias,
  from: AliasState | undefined,
): Promise<void> {
  await putJson(store, aliasKey(name, alias), value, from ? { ifMatch: from.tag } : { ifAbsent: true });
}

function checkAliasName(alias: string): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(alias)) {
    throw new InputError(
      `alias: expected lower-case letters, digits and "-", at most 32, found ${JSON.stringify(alias)}`,
    );
  }
}
