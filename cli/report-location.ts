import { resolve } from 'node:path';
import { defaultStore } from './context.ts';

/** Where a user opens the page beside a report's JSON: a file's path, or an s3:// URL. */
export function reportPage(reportKey: string, store: string = defaultStore): string {
  const key = reportKey.replace(/\.json$/, '.html');
  return store.startsWith('s3://') ? `${store.replace(/\/$/, '')}/${key}` : resolve(store, key);
}
