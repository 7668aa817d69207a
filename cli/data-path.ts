import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/**
 * What a user on the command line means by a path: a file of this machine, when there is one, else a key in the store.
 */
export function asDataPath(path: string): string {
  if (path.startsWith('s3://') || isAbsolute(path) || path.startsWith('./') || path.startsWith('../')) return path;
  return existsSync(path) ? `./${path}` : path;
}
