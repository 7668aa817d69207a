import { describeTexts, type Finding } from './schema/kinds.ts';
import type { CategoryColumn } from './table.ts';

/** A column of texts or identifiers that was let go of while it was read: of its cells, what a report says. */
export interface FreeText extends Finding {
  name: string;
  /** Where it stands among the dataset's columns, from 0. */
  position: number;
  missing: number;
  /** Different texts until it was let go of. */
  distinct: number;
  /** The first of them. */
  examples: string[];
}

/** So many different texts make a column be looked at; each time that they are twice as many, again. */
export const freeTextLevels = 100_000;

/**
 * What a column is by its first cells, when that is free text or an identifier; undefined when its cells are to be kept.
 *
 * The rule is that of `describeColumns`: more than half of the cells are different, and they are no dates.
 */
export function findFreeText(column: CategoryColumn): Omit<FreeText, 'position' | 'missing'> | undefined {
  const { name, codes, levels } = column;
  const rows = Int32Array.from(codes, (_, row) => row);
  const { kind, reason } = describeTexts(column, rows, 'first rows');
  if (kind !== 'text' && kind !== 'identifier') return undefined;
  return { name, kind, reason, distinct: levels.length, examples: levels.slice(0, 5) };
}
