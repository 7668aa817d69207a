import { ConflictError, InputError, IntegrityError, NotFoundError, StoreError } from '../core/errors.ts';
import { canonicalJson, sha256Hex } from '../core/hash.ts';
import type { SigningKey } from '../core/signature.ts';
import type { Vector } from '../core/vector.ts';
import { jsonBytes, putJson, readJson } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { evaluationFile, manifestFile, modelFile, signatureFile, versionKey } from './keys.ts';
import { isManifest, type Manifest } from './manifest.ts';
import { decodeModel } from './model-file.ts';
import { notFoundOf } from './not-found.ts';
import { type FileHashes, hashesOf, signatureOf } from './version-signature.ts';

/**
 * Writes a version's files, the manifest last. Files that are there already stay as they are: a version never changes.
 *
 * @param options.signingKey signs the files, in signature.json beside them
 * @throws StoreError when what is there under the same name has another content
 * @throws IntegrityError when a manifest is there that may not be signed, since it tells of another version
 */
export async function writeVersion(
  store: Store,
  { manifest, model, evaluation }: { manifest: Manifest; model: Uint8Array; evaluation: Uint8Array },
  { signingKey }: { signingKey?: SigningKey } = {},
): Promise<void> {
  const { name, version } = manifest;
  const files = { [manifestFile]: jsonBytes(manifest), [modelFile]: model, [evaluationFile]: evaluation };
  const key = (file: string) => versionKey(name, version, file);
  await Promise.all([
    putSame(store, key(modelFile), model, 'application/octet-stream'),
    putSame(store, key(evaluationFile), evaluation, 'application/json'),
  ]);
  const sign = async (hashes: FileHashes) => {
    if (!signingKey) return;
    await putJson(store, key(signatureFile), signatureOf({ name, version }, hashes, signingKey));
  };
  // Before the manifest, which says that the version is there.
  await sign(hashesOf(files));
  try {
    await store.put(key(manifestFile), files[manifestFile], { ifAbsent: true, contentType: 'application/json' });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // The manifest names the objects, and the same bytes may lie under other keys: the first to come is kept.
    if (!signingKey) return;
    const { body } = await store.get(key(manifestFile));
    checkSameBut(manifest, body, `${store.location}${key(manifestFile)}`);
    await sign(hashesOf({ ...files, [manifestFile]: body }));
  }
}

async function putSame(store: Store, key: string, body: Uint8Array, contentType: string): Promise<void> {
  try {
    await store.put(key, body, { ifAbsent: true, contentType });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const there = await store.get(key);
    if (sha256Hex(there.body) === sha256Hex(body)) return;
    throw new StoreError(`${store.location}${key}: expected the bytes that its name stands for, found others`);
  }
}

/** Holds a manifest that is there to our own, the objects' names aside: nothing else is signed unseen. */
function checkSameBut(ours: Manifest, body: Uint8Array, where: string): void {
  const withoutObjects = (manifest: Manifest) =>
    canonicalJson({ ...manifest, data: { ...manifest.data, objects: null } });
  try {
    const there = JSON.parse(new TextDecoder().decode(body)) as Manifest;
    // By way of JSON, as ours was never written.
    if (withoutObjects(there) === withoutObjects(JSON.parse(JSON.stringify(ours)))) return;
  } catch {
    // No manifest at all is another one, too.
  }
  throw new IntegrityError(`${where}: expected the manifest that was trained, found another, which is not signed`);
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
  let manifest: unknown;
  try {
    manifest = await readJson(store, key);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw await notFoundOf(store, name, `expected version ${version}, found none of that name`, { cause: error });
  }
  if (isManifest(manifest) && manifest.name === name && manifest.version === version) return manifest;
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
  const key = versionKey(name, version, modelFile);
  const file = store.get(key);
  // If there is no such version, it is the manifest's error that says so.
  file.catch(() => {});
  const manifest = await readManifest(store, name, version);
  return { manifest, parameters: openModelFile(manifest, (await file).body, `${store.location}${key}`) };
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
