import { champion, listAliases, readAlias } from '../registry/aliases.ts';
import { evaluationFile, modelFile, versionKey } from '../registry/keys.ts';
import type { Manifest, Signature } from '../registry/manifest.ts';
import { notFoundOf } from '../registry/not-found.ts';
import { listDatedVersions, listModels, listVersions, readManifest } from '../registry/versions.ts';
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
  /** The latest first. */
  versions: VersionSummary[];
  /** What a prediction takes and gives: of the champion, or of the latest version. */
  signature: Signature;
}

/** A line of `hone models MODEL`. */
export interface VersionSummary {
  version: string;
  /** When the store took it in: UTC, ISO 8601. A store that was copied knows the time of the copy. */
  registeredAt: string;
  aliases: string[];
  rowCount: number;
  /** Of the model file. */
  sizeBytes: number;
  metrics: Metrics;
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
  const [dated, aliases] = await Promise.all([listDatedVersions(store, name), listAliases(store, name)]);
  if (dated.length === 0) throw await notFoundOf(store, name, 'expected a version, found none');
  const latestFirst = dated.toSorted((a, b) => b.registeredMs - a.registeredMs || (a.version < b.version ? -1 : 1));
  const versions = await Promise.all(
    latestFirst.map(async ({ version, registeredMs }) => {
      const { data, files } = await readManifest(store, name, version);
      return {
        version,
        registeredAt: new Date(registeredMs).toISOString(),
        aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version),
        rowCount: data.rowCount,
        sizeBytes: files[modelFile].size,
        metrics: (await versionMetrics({ store }, name, version)) ?? {},
      };
    }),
  );
  const { task, signature } = await readManifest(store, name, aliases[champion] ?? versions[0].version);
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
