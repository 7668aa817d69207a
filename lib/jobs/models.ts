import { NotFoundError } from '../core/errors.ts';
import { champion, listAliases, readAlias } from '../registry/aliases.ts';
import { evaluationFile, versionKey } from '../registry/keys.ts';
import type { Manifest, Signature } from '../registry/manifest.ts';
import { listModels, listVersions, readManifest } from '../registry/versions.ts';
import type { Evaluation, Metrics } from '../report/report.ts';
import { readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';

/** A line of `hone models`. */
export interface ModelSummary {
  name: string;
  versionCount: number;
  /** The version that `champion` names; null when there is none. */
  champion: string | null;
}

/** What `hone models MODEL` shows. */
export interface ModelDescription {
  name: string;
  task: Manifest['task'];
  aliases: Record<string, string>;
  versions: { version: string; aliases: string[]; rowCount: number; metrics: Metrics }[];
  /** What a prediction takes and gives: of the champion, or of the only or first version. */
  signature: Signature;
}

/** All models in the store, in order of their names. */
export async function listModelSummaries({ store }: Pick<Context, 'store'>): Promise<ModelSummary[]> {
  const names = await listModels(store);
  return Promise.all(
    names.map(async (name) => ({
      name,
      versionCount: (await listVersions(store, name)).length,
      champion: (await readAlias(store, name, champion))?.version ?? null,
    })),
  );
}

/**
 * A model's versions with their metrics on held-out rows, its aliases, and what it takes.
 *
 * @throws NotFoundError when the store has no such model
 */
export async function describeModel({ store }: Pick<Context, 'store'>, name: string): Promise<ModelDescription> {
  const [names, aliases] = await Promise.all([listVersions(store, name), listAliases(store, name)]);
  if (names.length === 0) throw new NotFoundError(`models/${name}/: expected a model, found none of that name`);
  const versions = await Promise.all(
    names.map(async (version) => ({
      version,
      aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version),
      rowCount: (await readManifest(store, name, version)).data.rowCount,
      metrics: (await versionMetrics({ store }, name, version)) ?? {},
    })),
  );
  const { task, signature } = await readManifest(store, name, aliases[champion] ?? names[0]);
  return { name, task, aliases, versions, signature };
}

/** A version's metrics on the rows held out of its training; undefined when it has no evaluation. */
export async function versionMetrics(
  { store }: Pick<Context, 'store'>,
  name: string,
  version: string,
): Promise<Metrics | undefined> {
  return (await readIfThere<Evaluation>(store, versionKey(name, version, evaluationFile)))?.metrics;
}
