import { InputError } from '../core/errors.ts';
import type { ColumnCollector } from './collect.ts';
import type { ColumnKind, LetGo } from './column-reader.ts';
import { columnOrder } from './header.ts';
import { type RowSink, readObjectRows } from './object-rows.ts';
import { beginPass, type Pass, type ReadOptions, sortedByKey } from './read.ts';
import type { Column, DataObject } from './table.ts';

/** Some consecutive rows of one object. */
export interface RowBatch {
  key: string;
  rowCount: number;
  /** In the order of the first object. */
  columns: Column[];
  /** Line, from 1, on which each row begins, shape [rowCount]. */
  lines: Uint32Array;
}

/**
 * Reads objects some rows at a time, without a table: memory follows a batch, however large the objects are.
 *
 * A kind that is not declared is found in the first batch and holds from then on. A bad row is an error.
 *
 * @param onBatch takes each batch; the reading waits for it
 * @param options.batchRows about how many rows a batch has: it ends with the piece of text, or the row group, in which
 *   they are reached, and with the object
 * @returns number of rows
 * @throws InputError as `readTable` does, and where a column of the first batch has cells of both kinds
 */
export async function readBatches(
  objects: readonly DataObject[],
  onBatch: (batch: RowBatch) => Promise<void> | void,
  { batchRows = 16_384, ...options }: Omit<ReadOptions, 'badRows' | 'mayLetGo' | 'named'> & { batchRows?: number } = {},
): Promise<number> {
  const kinds = new Map<string, ColumnKind>(Object.entries(options.kinds ?? {}));
  let first: { key: string; names: readonly string[] } | undefined;
  let rowCount = 0;
  let pass: Pass = beginPass(options, kinds, { hashed: false });
  let known: Parameters<ColumnCollector['setNames']> | undefined;

  async function flush(key: string): Promise<void> {
    const { collector, place } = pass;
    if (collector.rowCount === 0) return;
    const { rowCount: count, names } = collector;
    const { columns, rows } = collector.finish();
    first ??= { key, names: [...names] };
    const order = columnOrder(first.names, names, place, first.key);
    const batch = {
      key,
      rowCount: count,
      lines: rows.lines,
      columns: Array.from(order, (i) => checkColumn(columns[i], names[i])),
    };
    for (const column of batch.columns) kinds.set(column.name, column.kind);
    rowCount += count;
    await onBatch(batch);
    // The rows of the next batch are counted from 0, in columns of their own; the place stays.
    pass = beginPass(options, kinds, { place, hashed: false });
  }

  for (const object of sortedByKey(objects)) {
    pass = beginPass(options, kinds, { hashed: false });
    known = undefined;
    const { place, text } = pass;
    const ready = (): ColumnCollector => {
      if (known && pass.collector.names.length === 0) pass.collector.setNames(...known);
      return pass.collector;
    };
    const sink: RowSink = {
      names(names, growing) {
        known = [names, growing];
        pass.collector.setNames(names, growing);
      },
      row: (row) => ready().addRow(row),
      columns: (columns, count) => ready().addColumns(columns, count),
      badRow: (error) => {
        throw error;
      },
      pause: () => (pass.collector.rowCount >= batchRows ? flush(object.key) : undefined),
    };
    await readObjectRows(object, pass.options, { place, sink, text }, { blocks: false });
    await flush(object.key);
  }
  return rowCount;
}

function checkColumn(column: Column | ColumnKind | LetGo, name: string): Column {
  if (typeof column !== 'string' && column.kind !== 'let-go') return column;
  throw new InputError(`column ${JSON.stringify(name)}: expected cells of one kind, found numbers and other texts`, {
    advice: `Declare it a ${column} column: rows that are read in batches are not read twice`,
  });
}
