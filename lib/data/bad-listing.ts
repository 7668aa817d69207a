import type { InputError } from '../core/errors.ts';
import type { BadRows, RowAtHand } from './bad-rows.ts';

/** What can't be read of a dataset: how many cells and rows, and the first of them. */
export interface BadListing {
  count: number;
  first: BadPlace[];
}

/** A cell that does not fit its column, or a row that can't be cut. */
export interface BadPlace {
  key: string;
  /** Line, from 1, on which the row begins; in Parquet, the row's number. */
  line: number;
  /** Of a cell. */
  column?: string;
  /** Where it is, what was expected and what was found. */
  sentence: string;
  /** How to mend it. */
  advice?: string;
}

type Found = BadPlace & { row: number };

interface ListedBadRows extends BadRows {
  /** By column, as a column may be read twice; what is no cell stands under undefined. */
  found: ReadonlyMap<string | undefined, { count: number; first: Found[] }>;
  listing(): BadListing;
}

/** Counts what is bad and keeps the first of it, in the order of the rows. No row of the table is left out. */
export function listedBadRows(limit: number, atHand: RowAtHand): ListedBadRows {
  const found = new Map<string | undefined, { count: number; first: Found[] }>();

  function add(column: string | undefined, first: Found[], count: number): void {
    const known = found.get(column) ?? { count: 0, first: [] };
    known.first.push(...first.slice(0, limit - known.first.length));
    known.count += count;
    found.set(column, known);
  }

  const placed = ({ message, advice }: InputError, key: string, line: number, column?: string): BadPlace => ({
    key,
    line,
    ...(column !== undefined && { column }),
    sentence: advice === undefined ? message : message.slice(0, -`. ${advice}`.length),
    ...(advice !== undefined && { advice }),
  });
  const cell = (error: InputError, row: number, key: string, line: number, column: string): Found => ({
    ...placed(error, key, line, column),
    row,
  });

  return {
    found,
    rows: new Map(),
    rejected: [],
    reject: (error, column) => add(column, [cell(error, atHand.row, atHand.key, atHand.line, column)], 1),
    rejectText: (error, { key, line }) => add(undefined, [{ ...placed(error, key, line), row: atHand.row }], 1),
    note(error, noted) {
      const { key, line, row } = atHand;
      return noted < limit ? { error, row, rejected: { key, line, reason: '' } } : undefined;
    },
    rejectNoted(cells, total, column) {
      const first = cells.map(({ error, row, rejected: { key, line } }) => cell(error, row, key, line, column));
      if (total > 0) add(column, first, total);
    },
    adopt(others) {
      // Of the same policy; and what the first pass told of a column, the second told again.
      for (const [column, { first, count }] of (others as ListedBadRows).found) {
        if (!found.has(column)) add(column, first, count);
      }
    },
    checkShare: () => {},
    listing() {
      const all = [...found.values()];
      const first = all.flatMap((of) => of.first).sort((a, b) => a.row - b.row || a.line - b.line);
      return {
        count: all.reduce((sum, { count }) => sum + count, 0),
        first: first.slice(0, limit).map(({ row: _, ...place }) => place),
      };
    },
  };
}
