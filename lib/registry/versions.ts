import { ConflictError, InputError, NotFoundError, StoreError } from '../core/errors.ts';
import { sha256Hex } from '../core/hash.ts';
import type { Vector } from '../core/vector.ts';
import { jsonBytes, readJson } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { evaluationFile, manifestFile, modelFile, versionKey } from './keys.ts';
import type { Manifest } from './manifest.ts';
import { decodeModel } from './model-file.ts';

/**
 * Writes a version's three files, the manifest last. Files that are there already stay as they are: a version never
 * changes.
 *
 * @throws StoreError when what is there under the same name has another content
 */
export async function writeVersion(
  store: Store,
  { manifest, model, evaluation }: { manifest: Manifest; model: Uint8Array; evaluation: Uint8Array },
): Promise<void> {
  const files: [string, Uint8Array, string][] = [
    [modelFile, model, 'application/octet-stream'],
    [evaluationFile, evaluation, 'application/json'],
    [manifestFile, jsonBytes(manifest), 'application/json'],
  ];
  for (const [file, body, contentType] of files) {
    const key = versionKey(manifest.name, manifest.version, file);
    try {
      await store.put(key, body, { ifAbsent: true, contentType });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      // The manifest names the objects, and the same bytes may lie under other keys: the first to come is kept.
      if (file === manifestFile) continue;
      const there = await store.get(key);
      if (sha256Hex(there.body) === sha256Hex(body)) continue;
      throw new StoreError(`${store.location}${key}: expected the bytes that its name stands for, found others`);
    }
  }
}

/** Whether a version is there, whole. */
export async function hasVersion(store: Store, name: string, version: string): Promise<boolean> {
  return (await store.head(versionKey(name, version, manifestFile))) !== undefined;
}

/**
 * A version's manifest.
 *
 * @throws InputError when what lies there is no manifest of this version
 * @throws NotFoundError when there is no such version
 */
export async function readManifest(store: Store, name: string, version: string): Promise<Manifest> {
  const key = versionKey(name, version, manifestFile);
  let manifest: Partial<Manifest> | null;
  try {
    manifest = await readJson<Partial<Manifest> | null>(store, key);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`model ${name}: expected version ${version}, found none of that name`, { cause: error });
  }
  if (manifest?.format === 1 && manifest.name === name && manifest.version === version && manifest.files?.[modelFile]) {
    return manifest as Manifest;
  }
  throw new InputError(
    `${store.location}${key}: expected the manifest of this version in format 1, found something else`,
  );
}

/** A version ready for use: its manifest and its parameters, shape [parameterCount]. */
export interface LoadedModel {
  manifest: Manifest;
  parameters: Vector;
}

/**
 * Reads a version and checks its model file against the manifest's hash.
 *
 * @throws NotFoundError when there is no such version
 * @throws StoreError when the file is not the one that was registered
 */
export async function readVersion(store: Store, name: string, version: string): Promise<LoadedModel> {
  const manifest = await readManifest(store, name, version);
  const { body } = await store.get(versionKey(name, version, modelFile));
  return {
    manifest,
    parameters: openModelFile(manifest, body, `${store.location}${versionKey(name, version, modelFile)}`),
  };
}

/** The parameters in a model file, once its bytes are known to be the ones that `manifest` names. */
export function openModelFile(manifest: Manifest, body: Uint8Array, source: string): Vector {
  const [expected, found] = [manifest.files[modelFile].sha256, sha256Hex(body)];
  if (found !== expected) throw new StoreError(`${source}: expected SHA-256 ${expected}, found ${found}`);
  return decodeModel(body, manifest);
}

/** The names of all models in the store, in order. */
export async function listModels(store: Store): Promise<string[]> {
  const names = new Set<string>();
  for await (const { key } of listAll(store, 'models/')) {
    const [, name, version, file] = key.split('/');
    if (file === manifestFile || version === 'aliases') names.add(name);
  }
  return [...names];
}

/** The versions of a model, in order of their names. */
export async function listVersions(store: Store, name: string): Promise<string[]> {
  return (await listDatedVersions(store, name)).map(({ version }) => version);
}

/** The versions of a model, in order of their names, and when the store took each in, milliseconds since 1970. */
export async function listDatedVersions(
  store: Store,
  name: string,
): Promise<{ version: string; registeredMs: number }[]> {
  const versions: { version: string; registeredMs: number }[] = [];
  for await (const { key, modifiedMs } of listAll(store, `models/${name}/`)) {
    const [, , version, file] = key.split('/');
    if (file === manifestFile) versions.push({ version, registeredMs: modifiedMs });
  }
  return versions;
}
