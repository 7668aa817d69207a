/** The vectors of a golden case, and what the reference answered by name. */
export interface GoldenCase {
  name: string;
  y_true: number[] | number[][];
  y_pred?: number[] | number[][];
  y_score?: number[] | number[][];
  y_prob?: number[][];
  relevance?: number[][];
  scores?: number[][];
  sample_weight?: number[] | null;
  expected: Record<string, unknown>;
}

export interface AskOptions {
  weights?: number[];
  warn(why: string): void;
}

/** Hone's answer to a name whose pattern matched; `found` holds the pattern's named groups. */
export type Ask = (golden: GoldenCase, options: AskOptions, found: Record<string, string>) => unknown;

/** Answers by the pattern of their name; the first that matches counts. */
export type Answers = [RegExp, Ask][];

/** Rows one after the other; JSON writes NaN and infinities as strings. */
export const vector = (values: number[] | number[][] | undefined): number[] => (values ?? []).flat().map(Number);

/** A number as Python prints it in a name. */
export const number = (text: string): number => (text === 'nan' || text === 'NaN' ? Number.NaN : Number(text));
