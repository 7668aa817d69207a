import { binomialTerm } from '../distributions/beta.ts';
import { chiSquareTail } from '../distributions/tails.ts';
import { log } from '../elementary.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/** Counts, one row of the table after another. */
export type Counts = readonly ArrayLike<number>[];

export interface TableTest extends TestResult {
  /** Degrees of freedom. */
  degrees: number;
  /** Counts if rows and columns had nothing to do with each other. */
  expected: Float64Array[];
}

/**
 * Whether rows and columns of a table of counts are independent.
 *
 * NaN where a row or a column is empty.
 *
 * @param correction Yates's, for tables of two by two: each count moves up to ½ towards its expectation
 * @param kind `pearson`: squared gaps by expectation; `likelihood`: the G-test
 * @see Pearson 1900, Philosophical Magazine 50(302); Yates 1934, JRSS Supplement 1(2); Sokal & Rohlf 1981 for G
 */
export function independenceTest(
  table: Counts,
  { correction = true, kind = 'pearson' }: { correction?: boolean; kind?: 'pearson' | 'likelihood' } = {},
): TableTest {
  const { rows, columns, total } = sums(table);
  const degrees = (rows.length - 1) * (columns.length - 1);
  const expected = Array.from(rows, (row) => columns.map((column) => (row * column) / total));
  const shift = correction && degrees === 1 ? 0.5 : 0;
  let statistic = 0;
  for (const [i, row] of expected.entries()) {
    for (let j = 0; j < row.length; j++) {
      const gap = row[j] - table[i][j];
      const observed = table[i][j] + Math.sign(gap) * Math.min(shift, Math.abs(gap));
      if (row[j] === 0) statistic = Number.NaN;
      else if (kind === 'pearson') statistic += (observed - row[j]) ** 2 / row[j];
      else if (observed > 0) statistic += 2 * observed * log(observed / row[j]);
    }
  }
  return {
    statistic,
    pValue: Number.isNaN(statistic) || degrees === 0 ? Number.NaN : chiSquareTail(statistic, degrees),
    degrees,
    expected,
  };
}

/**
 * Fisher's exact test of a table of two by two; the statistic is the sample's odds ratio. Two-sided.
 *
 * Tables with the same margins count as at least as far out when they are no likelier than the observed one, to 14
 * digits. NaN and 1 where a row or a column is empty; both NaN for a table of another shape.
 *
 * @see Fisher 1934, Statistical Methods for Research Workers, fifth edition, section 21.02
 */
export function fisherExactTest(table: Counts): TestResult {
  if (table.length !== 2 || table.some(({ length }) => length !== 2)) return undefinedResult();
  const [[a, b], [c, d]] = table as [[number, number], [number, number]];
  if (a + b === 0 || c + d === 0 || a + c === 0 || b + d === 0) return { statistic: Number.NaN, pValue: 1 };
  const statistic = b > 0 && c > 0 ? (a * d) / (b * c) : Number.POSITIVE_INFINITY;
  const observed = hypergeometric(a, b, c, d);
  let pValue = 0;
  for (let x = Math.max(0, a - d); x <= Math.min(a + b, a + c); x++) {
    const share = hypergeometric(x, a + b - x, a + c - x, d - a + x);
    if (share <= observed * (1 + 1e-14)) pValue += share;
  }
  return { statistic, pValue: Math.min(1, pValue) };
}

/** How strongly rows and columns hang together, from 0 to 1, without a correction for bias. NaN where χ² is. */
export function cramersV(table: Counts): number {
  const { rows, columns, total } = sums(table);
  const { statistic } = independenceTest(table, { correction: false });
  return Math.sqrt(statistic / total / (Math.min(rows.length, columns.length) - 1));
}

function sums(table: Counts): { rows: Float64Array; columns: Float64Array; total: number } {
  const rows = new Float64Array(table.length);
  const columns = new Float64Array(table[0]?.length ?? 0);
  for (const [i, row] of table.entries()) {
    for (let j = 0; j < row.length; j++) {
      rows[i] += row[j];
      columns[j] += row[j];
    }
  }
  return { rows, columns, total: rows.reduce((all, row) => all + row, 0) };
}

/** How likely this table is, given its margins. */
function hypergeometric(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  // C(a + b, a) · C(c + d, c) / C(n, a + c), each as a binomial probability with one p, so that the powers cancel.
  const p = (a + c) / n;
  const q = (b + d) / n;
  return (binomialTerm(a, b, p, q) * binomialTerm(c, d, p, q)) / binomialTerm(a + c, b + d, p, q);
}
