import { type Figure, short } from './figure.ts';
import { formatCount, formatNumber } from './format.ts';
import type { Report } from './report.ts';
import { thin } from './thin.ts';

// Figures of predicted numbers.

/** Most points that are drawn: more only cover each other. */
const pointLimit = 800;

/** Each row's prediction against its actual value; undefined when there are no rows. */
export function predictedAgainstActual({ evaluation, data }: Report): Figure | undefined {
  const points = thin(evaluation?.predictedVsActual ?? [], pointLimit);
  if (!evaluation || points.length === 0) return undefined;

  const domain = sharedDomain(points);
  const outside = points.filter(
    ({ actual, predicted }) => !within(actual, domain) || !within(predicted, domain),
  ).length;
  const shown = points.length < evaluation.rowCount ? `${formatNumber(points.length)} of ` : '';
  const caption = [
    `${shown}${formatCount(evaluation.rowCount, 'row')}; a point on the line is predicted exactly.`,
    outside === 0 ? '' : ` ${formatCount(outside, 'point')} ${outside === 1 ? 'lies' : 'lie'} outside the frame.`,
  ].join('');
  return {
    id: 'predicted-against-actual',
    kind: 'predicted-against-actual',
    title: 'Predicted against actual',
    caption,
    target: data.target ?? 'target',
    points: points.map(({ actual, predicted }) => ({ actual: short(actual), predicted: short(predicted) })),
    domain,
  };
}

/**
 * The range of the actual values, widened for predictions beyond it, by half at most, and not for the farthest half of
 * a per cent on either side: a wild one would leave all others in a corner.
 */
function sharedDomain(points: { actual: number; predicted: number }[]): [number, number] {
  const actual = points.map((point) => point.actual);
  const predicted = points.map((point) => point.predicted).sort((a, b) => a - b);
  const skipped = Math.floor(predicted.length * 0.005);
  const [low, high] = [Math.min(...actual), Math.max(...actual)];
  const slack = (high - low) / 2 || Math.abs(high) / 2 || 1;
  const least = Math.max(low - slack, Math.min(low, predicted[skipped]));
  const most = Math.min(high + slack, Math.max(high, predicted[predicted.length - 1 - skipped]));
  // All the same, they still need an axis of some length.
  return least < most ? [least, most] : [least - slack, most + slack];
}

/** Residuals against predictions: a pattern in them is something that the model has not learned. */
export function residuals({ evaluation, data }: Report): Figure | undefined {
  const points = thin(evaluation?.residuals?.points ?? [], pointLimit);
  if (points.length < 2) return undefined;

  const sorted = points.map(({ residual }) => residual).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  // The farthest half of a per cent on either side would press all others together.
  const reach = Math.max(Math.abs(at(0.005)), Math.abs(at(0.995))) || 1;
  const outside = sorted.filter((residual) => Math.abs(residual) > reach).length;
  const caption = [
    'Actual less predicted, against predicted: without a pattern about the line at 0, what is left is noise.',
    ` Half of the ${formatNumber(points.length)} rows shown miss by ${formatNumber(at(0.25), { digits: 3 })} to ${formatNumber(at(0.75), { digits: 3 })}.`,
    outside === 0
      ? ''
      : ` ${formatCount(outside, 'row')} beyond the frame ${outside === 1 ? 'lies' : 'lie'} at its edge.`,
  ].join('');
  return {
    id: 'residuals',
    kind: 'residuals',
    title: 'Residuals',
    caption,
    target: data.target ?? 'target',
    points: points.map(({ predicted, residual }) => ({
      predicted: short(predicted),
      residual: short(Math.max(-reach, Math.min(reach, residual))),
    })),
    range: [short(-reach), short(reach)],
  };
}

/** How residuals are distributed. */
export function residualHistogram({ evaluation, data }: Report): Figure | undefined {
  const histogram = evaluation?.residuals?.histogram;
  if (!histogram || histogram.counts.length < 2) return undefined;

  const { from, to, counts } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (to - from) / counts.length;
  const fullest = counts.indexOf(Math.max(...counts));
  const edge = (bin: number) => formatNumber(from + bin * width, { digits: 3 });
  const caption =
    `How the residuals of ${formatCount(total, 'row')} are spread, from ${formatNumber(from, { digits: 3 })} to ` +
    `${formatNumber(to, { digits: 3 })}; most, ${formatNumber(counts[fullest])}, lie between ${edge(fullest)} and ${edge(fullest + 1)}.`;
  return {
    id: 'residual-histogram',
    kind: 'residual-histogram',
    title: 'Distribution of residuals',
    caption,
    target: data.target ?? 'target',
    from,
    to,
    counts,
  };
}

function within(value: number, [low, high]: [number, number]): boolean {
  return value >= low && value <= high;
}
