import { areaY, dot, frame, gridX, gridY, line, plot, pointer, tip } from '@observablehq/plot';
import type { ShareCurve, SharePoint } from '../figure.ts';
import { formatNumber } from '../format.ts';
import { accent, contrast, hairline, quiet, unitSquare } from './look.ts';

/** A curve in the square from 0 to 1: ROC, precision–recall, gain. */
export function shareCurve({ points, guessing, chosen, axes }: ShareCurve, width: number) {
  const position = { x: 'x', y: 'y' };
  const title = ({ x, y }: SharePoint) =>
    `${axes.y} ${formatNumber(y, { digits: 3 })}\n${axes.x} ${formatNumber(x, { digits: 3 })}`;
  return plot({
    ...unitSquare(width, axes),
    marks: [
      gridX({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      gridY({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      frame({ stroke: hairline }),
      // Both edges by name: given `y` alone, Plot stacks the points that share an x, as those of a rise do.
      areaY(points, { x: position.x, y1: 0, y2: position.y, fill: accent, fillOpacity: 0.1 }),
      line(guessing, { ...position, stroke: quiet, strokeDasharray: '4,4' }),
      line(points, { ...position, stroke: accent, strokeWidth: 2 }),
      chosen && dot([chosen], { ...position, r: 5, fill: contrast, stroke: 'var(--paper)', strokeWidth: 1.5 }),
      tip(points, pointer({ ...position, title })),
    ],
  });
}
