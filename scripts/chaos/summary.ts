/** What came of one harness. */
export interface Summary {
  /** What was tried, in figures: `10,000 histories of 4,700,000 events`. */
  tried: string;
  passed: number;
  failed: number;
  /** One line for each failure, with what it takes to see it again. */
  failures: string[];
}

/** How much is tried. */
export interface Extent {
  seed: number;
  /** Seconds instead of minutes: for the test suite. */
  short: boolean;
}

export const count = (value: number): string => value.toLocaleString('en-US');
