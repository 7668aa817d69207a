import { InputError } from '../../core/errors.ts';
import type { CategoryEncoding, HashEncoding, OrdinalEncoding } from '../feature-encoding.ts';
import { listNames } from '../lookup.ts';
import { mostFrequentCode } from '../most-frequent.ts';
import { cellHash, finishHash, mixWord } from '../row-hash.ts';
import { spelling } from '../spelling.ts';
import type { CategoryColumn } from '../table.ts';
import type { CellEncoder, EncodedCell } from './encoded-cell.ts';
import type { Choices, FitContext } from './fit-context.ts';
import { applyScaling, fitScaling } from './scaling.ts';

/**
 * Fits a column for each level of the training rows, in order of UTF-16 code units.
 *
 * Levels in fewer rows than `minFrequency`, and all but the `maxLevels` most frequent (of equally frequent ones the
 * first in order), share one more column; where there are none, there is no such column.
 *
 * @see scikit-learn 1.2, OneHotEncoder, handle_unknown="ignore" or, with `minFrequency`, "infrequent_if_exist"
 */
export function fitCategory({ rows }: FitContext, column: CategoryColumn, choices: Choices): CategoryEncoding {
  const { counts, impute } = countLevels(column, rows, choices);
  const { minFrequency = 0, maxLevels = Number.POSITIVE_INFINITY } = choices;
  const frequent = [...counts].filter(([, count]) => count >= minFrequency);
  // Sorting is stable, and the levels come in order.
  const kept = frequent.length <= maxLevels ? frequent : frequent.toSorted((a, b) => b[1] - a[1]).slice(0, maxLevels);
  const levels = kept.map(([level]) => level).sort(byCodeUnits);
  const other = levels.length < counts.size ? { other: true as const } : {};
  return { kind: 'category', name: column.name, impute, levels, ...other };
}

/**
 * Fits the positions of the levels, in the order given or else in order of UTF-16 code units, and their scaling.
 *
 * @throws InputError when the order given lacks a level of the training rows, or repeats one
 * @see scikit-learn 1.2, OrdinalEncoder, handle_unknown="use_encoded_value" with unknown_value=-1
 */
export function fitOrdinal(context: FitContext, column: CategoryColumn, choices: Choices): OrdinalEncoding {
  const { rows, offsets } = context;
  const { name, codes } = column;
  const { counts, impute } = countLevels(column, rows, choices);
  const levels = choices.order ? [...choices.order] : [...counts.keys()].sort(byCodeUnits);
  const positions = new Map(levels.map((level, i) => [level, i]));
  const absent = [...counts.keys()].filter((level) => !positions.has(level));
  if (absent.length > 0 || positions.size < levels.length) {
    const found = absent.length > 0 ? `none for ${listNames(absent)}` : 'a level twice';
    throw new InputError(`prepare.columns, ${JSON.stringify(name)}, order: expected each level once, found ${found}`);
  }
  const imputed = positions.get(impute) ?? -1;
  const positionOfCode = column.levels.map((level) => positions.get(level) ?? -1);
  const values = Float64Array.from(rows, (row) => (codes[row] < 0 ? imputed : positionOfCode[codes[row]]));
  return { kind: 'ordinal', name, impute, levels, ...fitScaling(values, offsets, choices.scale, name) };
}

/** Columns of a hashed category, by default. */
const hashBuckets = 256;

/** Fits what takes the place of missing cells; where texts go follows from their hashes. */
export function fitHash({ rows }: FitContext, column: CategoryColumn, choices: Choices): HashEncoding {
  const { impute } = countLevels(column, rows, choices);
  return { kind: 'hash', name: column.name, impute, buckets: choices.buckets ?? hashBuckets, seed: choices.seed ?? 0 };
}

/** One-hot: a level is a 1 in its column; an unknown one is a 1 in the column for others if there is one, else zeros. */
export function categoryEncoder({ levels, impute, other }: CategoryEncoding): CellEncoder {
  const one = [1];
  const cells = new Map(levels.map((level, i) => [level, { columns: [i], values: one }]));
  const elsewhere: EncodedCell = other
    ? { columns: [levels.length], values: one }
    : { columns: [], values: [], unknown: true };
  return {
    width: levels.length + (other ? 1 : 0),
    text: (text = impute) => cells.get(text) ?? elsewhere,
    levelOf: levelFinder(levels),
  };
}

/** Ordinal: a level is its position, scaled; an unknown one is −1, scaled likewise. */
export function ordinalEncoder(feature: OrdinalEncoding): CellEncoder {
  const { levels, impute } = feature;
  const valueAt = (position: number) => [Math.fround(applyScaling(feature, position))];
  const cells = new Map(levels.map((level, i) => [level, { columns: [0], values: valueAt(i) }]));
  const unknown: EncodedCell = { columns: [0], values: valueAt(-1), unknown: true };
  return { width: 1, text: (text = impute) => cells.get(text) ?? unknown, levelOf: levelFinder(levels) };
}

/** Hashing: a text is a 1 in the column that its hash selects. */
export function hashEncoder({ impute, buckets, seed }: HashEncoding): CellEncoder {
  const hash = seededHash(seed);
  return { width: buckets, text: (text = impute) => ({ columns: [hash(text) % buckets], values: [1] }) };
}

/**
 * A hash of texts, 32 bits: MurmurHash3 of their UTF-8 bytes, stirred with the seed.
 *
 * @see Weinberger et al. 2009, "Feature hashing for large scale multitask learning", arXiv:0902.2206
 */
export function seededHash(seed: number): (text: string) => number {
  const salt = finishHash(mixWord(0, seed | 0));
  return (text) => {
    const bytes = encoder.encode(text);
    return finishHash(mixWord(salt, cellHash(bytes, 0, bytes.length)));
  };
}

const encoder = new TextEncoder();

/** How many training rows hold each level, in order, missing cells filled; and what they are filled with. */
function countLevels(
  column: CategoryColumn,
  rows: Int32Array,
  { impute: option }: Choices,
): { counts: Map<string, number>; impute: string } {
  const counts = new Int32Array(column.levels.length);
  const present = rows.filter((row) => column.codes[row] >= 0);
  for (const row of present) counts[column.codes[row]]++;
  const impute =
    typeof option === 'object' ? String(option.constant) : column.levels[mostFrequentCode(column, present)];
  const found = column.levels.map((level, code): [string, number] => [level, counts[code]]);
  const levels = new Map(found.filter(([, count]) => count > 0));
  // A constant is a level of its own, even if no training cell is missing: a later one may be.
  const missing = rows.length - present.length;
  if (typeof option === 'object' || missing > 0) levels.set(impute, (levels.get(impute) ?? 0) + missing);
  return { counts: new Map([...levels].sort(([a], [b]) => byCodeUnits(a, b))), impute };
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of the levels that spell a text's value, the text itself, else the first. */
function levelFinder(levels: readonly string[]): (text: string) => string | undefined {
  const [exact, spelled] = [new Set(levels), new Map<string, string>()];
  for (const level of levels.toReversed()) spelled.set(spelling(level), level);
  return (text) => (exact.has(text) ? text : spelled.get(spelling(text)));
}
