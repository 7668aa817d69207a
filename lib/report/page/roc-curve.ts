import { areaY, dot, frame, gridX, gridY, line, plot, pointer, tip } from '@observablehq/plot';
import type { RocCurve } from '../figures.ts';
import { formatNumber } from '../format.ts';
import { accent, contrast, hairline, look, quiet, tickFormat } from './look.ts';

const guessing = [
  { falsePositiveRate: 0, truePositiveRate: 0 },
  { falsePositiveRate: 1, truePositiveRate: 1 },
];

export function rocCurve({ points, chosen }: RocCurve, width: number) {
  const side = Math.min(width - 68, 420);
  const position = { x: 'falsePositiveRate', y: 'truePositiveRate' };
  const title = ({ falsePositiveRate, truePositiveRate }: (typeof points)[number]) =>
    `true positives ${formatNumber(truePositiveRate, { digits: 3 })}\n` +
    `false positives ${formatNumber(falsePositiveRate, { digits: 3 })}`;
  const axis = { domain: [0, 1], labelArrow: 'none' as const, tickFormat, ticks: 5 };
  return plot({
    ...look(side + 68, side + 72),
    marginLeft: 48,
    marginTop: 28,
    marginRight: 20,
    marginBottom: 44,
    x: { ...axis, label: 'False positive rate', labelAnchor: 'center' },
    y: { ...axis, label: 'True positive rate' },
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
