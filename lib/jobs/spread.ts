/**
 * Mean and standard deviation (of a sample) of the scores of several folds; null where a score is, and the deviation of a
 * single one.
 */
export function meanAndDeviation(scores: readonly (number | null)[]): {
  mean: number | null;
  standardDeviation: number | null;
} {
  const known = scores.filter((score) => score !== null);
  if (known.length < scores.length || known.length === 0) return { mean: null, standardDeviation: null };
  const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
  if (known.length === 1) return { mean, standardDeviation: null };
  const squares = known.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / (known.length - 1)) };
}
