/**
 * Told, in one sentence, why a value is undefined or was set by convention.
 *
 * Metrics answer NaN where they are undefined, never an exception; a report writes null and prints the sentence.
 */
export type Warn = (why: string) => void;

export interface MetricOptions {
  /** How much each row counts: finite and not negative, shape [n]. All rows count alike by default. */
  weights?: ArrayLike<number>;
  warn?: Warn;
}
