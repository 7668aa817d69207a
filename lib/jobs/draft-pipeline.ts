import { looksLikeData } from '../data/header.ts';
import type { ColumnProfile } from '../data/profile.ts';
import type { ReadOptions } from '../data/read.ts';
import { type SchemaKind, storageOf } from '../data/schema/kinds.ts';
import type { Table } from '../data/table.ts';
import type { Task } from '../pipeline/schema.ts';
import { nameOf } from './file-name.ts';
import { isLocalPath } from './sources.ts';

/** A pipeline for a dataset as a first guess, with the reason for the column that it takes for the target. */
export function draftPipeline(
  path: string,
  profile: ColumnProfile[],
  { rowCount, sparse }: Table,
  { header, ...asked }: Pick<ReadOptions, 'header' | 'format' | 'separator' | 'encoding'>,
): string {
  const quote = (text: string) => JSON.stringify(text);
  const name = nameOf(path);
  const { target, because } = sparse
    ? // LIBSVM puts the label first, and nothing but the query's number beside it.
      { target: profile[0], because: 'what stands first in each row' }
    : guessTarget(profile, name);
  const task = guessTask(target.kind, target.distinct, rowCount);
  const next = isLocalPath(path)
    ? 'keep this file where its path begins, and train with `hone run FILE`.'
    : 'put this file under pipelines/.';
  const isHeaderless = header !== false && looksLikeData(profile.map((column) => column.name));
  return [
    `# A first guess: check the target and the task, then ${next}`,
    ...(isHeaderless
      ? [
          '# The names of the columns look like data: if the first line is no header, add header: false; columns are then 0, 1, …',
        ]
      : []),
    `name: ${quote(name)}`,
    `task: ${task}`,
    'data:',
    `  path: ${quote(path)}`,
    ...(header === false ? ['  header: false'] : []),
    ...(['format', 'separator', 'encoding'] as const).flatMap((key) => {
      const value = asked[key];
      return value === undefined ? [] : [`  ${key}: ${quote(value)}`];
    }),
    `  target: ${quote(target.name)} # ${because}`,
    '',
  ].join('\n');
}

/** Names of targets, the surest first: each pattern is tried on all columns before the next one. */
const targetNames = [
  /^(target|label|y|outcome|response|ground truth)$/,
  /^(survived|default|defaulted|churn|churned|fraud|is fraud|diagnosis)$/,
  / (target|label|outcome|response)$/,
  /(^| )(price|value)$/,
  /^(species|quality|rating|class)$/,
];

/** Names of what is known of a row before anything is predicted. */
const keyNames = /^(id|rownames?|row|index|name|year|month|day|date|time|timestamp|lat|latitude|lon|lng|longitude)$/;

const noTarget = new Set<SchemaKind>(['constant', 'identifier', 'text', 'date-time']);

function guessTarget(profile: readonly ColumnProfile[], dataset: string): { target: ColumnProfile; because: string } {
  const words = (name: string) =>
    name
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replace(/[^A-Za-z0-9]+/g, ' ')
      .trim()
      .toLowerCase();
  const possible = profile.filter(({ kind }) => !noTarget.has(kind));
  const byName = (isMeant: (name: string) => boolean) => possible.findLast(({ name }) => isMeant(words(name)));
  const [surest, ...others] = targetNames.map((pattern) => byName((name) => pattern.test(name)));
  const namesake = byName((name) => name === words(dataset));
  if (!surest && namesake) return { target: namesake, because: 'a guess: it has the name of the dataset' };
  const named = surest ?? others.find((found) => found !== undefined);
  if (named) return { target: named, because: 'a guess by its name' };
  const unlikeKeys = possible.filter(({ name }) => !keyNames.test(words(name)));
  const target = unlikeKeys.at(-1) ?? possible.at(-1) ?? profile[profile.length - 1];
  return {
    target,
    because: target === profile.at(-1) ? 'a guess: the last column' : 'a guess: the last column that may be one',
  };
}

function guessTask(kind: SchemaKind, distinct: number, rows: number): Task {
  if (distinct === 2) return 'binary';
  if (storageOf(kind) === 'category' || distinct <= Math.min(20, rows / 20)) return 'multiclass';
  return 'regression';
}
