import { InputError } from '../core/errors.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { manifestFile } from './keys.ts';
import { notFoundOf } from './not-found.ts';

/** Fewest digits of a version that may stand for it. */
const fewestDigits = 6;

/**
 * The version of a model that a person means, who may write its first six digits or more. One that is written out is not
 * looked for.
 *
 * @throws InputError when there are fewer digits, or several versions begin with them
 * @throws NotFoundError when no version begins with them
 */
export async function findVersion(store: Store, name: string, written: string): Promise<string> {
  if (!/^[0-9a-f]{1,31}$/.test(written)) return written;
  if (written.length < fewestDigits) {
    throw new InputError(
      `model ${name}: expected a version, or at least ${fewestDigits} of the digits that it begins with, found ${JSON.stringify(written)}`,
    );
  }
  const found: string[] = [];
  for await (const { key } of listAll(store, `models/${name}/${written}`)) {
    const [, , version, file] = key.split('/');
    if (file === manifestFile) found.push(version);
  }
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    throw new InputError(
      `model ${name}: expected the beginning of one version, found ${written}, with which ${found.length} begin: ${found.join(', ')}`,
    );
  }
  throw await notFoundOf(store, name, `expected a version that begins with ${written}, found none`);
}
