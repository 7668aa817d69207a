import { recipe } from '../core/recipe.ts';
import { maxLevels } from '../data/feature-encoding.ts';
import type { Table } from '../data/table.ts';
import { describeColumns } from './columns.ts';
import { formatBytes, formatCount, formatNumber, formatShare } from './format.ts';
import type { ColumnSummary, Report } from './report.ts';

export interface InspectionOptions {
  /** Name of the dataset. */
  name: string;
  /** UTC, ISO 8601. */
  createdAt: string;
  /** The release of hone that inspects. */
  release: string;
  title?: string;
  run?: string;
  /** The column that looks like what one would predict, where there is one. */
  target?: string;
  task?: Report['task'];
  /** A draft of a pipeline document, in YAML, and the key under which it is kept. */
  draft?: Report['draft'];
  footprint?: Report['footprint'];
}

/**
 * What a dataset holds, as a report: its columns, how their values are distributed, and what deserves a look before
 * training on it. Nothing is trained.
 */
export function inspectionReport(
  table: Table,
  { name, createdAt, release, title = name, run, target, task, draft, footprint }: InspectionOptions,
): Report {
  const summaries = describeColumns(table, (column) => ({ role: column === target ? 'target' : 'feature' }));
  const columns = summaries.map((column) => (column.role === 'feature' ? judge(column, table.rowCount) : column));
  const bytes = table.objects.reduce((total, { size }) => total + size, 0);
  const beside = table.sparse ? ` and features by index up to ${table.sparse.columnCount}` : '';
  const sentence = [
    `${formatCount(table.rowCount, 'row')} in ${formatCount(columns.length, 'column')}${beside} were read`,
    ` from ${formatCount(table.objects.length, 'object')} (${formatBytes(bytes)}); nothing was trained.`,
  ].join('');
  return {
    schemaVersion: 1,
    kind: 'inspection',
    name,
    title,
    ...withoutUndefined({ task, run }),
    createdAt,
    verdict: {
      gate: 'none',
      sentence,
      gates: [],
      champion: { moved: false, version: null, sentence: 'An inspection does not move champion.' },
    },
    data: {
      objects: table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount })),
      rowCount: table.rowCount,
      trainingRowCount: 0,
      testRowCount: 0,
      split: 'The rows were not divided.',
      target: target ?? null,
      columns,
      warnings: [...table.warnings, ...observations(table, columns)],
    },
    request: null,
    defaults: [],
    ...withoutUndefined({ footprint, draft }),
    generatedBy: { name: 'hone', version: release, recipe },
  };
}

/** Marks a column that no model can learn from. */
function judge(column: ColumnSummary, rowCount: number): ColumnSummary {
  const present = rowCount - column.missing;
  const reason =
    present === 0
      ? 'every cell is missing'
      : column.distinct === 1
        ? 'one value only'
        : column.kind === 'identifier' || column.kind === 'text'
          ? column.kindReason
          : undefined;
  return reason === undefined ? column : { ...column, role: 'excluded', reason };
}

/** What deserves a look, as sentences. */
function observations(table: Table, columns: ColumnSummary[]): string[] {
  const sentences: string[] = [];
  const duplicates = countRepeats(table.rowHashes);
  // Hashes of 32 bits collide now and then: one pair in 2³² is expected to, so a handful among many rows means nothing.
  const collisions = (table.rowCount * table.rowCount) / 2 ** 33;
  if (duplicates > 4 * collisions + 3 || (duplicates > 0 && collisions < 0.01)) {
    sentences.push(
      `About ${formatCount(duplicates, 'row')} (${formatShare(duplicates / table.rowCount)}) ` +
        `${duplicates === 1 ? 'repeats' : 'repeat'} an earlier one.`,
    );
  }
  for (const { name, kind, missing, distinct } of columns) {
    const share = missing / table.rowCount;
    if (share >= 0.3 && share < 1) sentences.push(`Column "${name}": ${formatShare(share)} of its cells are missing.`);
    if (kind === 'category' && distinct > 50) {
      const what = distinct > maxLevels ? 'they are hashed' : 'one-hot encoding makes as many features';
      sentences.push(`Column "${name}" has ${formatNumber(distinct)} different values: ${what}.`);
    }
  }
  return sentences;
}

function countRepeats(hashes: Uint32Array): number {
  const sorted = Uint32Array.from(hashes).sort();
  let repeats = 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeats++;
  return repeats;
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
