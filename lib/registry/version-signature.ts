import { IntegrityError, NotFoundError } from '../core/errors.ts';
import { canonicalJson, sha256Hex } from '../core/hash.ts';
import type { PublicKey, SigningKey } from '../core/signature.ts';
import { readJson } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import { evaluationFile, manifestFile, modelFile, signatureFile, versionKey } from './keys.ts';

/** The files of a version that its signature speaks for. */
export const signedFiles = [manifestFile, modelFile, evaluationFile] as const;

/** SHA-256 of each of them, in hexadecimal. */
export type FileHashes = Record<(typeof signedFiles)[number], string>;

/** Which version a signature is for: no signature can be carried over to another. */
export interface VersionName {
  name: string;
  version: string;
}

/** signature.json, beside the files that it speaks for. */
export interface VersionSignature {
  format: 1;
  algorithm: 'ed25519';
  /** Names the key pair; see SigningKey. */
  key: string;
  files: FileHashes;
  /** Base64, over `signedText`. */
  signature: string;
}

/** The SHA-256 of each file that a signature covers. */
export function hashesOf(files: Record<(typeof signedFiles)[number], Uint8Array>): FileHashes {
  const hash = (file: (typeof signedFiles)[number]) => sha256Hex(files[file]);
  return {
    [manifestFile]: hash(manifestFile),
    [modelFile]: hash(modelFile),
    [evaluationFile]: hash(evaluationFile),
  } as FileHashes;
}

/** A version's signature. Ed25519 is deterministic: signing again leaves the same bytes. */
export function signatureOf(which: VersionName, files: FileHashes, key: SigningKey): VersionSignature {
  return { format: 1, algorithm: 'ed25519', key: key.id, files, signature: key.sign(signedText(which, files)) };
}

/**
 * The hashes that a version's signature vouches for.
 *
 * @throws IntegrityError when there is no signature, or none by a key that is trusted
 */
export async function readSignedHashes(
  store: Store,
  which: VersionName,
  trusted: readonly PublicKey[],
): Promise<FileHashes> {
  const key = versionKey(which.name, which.version, signatureFile);
  const expected = `${store.location}${key}: expected a signature by one of the trusted keys (${trusted.map(({ id }) => id).join(', ')})`;
  let found: Partial<VersionSignature> | null;
  try {
    found = await readJson<Partial<VersionSignature> | null>(store, key);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new IntegrityError(`${expected}, found none`, { advice: 'hone sign makes one', cause: error });
  }
  const { key: id, files, signature, format } = found ?? {};
  const signer = trusted.find((candidate) => candidate.id === id);
  if (format !== 1 || !signer || typeof signature !== 'string' || !isHashes(files)) {
    throw new IntegrityError(`${expected}, found one by another key, or in another format`);
  }
  if (signer.verifies(signedText(which, files), signature)) return files;
  throw new IntegrityError(`${expected}, found one that does not fit`);
}

/** What is signed, without room for a second reading: the purpose, which version, and the hash of each file. */
function signedText({ name, version }: VersionName, files: FileHashes): string {
  return canonicalJson({ purpose: 'hone model version', format: 1, name, version, files });
}

function isHashes(files: unknown): files is FileHashes {
  if (typeof files !== 'object' || files === null || Object.keys(files).length !== signedFiles.length) return false;
  return signedFiles.every((file) => /^[0-9a-f]{64}$/.test(String((files as Record<string, unknown>)[file])));
}
