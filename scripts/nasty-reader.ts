// Reads files as datasets and says of each, in one line of JSON, what came of it. Run by nasty.ts.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError } from '../lib/core/errors.ts';
import { readTable } from '../lib/data/read.ts';
import type { Column, Table } from '../lib/data/table.ts';
import { bytesAsObject } from './file-object.ts';
import type { Outcome, Trial } from './nasty-trials.ts';

/** Rows beyond which an outcome tells counts alone. */
const rowLimit = 2_000;

process.on('unhandledRejection', (reason) => {
  console.error('unhandled rejection', reason);
  process.exit(3);
});

/** The trials' paths, contents and options, in JSON on standard input; one outcome a line on standard output. */
const trials = JSON.parse(readFileSync(0, 'utf8')) as Pick<Trial, 'path' | 'text' | 'format' | 'header'>[];
for (const trial of trials) {
  const outcome = await attempt(trial);
  // A rejection that comes late comes within a turn or two.
  await new Promise((done) => setTimeout(done, 5));
  console.log(JSON.stringify({ ...outcome, peakBytes: process.resourceUsage().maxRSS * 1024 }));
}

async function attempt({ path, text, format, header }: (typeof trials)[number]) {
  const bytes = text === undefined ? readFileSync(path) : Buffer.from(text, 'base64');
  const object = bytesAsObject(basename(path), bytes);
  try {
    const probe = await readTable([object], { format, header });
    if (isParquet(bytes) || probe.sparse) return { kind: 'read', ...describe(probe) };
    // Every column as texts, so that cells can be held against those of another reader.
    const kinds = Object.fromEntries(probe.columns.map(({ name }) => [name, 'category' as const]));
    return { kind: 'read', ...describe(await readTable([object], { format, header, kinds })) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41;
}

function describe(table: Table): Omit<Extract<Outcome, { kind: 'read' }>, 'kind' | 'peakBytes'> {
  const { rowCount, columns, sparse, warnings } = table;
  const rows =
    rowCount > rowLimit
      ? undefined
      : Array.from({ length: rowCount }, (_, row) => columns.map((column) => cellOf(column, row)));
  return {
    rowCount,
    columns: columns.map(({ name }) => name),
    rows,
    hasLeftOut: warnings.some((warning) => warning.includes('was not read')),
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
