import { InputError } from '../core/errors.ts';
import { evaluationFile, manifestFile, modelFile, signatureFile, versionKey } from '../registry/keys.ts';
import { notFoundOf } from '../registry/not-found.ts';
import { hashesOf, signatureOf } from '../registry/version-signature.ts';
import { listVersions, readVersion } from '../registry/versions.ts';
import { putJson } from '../store/json.ts';
import type { Context } from './context.ts';

/**
 * Signs each version of a model as it lies there, in place of the signature that it has: for versions from before there
 * was a key, and after a change of keys. Whoever asks for it vouches for them.
 *
 * @throws NotFoundError when the store has no such model
 * @throws InputError when there is no key to sign with
 * @throws StoreError when a model file is not the one that its manifest names; the versions before it are signed then
 */
export async function signVersions(
  { signing }: Pick<Context, 'signing'>,
  name: string,
): Promise<{ key: string; versions: string[] }> {
  if (!signing) throw new InputError('sign: expected a private key in HONE_SIGNING_KEY, found none');
  const { store, key } = signing;
  const versions = await listVersions(store, name);
  if (versions.length === 0) throw await notFoundOf(store, name, 'expected a version, found none');
  for (const version of versions) {
    await readVersion(store, name, version); // Holds the model file to its manifest.
    const read = async (file: string) => (await store.get(versionKey(name, version, file))).body;
    const [manifest, model, evaluation] = await Promise.all([manifestFile, modelFile, evaluationFile].map(read));
    const hashes = hashesOf({ [manifestFile]: manifest, [modelFile]: model, [evaluationFile]: evaluation });
    await putJson(store, versionKey(name, version, signatureFile), signatureOf({ name, version }, hashes, key));
  }
  return { key: key.id, versions };
}
