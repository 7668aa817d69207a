import { dot, frame, gridX, gridY, line, plot, pointer, tip } from '@observablehq/plot';
import type { PredictedAgainstActual } from '../figure.ts';
import { formatNumber } from '../format.ts';
import { shorten } from '../markup.ts';
import { contrast, dotsOf, hairline, look, roomForTicks, tickFormat } from './look.ts';

export function predictedAgainstActual({ points, domain, target }: PredictedAgainstActual, width: number) {
  const marginLeft = roomForTicks(domain);
  const side = Math.min(width - marginLeft - 20, 420);
  const name = shorten(target, 28);
  const ticks = Math.max(3, Math.floor(side / 90));
  const diagonal = domain.map((value) => ({ actual: value, predicted: value }));
  const title = ({ actual, predicted }: (typeof points)[number]) =>
    `actual ${formatNumber(actual)}\npredicted ${formatNumber(predicted)}`;
  return plot({
    ...look(marginLeft + side + 20, side + 72),
    marginLeft,
    marginTop: 28,
    marginRight: 20,
    marginBottom: 44,
    x: { domain, label: `Actual ${name}`, labelAnchor: 'center', labelArrow: 'none', tickFormat, ticks, inset: 4 },
    y: { domain, label: `Predicted ${name}`, labelArrow: 'none', tickFormat, ticks, inset: 4 },
    marks: [
      gridX({ stroke: hairline, strokeOpacity: 1, ticks }),
      gridY({ stroke: hairline, strokeOpacity: 1, ticks }),
      frame({ stroke: hairline }),
      dot(points, { x: 'actual', y: 'predicted', ...dotsOf(points.length), clip: true }),
      line(diagonal, { x: 'actual', y: 'predicted', stroke: contrast, strokeWidth: 1.5, clip: true }),
      tip(points, pointer({ x: 'actual', y: 'predicted', title })),
    ],
  });
}
