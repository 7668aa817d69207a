import type { ColumnPreparation, DatesOption, ImputeOption, ScaleOption } from '../feature-encoding.ts';
import type { Table } from '../table.ts';

/** What the fit of each feature needs to know. */
export interface FitContext {
  table: Table;
  /** The training rows, ascending. */
  rows: Int32Array;
  /** Where each canonical block begins among them, and their end. */
  offsets: Int32Array;
}

/** A column's preparation with the pipeline's choices filled in. */
export interface Choices extends ColumnPreparation {
  scale: ScaleOption;
  /** What the user wants in place of missing cells; for texts a constant, or else the most frequent is taken. */
  impute: ImputeOption;
  dates: DatesOption;
}
