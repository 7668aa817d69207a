import { axisX, axisY, cell, plot, pointer, tip } from '@observablehq/plot';
import type { ConfusionMap } from '../figure.ts';
import { formatShare } from '../format.ts';
import { shorten } from '../markup.ts';
import { accent, contrast, look } from './look.ts';

export function confusionMap({ labels, shares }: ConfusionMap, width: number) {
  const names = labels.map((label) => shorten(label, 14));
  const room = 14 + 6.4 * Math.max(...names.map((name) => name.length));
  const side = Math.min(width - room - 12, 560);
  const cells = shares.flatMap((row, actual) =>
    row.flatMap((share, predicted) => (share > 0 ? [{ actual, predicted, share }] : [])),
  );
  const domain = labels.map((_, index) => index);
  // Names stand beside some of the cells only where all would not fit.
  const stride = Math.ceil(labels.length / Math.floor(side / 14));
  const ticks = domain.filter((index) => index % stride === 0);
  const tickFormat = (index: number) => names[index];
  const title = ({ actual, predicted, share }: (typeof cells)[number]) =>
    `actual ${shorten(labels[actual], 60)}\npredicted ${shorten(labels[predicted], 60)}\n${formatShare(share)} of its rows`;
  return plot({
    ...look(room + side + 12, room + side + 12),
    marginLeft: room,
    marginTop: room,
    marginRight: 12,
    marginBottom: 12,
    x: { domain, padding: 0, label: null },
    y: { domain, padding: 0, label: null },
    marks: [
      axisX({ anchor: 'top', ticks, tickSize: 0, tickFormat, tickRotate: -90 }),
      axisY({ ticks, tickSize: 0, tickFormat }),
      cell(cells, {
        x: 'predicted',
        y: 'actual',
        fill: ({ actual, predicted }) => (actual === predicted ? accent : contrast),
        fillOpacity: 'share',
      }),
      tip(cells, pointer({ x: 'predicted', y: 'actual', title })),
    ],
    color: { type: 'identity' },
    opacity: { type: 'sqrt', domain: [0, 1], range: [0.06, 1] },
  });
}
