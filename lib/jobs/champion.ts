import { champion, readAlias } from '../registry/aliases.ts';
import { type LoadedModel, readVersion } from '../registry/versions.ts';
import type { Store } from '../store/store.ts';

/** The version that `champion` names at a moment, ready for use. */
export interface ChampionNow {
  /** Undefined when the alias was never set. */
  version?: string;
  model?: LoadedModel;
  /** Why it can't be used. */
  error?: unknown;
}

/** Reads the champion of a model as it is now. */
export async function readChampion(store: Store, name: string): Promise<ChampionNow> {
  const state = await readAlias(store, name, champion);
  if (!state) return {};
  const { version } = state;
  try {
    return { version, model: await readVersion(store, name, version) };
  } catch (error) {
    return { version, error };
  }
}
