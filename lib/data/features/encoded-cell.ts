/** What a cell becomes: the columns of its feature that are not zero, and their values, already float32. */
export interface EncodedCell {
  columns: ArrayLike<number>;
  values: ArrayLike<number>;
  /** Set when the cell holds what the encoding does not know: a level, or a text that is no date. */
  unknown?: true;
}

/**
 * Encodes single cells, whether of a table or of a record, so that both get the same bits.
 *
 * Either `number` is present, for features of numbers (NaN is missing), which have one column, or `text`.
 */
export interface CellEncoder {
  /** How many columns the feature has, without the one for missing cells. */
  width: number;
  /** A float32; not finite when it can't hold the value. */
  number?(value: number): number;
  text?(text: string | undefined): EncodedCell;
  /** Where a number or boolean of a record may mean a level: the level that spells the same value. */
  levelOf?(text: string): string | undefined;
}
