// Holds what reading a file led to against what other readers made of it.
import { gunzipSync } from 'node:zlib';
import { isMissingText } from '../lib/data/number.ts';
import type { Outcome, Trial } from './nasty-trials.ts';

type Read = Extract<Outcome, { kind: 'read' }>;
type Cell = string | number | null;

/** Why an outcome is wrong; undefined when it is right. A refusal is right unless the text must be accepted. */
export function judge(trial: Trial, outcome: Exclude<Outcome, { kind: 'crash' }>): string | undefined {
  const verdict = (trial.expected as { verdict?: string } | undefined)?.verdict;
  if (outcome.kind === 'refused') {
    return verdict === 'must accept' ? `refused, though it must be accepted: ${outcome.message}` : undefined;
  }
  if (verdict !== undefined) return verdict === 'must reject' ? 'read, though it must be rejected' : undefined;
  if (trial.kind === 'csv') return judgeCsv(trial, outcome);
  if (trial.kind === 'jsonl') return judgeJson(trial, outcome);
  if (trial.expected === undefined) return undefined;
  return trial.kind === 'parquet' ? judgeParquet(trial.expected, outcome) : judgeLibsvm(trial.expected, outcome);
}

interface CsvExpectation {
  python_csv_strict?: {
    value?: { rows: number; data?: string[][]; first3?: string[][]; row_widths: Record<string, number> };
  };
  pandas_read_csv_str?: { value?: { rows: number; n_columns: number; columns?: string[]; data?: string[][] } };
  python_gzip?: { error?: string };
}

/** Right when equal to one reader's rows; with another separator than they took for granted, when as many. */
function judgeCsv({ expected, content }: Trial, found: Read): string | undefined {
  if (expected === undefined) return undefined;
  const { python_csv_strict: python, pandas_read_csv_str: pandas, python_gzip: gzip } = expected as CsvExpectation;
  const bytes = content();
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  // They read neither UTF-16 nor a text that is not what its name says; we do.
  const isPlain = gzip?.error !== undefined && bytes[0] !== 0x1f;
  if (isUtf16 || isPlain) return undefined;

  const readings: { names?: string[]; rows?: string[][]; first?: string[][]; count: number; width: number }[] = [];
  if (python?.value) {
    const { data, first3, rows, row_widths: widths } = python.value;
    const lines = (data ?? first3 ?? []).filter((line) => line.length > 1 || (line[0] ?? '').trim() !== '');
    const blanks = data ? data.length - lines.length : (widths['0'] ?? 0);
    const width = Math.max(...Object.keys(widths).map(Number));
    const [names, ...below] = lines;
    readings.push({ names, count: rows - blanks - 1, width, ...(data ? { rows: below } : { first: below }) });
  }
  if (pandas?.value) {
    const { rows: count, n_columns: width, columns: names, data: rows } = pandas.value;
    readings.push({ names, count, width, rows });
  }
  if (readings.length === 0) return 'read, though no other reader could';
  const complaints = readings.map(({ names, rows, first, count, width }) => {
    // They take the comma for granted; where it separates nothing, another character may, even around quoted lines.
    if (width === 1 && found.columns.length > 1) return undefined;
    if (found.rowCount !== count) return `${found.rowCount} rows instead of ${count}`;
    if (width !== found.columns.length) return `${found.columns.length} columns instead of ${width}`;
    const wrongName = names?.findIndex((name, i) => i > 0 && name !== found.columns[i]);
    if (wrongName !== undefined && wrongName >= 0)
      return `column ${found.columns[wrongName]} instead of ${names?.[wrongName]}`;
    return differenceIn(found.rows, rows ?? first);
  });
  return complaints.includes(undefined) ? undefined : complaints[0];
}

function differenceIn(found: Cell[][] | undefined, expected: string[][] | undefined): string | undefined {
  if (!found || !expected) return undefined;
  for (const [i, row] of expected.entries()) {
    for (const [column, text] of row.entries()) {
      const cell = isMissingText(text) ? null : text;
      if (found[i][column] !== cell) {
        return `row ${i + 1}, column ${column + 1}: ${JSON.stringify(found[i][column])} instead of ${JSON.stringify(cell)}`;
      }
    }
  }
  return undefined;
}

