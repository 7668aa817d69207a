import type { DateOrder, DatePart } from './schema/dates.ts';
import type { SchemaKind } from './schema/kinds.ts';

/** How columns become numbers, as fitted by `fitEncoding`: plain JSON, whose floats survive being written and read. */
export interface Encoding {
  features: FeatureEncoding[];
  /** The columns of the encoded matrix, in order: those of the first feature, then those of the second, … */
  columns: EncodedColumn[];
  /** Features that were not encoded, and why. */
  leftOut: { name: string; reason: string }[];
}

export type FeatureEncoding =
  | NumberEncoding
  | CategoryEncoding
  | OrdinalEncoding
  | HashEncoding
  | DateEncoding
  | TextEncoding;

export interface EncodedColumn {
  /** `carat`, `cut=Ideal`, `cut (other)`, `city (#17)`, `sold (weekday)`, `age (missing)`. */
  name: string;
  feature: string;
  level?: string;
}

/** A value becomes (value − mean) / scale; where there are `quantiles`, first the share of training values below it. */
export interface Scaling {
  /** What is subtracted: the mean under `standard`, the minimum under `minMax`, the median under `robust`, else 0. */
  mean: number;
  scale: number;
  /** Ascending values at even steps of share, from 0 to 1. */
  quantiles?: number[];
  /** With quantiles: the share is turned into the normal deviate that has it below. */
  output?: 'normal';
}

/** What every feature may have: one more column, last, that is 1 where the cell is missing and 0 elsewhere. */
interface Indicated {
  name: string;
  missingIndicator?: true;
}

/** A cell is scaled; a missing one counts as `impute`. */
export interface NumberEncoding extends Indicated, Scaling {
  kind: 'number';
  impute: number;
  /** A cell is rounded to float32 before it is scaled, as those of the training data were. */
  float32?: true;
}

/**
 * A cell becomes 1 in its level's column and 0 in the others; a missing cell counts as `impute`.
 *
 * Where `other` is set there is one more column, and every text that is none of `levels` belongs to it.
 */
export interface CategoryEncoding extends Indicated {
  kind: 'category';
  impute: string;
  levels: string[];
  other?: true;
}

/** A cell becomes the scaled position of its level, −1 for an unknown one; a missing cell counts as `impute`. */
export interface OrdinalEncoding extends Indicated, Scaling {
  kind: 'ordinal';
  impute: string;
  levels: string[];
}

/** A cell becomes 1 in the column that its text hashes to; a missing cell counts as `impute`. */
export interface HashEncoding extends Indicated {
  kind: 'hash';
  impute: string;
  buckets: number;
  seed: number;
}

/** A cell becomes the scaled parts of its instant, UTC; one that is missing or no date counts as `impute`. */
export interface DateEncoding extends Indicated {
  kind: 'date';
  /** Seconds since 1970. */
  impute: number;
  order: DateOrder;
  parts: ({ part: DatePart } & Scaling)[];
}

/** A cell becomes the signed counts of its hashed n-grams, of Euclidean length 1; a missing one becomes zeros. */
export interface TextEncoding extends Indicated {
  kind: 'text';
  buckets: number;
  seed: number;
  /** Whether n-grams are of words or of characters. */
  of: 'words' | 'characters';
  /** Fewest and most words or characters of an n-gram. */
  lengths: [number, number];
}

/** Most levels of a category that are encoded one by one; of a category with more, all are hashed. */
export const maxLevels = 1_000;

export type ScaleName = 'standard' | 'minMax' | 'robust' | 'quantile' | 'none';

/** A way of scaling, by name or with its options. */
export type ScaleOption = ScaleName | ScaleOptions;

export type ScaleOptions =
  | { kind: 'standard' }
  | { kind: 'none' }
  | { kind: 'minMax'; range?: readonly [number, number] }
  | { kind: 'robust'; quantiles?: readonly [number, number] }
  | { kind: 'quantile'; count?: number; output?: 'uniform' | 'normal' };

/** What takes the place of a missing cell. */
export type ImputeOption = 'mean' | 'median' | 'mostFrequent' | { constant: number | string };

export type DatesOption = 'parts' | 'epoch' | 'both' | 'none';

/** What a user may say of one column's preparation. */
export interface ColumnPreparation {
  scale?: ScaleOption;
  impute?: ImputeOption;
  missingIndicator?: boolean;
  /** Texts: `oneHot`, `ordinal`, `hash`, or `ngrams`; dates: which parts. `none` leaves the column out. */
  encode?: 'oneHot' | 'ordinal' | 'hash' | 'ngrams' | 'parts' | 'epoch' | 'both' | 'none';
  /** Ordinal: the levels from lowest to highest; in order of UTF-16 code units by default. */
  order?: readonly string[];
  /** One-hot: levels in fewer training rows than this share the column `other`. */
  minFrequency?: number;
  /** One-hot: most levels with a column of their own, the most frequent; the others share the column `other`. */
  maxLevels?: number;
  /** Hashes and n-grams: how many columns. */
  buckets?: number;
  /** Hashes and n-grams: another seed puts other texts together. */
  seed?: number;
  /** N-grams: of words or characters, and of how many. */
  of?: 'words' | 'characters';
  lengths?: readonly [number, number];
}

export interface EncodingOptions {
  /** Columns to encode; all by default. */
  features?: readonly string[];
  /** Columns not to encode: the target, and what the user excludes. */
  exclude?: readonly string[];
  /** What the user says that columns hold. */
  kinds?: Readonly<Record<string, SchemaKind>>;
  /** For numbers, ordinals and parts of dates. */
  scale?: ScaleOption;
  /** For missing numbers and dates; missing categories always become the most frequent level. */
  impute?: ImputeOption;
  /** Whether a column with a missing training cell gets a column that says where. */
  missingIndicator?: boolean;
  dates?: DatesOption;
  minFrequency?: number;
  maxLevels?: number;
  /** By column; each of its choices wins over those above. */
  columns?: Readonly<Record<string, ColumnPreparation>>;
}
