import { formatNumber, formatShare } from './format.ts';

/** What a reader needs beside a metric's number. */
export interface MetricTitle {
  title: string;
  /** Which way is better, where that is known. */
  direction: 'higher' | 'lower' | undefined;
}

/** Title and direction of a metric by its name; a name that is not known speaks for itself. */
export function metricTitle(name: string): MetricTitle {
  if (!Object.hasOwn(titles, name)) return { title: name, direction: directionOf(name) };
  const [title, direction] = titles[name];
  return { title, direction };
}

/**
 * The gap between a model's value and another's, in words: '72% lower', '+0.31'; undefined when either one is.
 *
 * Errors and losses, which have no upper bound, compare as a share of the other's; all else as a difference.
 */
export function compareMetric(
  name: string,
  value: number | null,
  other: number | null,
): { text: string; isBetter: boolean | undefined } | undefined {
  if (value === null || other === null) return undefined;
  if (value === other) return { text: 'the same', isBetter: undefined };
  const { direction } = metricTitle(name);
  const isBetter = direction && (direction === 'higher' ? value > other : value < other);
  if (direction !== 'lower' || value < 0 || other <= 0) {
    return { text: `${value > other ? '+' : ''}${formatNumber(value - other, { digits: 3 })}`, isBetter };
  }
  const ratio = value / other;
  // Many times as much says more than a percentage of four digits.
  if (ratio >= 10) return { text: `${formatNumber(ratio, { digits: 2 })} times as high`, isBetter };
  return { text: `${formatShare(Math.abs(1 - ratio))} ${ratio < 1 ? 'lower' : 'higher'}`, isBetter };
}

const titles: Record<string, [title: string, direction: 'higher' | 'lower']> = {
  accuracy: ['Accuracy', 'higher'],
  precision: ['Precision', 'higher'],
  recall: ['Recall', 'higher'],
  f1: ['F1', 'higher'],
  rocAuc: ['ROC AUC', 'higher'],
  auc: ['ROC AUC', 'higher'],
  logLoss: ['Log loss', 'lower'],
  mse: ['MSE', 'lower'],
  rmse: ['RMSE', 'lower'],
  mae: ['MAE', 'lower'],
  r2: ['R²', 'higher'],
};

function directionOf(name: string): MetricTitle['direction'] {
  if (name.endsWith('Score')) return 'higher';
  return name.endsWith('Loss') || name.endsWith('Error') ? 'lower' : undefined;
}
