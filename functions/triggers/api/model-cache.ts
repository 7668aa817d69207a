import type { Context } from '../../../lib/jobs/context.ts';
import { resolveVersion, type VersionChoice } from '../../../lib/jobs/open-model.ts';
import { champion } from '../../../lib/registry/aliases.ts';
import { type LoadedModel, readVersion } from '../../../lib/registry/versions.ts';

/** Milliseconds for which an alias may be taken to point where it last did. */
const aliasTtlMs = 5_000;

/** Milliseconds after which an alias is looked up again in the background, while requests use what is known. */
const refreshAfterMs = 3_000;

/** Versions kept ready at once. */
const capacity = 8;

export interface ModelCache {
  /** A version ready for use; with the age in milliseconds of what is known of the alias that led to it. */
  open(context: Context, which: VersionChoice): Promise<{ model: LoadedModel; aliasAgeMs: number | undefined }>;
  /** Forgets where an alias points, since it has moved. */
  forget(name: string, alias: string): void;
}

/** The version that an alias pointed to at a certain time. */
interface KnownAlias {
  version: Promise<string>;
  atMs: number;
  isRefreshing?: boolean;
}

/**
 * Keeps versions, which never change, and for a few seconds what aliases point to.
 *
 * Requests that arrive while a version is opened, or an alias looked up, share the result. An alias in use is looked up
 * again before it expires, and its version opened, so that no request waits for either.
 */
export function modelCache(): ModelCache {
  const versions = new Map<string, Promise<LoadedModel>>();
  const aliases = new Map<string, KnownAlias>();

  async function load(context: Context, name: string, version: string): Promise<LoadedModel> {
    const key = `${name}@${version}`;
    const model = versions.get(key) ?? readVersion(context.store, name, version);
    // Set anew, so that the one used longest ago is the first.
    versions.delete(key);
    versions.set(key, model);
    if (versions.size > capacity) versions.delete(versions.keys().next().value as string);
    try {
      return await model;
    } catch (error) {
      if (versions.get(key) === model) versions.delete(key);
      throw error;
    }
  }

  /** Looks an alias up again. If that fails, what is known holds until it expires; the next request then gets the error. */
  async function refresh(
    context: Context,
    { name, alias }: { name: string; alias: string },
    known: KnownAlias,
  ): Promise<void> {
    const key = `${name}@${alias}`;
    const renewed = { version: resolveVersion(context, { name, alias }), atMs: context.now() };
    try {
      await load(context, name, await renewed.version);
      // A function is frozen between two calls, so much time may have passed, and another request have looked it up.
      if (aliases.get(key) === known) aliases.set(key, renewed);
    } catch {
      return;
    }
  }

  return {
    async open(context, { name, version, alias = champion }) {
      if (version !== undefined) {
        const named = await resolveVersion(context, { name, version });
        return { model: await load(context, name, named), aliasAgeMs: undefined };
      }
      const key = `${name}@${alias}`;
      const nowMs = context.now();
      let known = aliases.get(key);
      if (!known || nowMs - known.atMs >= aliasTtlMs) {
        known = { version: resolveVersion(context, { name, alias }), atMs: nowMs };
        aliases.set(key, known);
      } else if (nowMs - known.atMs >= refreshAfterMs && !known.isRefreshing) {
        known.isRefreshing = true;
        void refresh(context, { name, alias }, known);
      }
      try {
        return { model: await load(context, name, await known.version), aliasAgeMs: nowMs - known.atMs };
      } catch (error) {
        if (aliases.get(key) === known) aliases.delete(key);
        throw error;
      }
    },
    forget: (name, alias) => void aliases.delete(`${name}@${alias}`),
  };
}
