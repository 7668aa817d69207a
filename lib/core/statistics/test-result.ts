/** What a test of a hypothesis answers. Both are NaN where the test is undefined on the data. */
export interface TestResult {
  /** As the test's own literature defines it. */
  statistic: number;
  /** How likely a statistic at least as far out is when the hypothesis holds, in [0, 1]. */
  pValue: number;
}

/** The answer where a test is undefined. */
export const undefinedResult = (): TestResult => ({ statistic: Number.NaN, pValue: Number.NaN });
