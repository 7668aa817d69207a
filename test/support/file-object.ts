import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataObject } from '../../lib/data/table.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { openObjectFile, readObject, readObjectRange } from '../../lib/store/read.ts';

/** A data object that is a file of a folder store. */
export async function fileObject(folder: string, key: string, content: Uint8Array | string): Promise<DataObject> {
  writeFileSync(join(folder, key), content);
  const store = folderStore(folder);
  const info = await store.head(key);
  if (!info) throw new Error(`${key} was not written`);
  return {
    ...info,
    read: () => readObject(store, info),
    readRange: (start, end) => readObjectRange(store, info, start, end),
    openFile: () => openObjectFile(store, info),
  };
}
