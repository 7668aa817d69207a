import { InputError } from '../core/errors.ts';
import { type BadListing, listedBadRows } from './bad-listing.ts';

/**
 * What becomes of a row that can't be read: an error, or it is left out while the left-out rows stay few; or, for who
 * wants to know what is wrong with the data, it is counted, and the first so many are told: a bad cell is missing then,
 * and a row that can't be cut is left out.
 */
export type BadRowsPolicy = 'fail' | { skip: { count: number; share: number } } | { list: number };

/** A row that was left out. */
export interface RejectedRow {
  key: string;
  /** Line, from 1, on which it begins. */
  line: number;
  /** What was expected and what was found. */
  reason: string;
  /** The row as it is written, cut after 4,096 bytes; absent where the format is not a text. */
  text?: string;
}

/** A row at hand, for those who may have to reject it. */
export interface RowAtHand {
  /** Number of the row in the table. */
  row: number;
  key: string;
  line: number;
  text(): string | undefined;
}

/** A cell that makes its row bad if its column turns out a number column. */
export interface BadCell {
  error: InputError;
  row: number;
  rejected: RejectedRow;
}

export interface BadRows {
  /**
   * Leaves out the row at hand, which is in the table already or is about to be; throws where the policy is to fail.
   *
   * @param column whose cell it is that is bad
   */
  reject(error: InputError, column: string): void;
  /** Leaves out a row that never came into the table. */
  rejectText(error: InputError, rejected: RejectedRow): void;
  /** Takes down a cell without a verdict; undefined when as many are noted as would be too many. */
  note(error: InputError, noted: number): BadCell | undefined;
  /** The verdict on a column's noted cells: their rows are left out. `total` counts those that were not noted, too. */
  rejectNoted(cells: readonly BadCell[], total: number, column: string): void;
  /** Adopts the rows of the table that another pass over the same rows found bad. */
  adopt(others: BadRows): void;
  /** Rows of the table to leave out. */
  rows: ReadonlyMap<number, RejectedRow>;
  /** All that were left out, in order of their finding. */
  rejected: RejectedRow[];
  /** @throws InputError when more than the policy's share of all rows was left out */
  checkShare(rowCount: number): void;
  /** What was wrong, where the policy is to tell. */
  listing?(): BadListing;
}

/** Keeps the rows that were left out, and holds them to the policy's limits. */
export function badRows(policy: BadRowsPolicy, atHand: RowAtHand): BadRows {
  if (typeof policy === 'object' && 'list' in policy) return listedBadRows(policy.list, atHand);
  const rows = new Map<number, RejectedRow>();
  const rejected: RejectedRow[] = [];
  const limit = policy === 'fail' ? 0 : policy.skip.count;

  function add(error: InputError, row: number | undefined, entry: RejectedRow): void {
    if (policy === 'fail') throw error;
    if (row !== undefined) {
      if (rows.has(row)) return;
      rows.set(row, entry);
    }
    rejected.push(entry);
    if (rejected.length > limit) throw tooManyError(`${limit} bad rows`, `${rejected.length}`, rejected[0]);
  }

  const describe = (error: InputError): RejectedRow => {
    const { key, line } = atHand;
    return { key, line, reason: error.message, text: atHand.text() };
  };

  return {
    rows,
    rejected,
    reject(error) {
      if (policy === 'fail') throw error;
      add(error, atHand.row, describe(error));
    },
    rejectText: (error, entry) => add(error, undefined, entry),
    note(error, noted) {
      if (noted > limit) return undefined;
      const rejectedRow = policy === 'fail' ? { key: '', line: 0, reason: '' } : describe(error);
      return { error, row: atHand.row, rejected: rejectedRow };
    },
    rejectNoted(cells, total) {
      for (const { error, row, rejected: entry } of cells) add(error, row, entry);
      if (total > cells.length) throw tooManyError(`${limit} bad rows`, `${total}`, rejected[0]);
    },
    adopt(others) {
      for (const [row, entry] of others.rows) add(new InputError(entry.reason), row, entry);
    },
    checkShare(rowCount) {
      if (policy === 'fail' || rejected.length <= policy.skip.share * rowCount) return;
      const { share } = policy.skip;
      throw tooManyError(`a share of ${share} of bad rows`, `${rejected.length} of ${rowCount}`, rejected[0]);
    },
  };
}

function tooManyError(expected: string, found: string, first: RejectedRow | undefined): InputError {
  return new InputError(`data.badRows: expected at most ${expected}, found ${found}; the first: ${first?.reason}`);
}
