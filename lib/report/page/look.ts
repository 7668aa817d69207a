import type { PlotOptions, ScaleOptions } from '@observablehq/plot';
import { formatNumber } from '../format.ts';

/** Colours come from the page's style sheet, so that a drawing follows a change between light and dark. */
export const ink = 'var(--ink)';
export const quiet = 'var(--quiet)';
export const hairline = 'var(--rule)';
export const accent = 'var(--accent)';
export const contrast = 'var(--contrast)';

/** What all figures share. */
export function look(width: number, height: number): PlotOptions {
  return { width, height, className: 'plot', style: { fontSize: '12px' } };
}

/** How dots look: smaller and fainter when there are many, since they cover each other. */
export function dotsOf(count: number): { r: number; fill: string; fillOpacity: number } {
  return count > 400 ? { r: 2, fill: accent, fillOpacity: 0.32 } : { r: 3, fill: accent, fillOpacity: 0.6 };
}

/** Axis ticks read as the numbers in the page's tables do. */
export const tickFormat: NonNullable<ScaleOptions['tickFormat']> = (value: number) =>
  // Ticks are round: what follows the twelfth digit is the noise of adding steps.
  formatNumber(Number(value.toPrecision(12)), { digits: 6 });

/** Room on the left for ticks of the given values and a label. */
export function roomForTicks(values: number[]): number {
  const longest = Math.max(...values.map((value) => formatNumber(value, { digits: 3 }).length));
  return Math.min(96, 20 + 7 * Math.max(3, longest));
}

/** A square whose axes go from 0 to 1, as wide as the figure up to a limit. */
export function unitSquare(width: number, labels: { x: string; y: string }): PlotOptions {
  const side = Math.min(width - 68, 420);
  const axis = { domain: [0, 1], labelArrow: 'none' as const, tickFormat, ticks: 5 };
  return {
    ...look(side + 68, side + 72),
    marginLeft: 48,
    marginTop: 28,
    marginRight: 20,
    marginBottom: 44,
    x: { ...axis, label: labels.x, labelAnchor: 'center' },
    y: { ...axis, label: labels.y },
  };
}
