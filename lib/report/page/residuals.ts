import { dot, frame, gridX, gridY, plot, pointer, rectY, ruleX, ruleY, tip } from '@observablehq/plot';
import type { ResidualHistogram, Residuals } from '../figure.ts';
import { formatCount, formatNumber } from '../format.ts';
import { shorten } from '../markup.ts';
import { accent, contrast, dotsOf, hairline, look, roomForTicks, tickFormat } from './look.ts';

export function residuals({ points, range, target }: Residuals, width: number) {
  const marginLeft = roomForTicks(range);
  const height = Math.min(420, Math.max(260, width * 0.8));
  const title = ({ predicted, residual }: (typeof points)[number]) =>
    `predicted ${formatNumber(predicted)}\nactual less predicted ${formatNumber(residual)}`;
  const ticks = Math.max(3, Math.floor((width - marginLeft) / 90));
  return plot({
    ...look(width, height),
    marginLeft,
    marginTop: 28,
    marginRight: 20,
    marginBottom: 44,
    x: {
      label: `Predicted ${shorten(target, 28)}`,
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat,
      ticks,
      inset: 6,
    },
    y: { domain: range, label: 'Actual less predicted', labelArrow: 'none', tickFormat, ticks: 5, inset: 6 },
    marks: [
      gridX({ stroke: hairline, strokeOpacity: 1, ticks }),
      gridY({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      frame({ stroke: hairline }),
      dot(points, { x: 'predicted', y: 'residual', ...dotsOf(points.length) }),
      ruleY([0], { stroke: contrast, strokeWidth: 1.5 }),
      tip(points, pointer({ x: 'predicted', y: 'residual', title })),
    ],
  });
}

export function residualHistogram({ from, to, counts, target }: ResidualHistogram, width: number) {
  const bin = (to - from) / counts.length;
  const bars = counts.map((count, i) => ({ low: from + i * bin, high: from + (i + 1) * bin, count }));
  const marginLeft = roomForTicks(counts);
  const height = Math.min(420, Math.max(260, width * 0.8));
  const title = ({ low, high, count }: (typeof bars)[number]) =>
    `${formatNumber(low, { digits: 3 })} to ${formatNumber(high, { digits: 3 })}\n${formatCount(count, 'row')}`;
  const ticks = Math.max(3, Math.floor((width - marginLeft) / 100));
  return plot({
    ...look(width, height),
    marginLeft,
    marginTop: 28,
    marginRight: 24,
    marginBottom: 44,
    x: {
      domain: [from, to],
      label: `Actual less predicted ${shorten(target, 24)}`,
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat,
      ticks,
    },
    y: { label: 'Rows', labelArrow: 'none', tickFormat, ticks: 5 },
    marks: [
      gridY({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      rectY(bars, { x1: 'low', x2: 'high', y1: 0, y2: 'count', fill: accent, fillOpacity: 0.75, inset: 0.5 }),
      ruleX(from < 0 && to > 0 ? [0] : [], { stroke: contrast, strokeWidth: 1.5 }),
      tip(bars, pointer({ x: ({ low, high }) => (low + high) / 2, y: 'count', title })),
    ],
  });
}
