import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { InputError } from '../lib/core/errors.ts';

/**
 * What a user on the command line means by a path: a file of this machine, when there is one, else a key in the store.
 *
 * @throws InputError when it is empty, which would mean the whole store
 */
export function asDataPath(path: string): string {
  if (path === '') throw new InputError('data: expected a path, found an empty text');
  if (path.startsWith('s3://') || isAbsolute(path) || path.startsWith('./') || path.startsWith('../')) return path;
  return existsSync(path) ? `./${path}` : path;
}
