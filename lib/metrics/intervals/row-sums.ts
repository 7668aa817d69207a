import { mergeBlocks } from '../../core/blocks.ts';
import { seededRandom } from '../../core/random.ts';

/** Above this many rows, groups of neighbours are drawn instead of rows. */
export const rowLimit = 100_000;

/** Fewest rows of a group of neighbours within a canonical block, which doubles until there are at most `mostGroups`. */
const leastGroupRows = 512;
const mostGroups = 4096;

/**
 * Sums over rows, kept apart for each unit that a bootstrap draws: a row, or a group of neighbouring rows.
 *
 * Any metric that is a function of sums over rows (accuracy, F1, log loss, RMSE, R², BLEU …) can be drawn anew from these
 * without its rows.
 */
export interface RowSums {
  /** Sums of a unit. */
  readonly width: number;
  readonly unitCount: number;
  /** Rows that a unit holds at most: 1, or from 512. */
  readonly unitRows: number;
  /** Shape [unitCount, width]. */
  readonly values: Float64Array;
}

/**
 * Collects the sums of each row.
 *
 * Up to 100,000 rows, each is a unit of its own. Above, a unit is a group of 512 consecutive rows of a canonical block, or of
 * 1,024, 2,048 … so that there are about 4,096 groups at most. Rows that belong together, as those of one hour or one
 * customer do in a sorted file, are then drawn together, and ten million rows take the memory of 2,500.
 *
 * @param width sums of a row
 * @param add adds row `row` to `sums`, which begins at `at`
 * @param blockOffsets where each canonical block begins, the end of the last appended; one block by default
 */
export function rowSums(
  rowCount: number,
  width: number,
  add: (row: number, sums: Float64Array, at: number) => void,
  {
    blockOffsets = Int32Array.of(0, rowCount),
    limit = rowLimit,
  }: { blockOffsets?: ArrayLike<number>; limit?: number } = {},
): RowSums {
  let unitRows = rowCount > limit ? leastGroupRows : 1;
  while (rowCount > limit && rowCount / unitRows > mostGroups) unitRows *= 2;
  const starts: number[] = [];
  for (let block = 0; block + 1 < blockOffsets.length; block++) {
    for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row += unitRows) starts.push(row);
  }
  const values = new Float64Array(starts.length * width);
  for (let unit = 0; unit < starts.length; unit++) {
    const end = unit + 1 < starts.length ? starts[unit + 1] : rowCount;
    for (let row = starts[unit]; row < end; row++) add(row, values, unit * width);
  }
  return { width, unitCount: starts.length, unitRows, values };
}

/**
 * The same for random groups of rows, at most 4,096 of them.
 *
 * A sum over such groups varies from draw to draw as one over single rows does, whatever the order of the rows, in a
 * fraction of the time; the standard deviation itself is then known to about 1 in 90.
 */
export function pooledSums(
  rowCount: number,
  width: number,
  add: (row: number, sums: Float64Array, at: number) => void,
): RowSums {
  const { unitRows, unitCount, units } = randomGroups(rowCount);
  const values = new Float64Array(unitCount * width);
  for (let row = 0; row < rowCount; row++) add(row, values, units[row] * width);
  return { width, unitCount, unitRows, values };
}

interface Groups {
  unitRows: number;
  unitCount: number;
  /** The group of each row, shape [rows]. */
  units: Int32Array;
}

/** The last groups that were made: all metrics of a model, and of those that it is compared with, use the same. */
let lastGroups: Groups = { unitRows: 1, unitCount: 0, units: new Int32Array(0) };

function randomGroups(rowCount: number): Groups {
  if (lastGroups.units.length === rowCount) return lastGroups;
  const unitRows = Math.ceil(rowCount / mostGroups);
  const units = Int32Array.from({ length: rowCount }, (_, i) => i);
  seededRandom(rowCount).shuffle(units);
  for (let row = 0; row < rowCount; row++) units[row] = Math.floor(units[row] / unitRows);
  lastGroups = { unitRows, unitCount: Math.ceil(rowCount / unitRows), units };
  return lastGroups;
}

/** What is drawn from groups of rows, in words. */
export const groupsDrawn = (
  { unitCount, unitRows }: RowSums,
  kind: 'neighbouring' | 'random' = 'neighbouring',
): string => `${unitCount} groups of up to ${unitRows} ${kind} rows were drawn, as there are many rows`;

/** The sums over all units, merged as a balanced tree. */
export function totalSums({ values, unitCount, width }: RowSums): Float64Array {
  if (unitCount === 0) return new Float64Array(width);
  const partials = values.slice();
  mergeBlocks(partials, unitCount, width);
  return partials.slice(0, width);
}
