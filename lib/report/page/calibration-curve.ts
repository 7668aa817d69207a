import { dot, frame, gridX, gridY, line, link, plot, pointer, tip } from '@observablehq/plot';
import type { CalibrationCurve } from '../figure.ts';
import { formatCount, formatShare } from '../format.ts';
import { shorten } from '../markup.ts';
import { accent, hairline, quiet, unitSquare } from './look.ts';

export function calibrationCurve({ bins, positive }: CalibrationCurve, width: number) {
  const position = { x: 'predicted', y: 'observed' };
  const most = Math.max(...bins.map(({ rowCount }) => rowCount));
  const title = ({ predicted, observed, rowCount, low, high }: (typeof bins)[number]) =>
    `forecast ${formatShare(predicted)}\ncame true ${formatShare(observed)}` +
    `${low === undefined || high === undefined ? '' : ` (${formatShare(low)} to ${formatShare(high)})`}\n${formatCount(rowCount, 'row')}`;
  const ends = [
    { predicted: 0, observed: 0 },
    { predicted: 1, observed: 1 },
  ];
  return plot({
    ...unitSquare(width, { x: 'Mean forecast', y: `Share that is ${shorten(positive, 24)}` }),
    marks: [
      gridX({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      gridY({ stroke: hairline, strokeOpacity: 1, ticks: 5 }),
      frame({ stroke: hairline }),
      line(ends, { ...position, stroke: quiet, strokeDasharray: '4,4' }),
      line(bins, { ...position, stroke: accent, strokeOpacity: 0.45, strokeWidth: 1.5 }),
      link(
        bins.filter(({ low }) => low !== undefined),
        { x1: 'predicted', x2: 'predicted', y1: 'low', y2: 'high', stroke: accent, strokeWidth: 1.75 },
      ),
      // Areas by the rows of a bin, so that a bin of few is seen to be one.
      dot(bins, { ...position, r: ({ rowCount }) => 2.5 + 4.5 * Math.sqrt(rowCount / most), fill: accent }),
      tip(bins, pointer({ ...position, title })),
    ],
    r: { type: 'identity' },
  });
}
