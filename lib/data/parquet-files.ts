import { InputError } from '../core/errors.ts';
import { type FlatChunk, type FlatGroup, openParquet, type ParquetFile } from './formats/parquet.ts';
import type { ReadLimits } from './limits.ts';
import { openObject, type RangedFile } from './open-object.ts';
import type { ReadOptions } from './read.ts';
import type { DataObject } from './table.ts';

/** An object, its Parquet metadata, and where its columns lie. */
export interface FlatFile {
  object: DataObject;
  file: RangedFile;
  parquet: ParquetFile;
  groups: FlatGroup[];
}

/** Opens the objects; undefined when the kernels do not support one of them, or its columns are not those of the first. */
export async function openFiles(
  objects: readonly DataObject[],
  { encoding = 'auto', wanted = () => true }: ReadOptions,
  limits: ReadLimits,
): Promise<FlatFile[] | undefined> {
  const files: FlatFile[] = [];
  try {
    for (const object of objects) {
      const opened = await openObject(object, { format: 'parquet', encoding, limits });
      if (opened.kind !== 'parquet') return undefined;
      const parquet = await openParquet(object.key, opened.file, { wanted, limits });
      const groups = parquet.flatGroups();
      if (!groups || groups.length === 0 || parquet.names.length === 0) return undefined;
      files.push({ object, file: opened.file, parquet, groups });
      if (shapeOf(files[files.length - 1]) !== shapeOf(files[0])) return undefined;
    }
  } catch (error) {
    // The plain reader will say what is wrong.
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return files;
}

const shapeOf = (file: FlatFile): string => JSON.stringify([file.parquet.names, typesOf(file)]);

/** How the values of each column are stored. */
export const typesOf = ({ groups }: FlatFile): FlatChunk['of'][] => groups[0].chunks.map(({ of }) => of);

/** Whether a column holds booleans, which are classes rather than numbers. */
export const isBoolean = ({ groups }: FlatFile, column: number): boolean => groups[0].chunks[column].of === 'boolean';

/** The row groups of all files. */
export const groupsOf = (files: readonly FlatFile[]): FlatGroup[] => files.flatMap(({ groups }) => groups);

/** Number of rows of all groups together. */
export const rowsIn = (groups: readonly FlatGroup[]): number => groups.reduce((sum, { rowCount }) => sum + rowCount, 0);

/** Bytes of the column chunks of the largest row group. */
export const largestGroupBytes = (files: readonly FlatFile[]): number =>
  groupsOf(files)
    .map(({ chunks }) => chunks.reduce((sum, { start, end }) => sum + end - start, 0))
    .reduce((most, bytes) => Math.max(most, bytes), 0);
