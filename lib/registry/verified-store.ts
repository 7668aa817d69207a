import { IntegrityError } from '../core/errors.ts';
import { sha256Hex } from '../core/hash.ts';
import type { PublicKey } from '../core/signature.ts';
import { checkRange, checkRangeStart } from '../store/options.ts';
import type { GetOptions, Store, StoredObject } from '../store/store.ts';
import { readSignedHashes, signedFiles } from './version-signature.ts';

/**
 * A store that hands out no byte of a model's version unless a trusted key signed it.
 *
 * It stands around the whole store, so that whatever reads a version is held to it, and what is yet to be written, too.
 * Aliases are not signed: they move.
 *
 * @returns `get` throws IntegrityError for a file of a version that has no signature, or is not the one that was signed
 */
export function verifiedStore(store: Store, trusted: readonly PublicKey[]): Store {
  return {
    ...store,
    async get(key, options) {
      const [, name, version, file] = versionFile.exec(key) ?? [];
      if (file === undefined) return store.get(key, options);
      const [hashes, whole] = await Promise.all([
        readSignedHashes(store, { name, version }, trusted),
        store.get(key, { ifMatch: options?.ifMatch }),
      ]);
      const [expected, found] = [hashes[file as (typeof signedFiles)[number]], sha256Hex(whole.body)];
      if (found === expected) return within(whole, options);
      throw new IntegrityError(`${store.location}${key}: expected the signed SHA-256 ${expected}, found ${found}`);
    },
  };
}

const versionFile = new RegExp(
  `^models/([^/]+)/([^/]+)/(${signedFiles.map((file) => file.replace('.', '\\.')).join('|')})$`,
);

/** A part can't be verified, so that the whole is read for it. */
function within(object: StoredObject, { range }: GetOptions = {}): StoredObject {
  checkRange(object.key, range);
  checkRangeStart(object.key, range, object.size);
  return range ? { ...object, body: object.body.slice(range.start, range.end) } : object;
}
