import { axisY, barX, plot, pointerY, ruleX, text, tip } from '@observablehq/plot';
import type { Coefficients } from '../figure.ts';
import { formatNumber } from '../format.ts';
import { shorten } from '../markup.ts';
import { accent, contrast, ink, look, quiet, tickFormat } from './look.ts';

export function coefficients({ bars }: Coefficients, width: number) {
  const limit = width < 420 ? 18 : 30;
  const names = bars.map(({ feature, class: label }) =>
    label === undefined ? shorten(feature, limit) : `${shorten(feature, limit - 8)} → ${shorten(label, 10)}`,
  );
  const values = bars.map(({ value }) => value);
  const marginLeft = Math.min(width * 0.45, 16 + 6.6 * Math.max(...names.map((name) => name.length)));
  // Labels at the ends of the bars need room inside the frame, on the sides that have bars.
  const room = 14 + 7 * Math.max(...values.map((value) => formatNumber(value, { digits: 3 }).length));
  const rows = bars.map((bar, row) => ({ ...bar, row }));
  const title = (bar: (typeof rows)[number]) =>
    `${shorten(bar.feature, 80)}${bar.class === undefined ? '' : ` → ${shorten(bar.class, 40)}`}\n${formatNumber(bar.value, { digits: 6 })}`;
  const label = (isNegative: boolean) =>
    text(
      rows.filter(({ value }) => value < 0 === isNegative),
      {
        x: 'value',
        y: 'row',
        text: ({ value }: { value: number }) => formatNumber(value, { digits: 3 }),
        textAnchor: isNegative ? 'end' : 'start',
        dx: isNegative ? -5 : 5,
        fill: quiet,
      },
    );
  return plot({
    ...look(width, rows.length * 22 + 40),
    marginLeft,
    marginRight: 8,
    marginTop: 6,
    marginBottom: 34,
    x: {
      label: null,
      tickFormat,
      ticks: Math.max(3, (width - marginLeft) / 90),
      insetLeft: values.some((value) => value < 0) ? room : 0,
      insetRight: values.some((value) => value >= 0) ? room : 0,
      domain: [Math.min(0, ...values), Math.max(0, ...values) || (Math.min(...values) < 0 ? 0 : 1)],
    },
    y: { type: 'band', domain: rows.map(({ row }) => row), padding: 0.28, label: null },
    marks: [
      axisY({ tickSize: 0, tickFormat: (row: number) => names[row] }),
      barX(rows, { x: 'value', y: 'row', fill: ({ value }) => (value < 0 ? contrast : accent) }),
      ruleX([0], { stroke: ink }),
      label(true),
      label(false),
      tip(rows, pointerY({ x: 'value', y: 'row', title })),
    ],
    color: { type: 'identity' },
  });
}
