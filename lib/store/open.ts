import { InputError } from '../core/errors.ts';
import type { Store } from './store.ts';

/**
 * The store at a location: a folder's path, or `s3://bucket/prefix`.
 *
 * Nothing is created or read yet; a path is only looked at. Each backend is loaded when it is asked for, so that a folder never loads the AWS SDK.
 *
 * @throws InputError when the location is neither, or the path a file's
 */
export async function openStore(location: string): Promise<Store> {
  if (location.startsWith('s3://')) {
    const { parseS3Url, s3Store } = await import('./s3.ts');
    return s3Store(parseS3Url(location));
  }
  if (location === '' || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new InputError(`store ${JSON.stringify(location)}: expected a folder's path or s3://bucket/prefix`);
  }
  const { checkFolder, folderStore } = await import('./folder.ts');
  await checkFolder(location);
  return folderStore(location);
}
