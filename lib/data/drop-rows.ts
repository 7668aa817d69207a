import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { RejectedRow } from './bad-rows.ts';
import type { Block, Column, Table } from './table.ts';

/** The table without some of its rows; blocks of which none is left are gone, too. */
export function dropRows(
  table: Table,
  dropped: ReadonlyMap<number, RejectedRow>,
  rejected: readonly RejectedRow[],
): Table {
  const kept = new Int32Array(table.rowCount - dropped.size);
  let count = 0;
  for (let row = 0; row < table.rowCount; row++) if (!dropped.has(row)) kept[count++] = row;

  const warnings = [...table.warnings, leftOutSentence(rejected)];
  const result = { ...table, rowCount: count, rejected: [...rejected], warnings };
  result.columns = table.columns.map((column) => keepCells(column, kept));
  if (table.rowHashes.length > 0) result.rowHashes = Uint32Array.from(kept, (row) => table.rowHashes[row]);
  result.lines = Uint32Array.from(kept, (row) => table.lines[row]);
  result.objects = keepSpans(table.objects, kept);
  result.blocks = keepSpans(table.blocks, kept).filter((block: Block) => block.rowCount > 0);
  if (table.sparse) result.sparse = keepSparse(table.sparse, kept);
  return result;
}

function leftOutSentence(rejected: readonly RejectedRow[]): string {
  const count =
    rejected.length === 1 ? 'One row that can’t be read was' : `${rejected.length} rows that can’t be read were`;
  return `${count} left out; the first: ${rejected[0].reason}.`;
}

function keepCells(column: Column, kept: Int32Array): Column {
  if (column.kind === 'number') return { ...column, values: Float64Array.from(kept, (row) => column.values[row]) };
  const codes = Int32Array.from(kept, (row) => column.codes[row]);
  // Levels that only the dropped rows had must not show.
  const used = new Uint8Array(column.levels.length);
  for (const code of codes) if (code >= 0) used[code] = 1;
  const renumbered = new Int32Array(used.length);
  const levels = column.levels.filter((_, code) => used[code] === 1);
  for (let code = 0, next = 0; code < used.length; code++) if (used[code] === 1) renumbered[code] = next++;
  return { ...column, levels, codes: codes.map((code) => (code < 0 ? -1 : renumbered[code])) };
}

/** Objects or blocks, which follow each other, with the rows that they have left. */
function keepSpans<S extends { firstRow: number; rowCount: number }>(spans: readonly S[], kept: Int32Array): S[] {
  let at = 0;
  return spans.map((span) => {
    const firstRow = at;
    while (at < kept.length && kept[at] < span.firstRow + span.rowCount) at++;
    return { ...span, firstRow, rowCount: at - firstRow };
  });
}

function keepSparse({ columnCount, rowStarts, columns, data }: SparseMatrix, kept: Int32Array): SparseMatrix {
  const starts = new Float64Array(kept.length + 1);
  kept.forEach((row, i) => {
    starts[i + 1] = starts[i] + rowStarts[row + 1] - rowStarts[row];
  });
  const result = {
    rowCount: kept.length,
    columnCount,
    rowStarts: starts,
    columns: new Int32Array(starts[kept.length]),
    data: new Float64Array(starts[kept.length]),
  };
  kept.forEach((row, i) => {
    result.columns.set(columns.subarray(rowStarts[row], rowStarts[row + 1]), starts[i]);
    result.data.set(data.subarray(rowStarts[row], rowStarts[row + 1]), starts[i]);
  });
  return result;
}