/** Right when equal to what JSON.parse makes of the lines, or of the whole. */
function judgeJson({ content }: Trial, found: Read): string | undefined {
  const bytes = content();
  const text = new TextDecoder().decode(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
  let records: unknown;
  try {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    records = text.trimStart().startsWith('[') ? JSON.parse(text) : lines.map((line) => JSON.parse(line) as unknown);
  } catch (error) {
    return `read, though JSON.parse says ${(error as Error).message}`;
  }
  if (!Array.isArray(records)) return 'read, though it is no list';
  if (found.rowCount !== records.length) return `${found.rowCount} rows instead of ${records.length}`;
  for (const [i, record] of records.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return 'read, though a row is no object';
    const cells = flatten(record);
    for (const [column, name] of found.columns.entries()) {
      const expected = cells.get(name) ?? null;
      const cell = found.rows?.[i][column];
      if (cell !== undefined && !sameJson(cell, expected)) {
        return `row ${i + 1}, ${name}: ${JSON.stringify(cell)} instead of ${JSON.stringify(expected)}`;
      }
      cells.delete(name);
    }
    for (const [name, value] of cells) if (!isAbsent(value)) return `row ${i + 1}: no column ${name}`;
  }
  return undefined;
}

function flatten(record: object, prefix = '', cells = new Map<string, unknown>()): Map<string, unknown> {
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) flatten(value, `${prefix}${key}.`, cells);
    else cells.set(`${prefix}${key}`, value);
  }
  return cells;
}

const isAbsent = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && isMissingText(value));

function sameJson(cell: Cell, expected: unknown): boolean {
  if (isAbsent(expected)) return cell === null;
  if (typeof expected === 'number') return Number(cell) === expected;
  if (Array.isArray(expected)) return JSON.stringify(JSON.parse(String(cell))) === JSON.stringify(expected);
  return cell === String(expected);
}

interface ParquetExpectation {
  duckdb: { rows?: number; columns?: string[]; types?: string[]; first5?: Record<string, unknown>[] };
  hyparquet: { rows?: number };
}

/** Right when as many rows as one reader found, and values as DuckDB's, of types that it writes as one value. */
function judgeParquet(expected: unknown, found: Read): string | undefined {
  const { duckdb, hyparquet } = expected as ParquetExpectation;
  const counts = [duckdb.rows, hyparquet.rows].filter((count) => count !== undefined);
  // The others read every column; what they stumbled over may lie in one that we leave out.
  if (counts.length === 0) return found.hasLeftOut ? undefined : 'read, though no other reader could';
  if (!counts.includes(found.rowCount)) return `${found.rowCount} rows instead of ${counts.join(' or ')}`;
  for (const [i, row] of (duckdb.first5 ?? []).entries()) {
    for (const [column, name] of found.columns.entries()) {
      const type = duckdb.types?.[duckdb.columns?.indexOf(name) ?? -1];
      const cell = found.rows?.[i]?.[column];
      if (type === undefined || cell === undefined || !Object.hasOwn(row, name)) continue;
      if (!sameValue(type, cell, row[name])) {
        return `row ${i + 1}, ${name} (${type}): ${JSON.stringify(cell)} instead of ${JSON.stringify(row[name])}`;
      }
    }
  }
  return undefined;
}

function sameValue(type: string, cell: Cell, expected: unknown): boolean {
  if (isAbsent(expected) || expected === 'NaN') return cell === null;
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|DECIMAL.*)$/.test(type)) return Number(cell) === Number(expected);
  if (type === 'FLOAT') return Math.fround(Number(cell)) === Math.fround(Number(expected));
  if (type === 'VARCHAR' || type === 'BOOLEAN' || type === 'UUID' || type === 'DATE') return cell === String(expected);
  if (type.startsWith('TIMESTAMP')) return instantOf(String(cell)) === instantOf(String(expected));
  return true;
}

const instantOf = (text: string): number =>
  Date.parse(`${text.replace(' ', 'T').replace(/(Z|[+-]\d\d(:?\d\d)?)$/, '')}Z`);

interface LibsvmExpectation {
  sklearn_one_based?: {
    value?: { shape: number[]; data: (number | string)[]; indices: number[]; indptr: number[]; labels: number[] };
  };
}

function judgeLibsvm(expected: unknown, found: Read): string | undefined {
  const value = (expected as LibsvmExpectation).sklearn_one_based?.value;
  if (!value) return 'read, though the other reader could not';
  const labels = found.rows?.map(([label]) => Number(label));
  // Zeros that are written are left out of ours.
  const { sparse } = found;
  const pairs = [
    [found.rowCount, value.shape[0]],
    [sparse?.rowStarts, value.indptr],
    [sparse?.columns, value.indices],
    [sparse?.values, value.data],
    [labels, value.labels],
  ];
  const wrong = pairs.find(([ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs));
  return wrong && `${JSON.stringify(wrong[0])} instead of ${JSON.stringify(wrong[1])}`;
}
