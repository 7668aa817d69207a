// Reads one file as a dataset and says in one line of JSON what came of it. Run by nasty.ts, in a process for each file.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError } from '../lib/core/errors.ts';
import { readTable } from '../lib/data/read.ts';
import type { Column, DataObject, Table } from '../lib/data/table.ts';
import type { Outcome } from './nasty-trials.ts';

/** Rows and characters beyond which an outcome tells counts alone. */
const rowLimit = 2_000;

process.on('unhandledRejection', (reason) => {
  console.error('unhandled rejection', reason);
  process.exit(3);
});

const { path, text, format, header } = JSON.parse(process.argv[2]);
const bytes: Uint8Array = text === undefined ? readFileSync(path) : Buffer.from(text, 'base64');
const object: DataObject = {
  key: basename(path),
  size: bytes.length,
  tag: '',
  async *read() {
    for (let start = 0; start < bytes.length; start += 1 << 16) yield bytes.subarray(start, start + (1 << 16));
  },
  readRange: async (start, end) => bytes.slice(start, end),
};

let outcome: Omit<Extract<Outcome, { kind: 'read' }>, 'peakBytes'> | { kind: 'refused'; message: string };
try {
  // Every column as texts, so that cells can be held against those of another reader.
  const probe = await readTable([object], { format, header });
  const table = await readAsTexts(probe);
  outcome = { kind: 'read', ...describe(table) };
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  outcome = { kind: 'refused', message: error.message };
}
// A rejection that comes late comes within a turn or two.
await new Promise((done) => setTimeout(done, 20));
console.log(JSON.stringify({ ...outcome, peakBytes: process.resourceUsage().maxRSS * 1024 }));

async function readAsTexts(probe: Table): Promise<Table> {
  const isTyped = bytes[0] === 0x50 && bytes[1] === 0x41;
  if (isTyped || probe.sparse) return probe;
  const kinds = Object.fromEntries(probe.columns.map(({ name }) => [name, 'category' as const]));
  return readTable([object], { format, header, kinds });
}

function describe(table: Table): Omit<Extract<Outcome, { kind: 'read' }>, 'kind' | 'peakBytes'> {
  const { rowCount, columns, sparse } = table;
  const rows =
    rowCount > rowLimit
      ? undefined
      : Array.from({ length: rowCount }, (_, row) => columns.map((column) => cellOf(column, row)));
  return {
    rowCount,
    columns: columns.map(({ name }) => name),
    rows,
    sparse: sparse && {
      columnCount: sparse.columnCount,
      rowStarts: [...sparse.rowStarts],
      columns: [...sparse.columns],
      values: Array.from(sparse.data, (value) => (Number.isNaN(value) ? 'NaN' : value)),
    },
  };
}

function cellOf(column: Column, row: number): string | number | null {
  if (column.kind === 'category') return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
  const value = column.values[row];
  return Number.isNaN(value) ? null : value;
}
