import { log } from '../../lib/core/elementary.ts';

export interface Line {
  name: string;
  points: readonly (readonly [number, number])[];
  /** Thin and grey, without a name: a line to look past. */
  isQuiet?: boolean;
}

export interface LinePlot {
  title: string;
  /** What stands on the axes, with units. */
  x: string;
  y: string;
  lines: readonly Line[];
  xRange: readonly [number, number];
  yRange: readonly [number, number];
  xTicks: readonly number[];
  yTicks: readonly number[];
  /** Whether y goes by powers of ten; values below the range lie on its edge. */
  isLogarithmic?: boolean;
}

const [width, height] = [640, 360];
const frame = { left: 64, right: 150, top: 36, bottom: 48 };
const colours = ['#1f5fa8', '#c4501b', '#2a7f4f', '#8a3b9a', '#8a6d00', '#555555'];

/** A plot as a self-contained SVG. Its coordinates are rounded to a tenth, so that it is the same text everywhere. */
export function linePlot(plot: LinePlot): string {
  const { title, x, y, lines, xTicks, yTicks } = plot;
  const place = scales(plot);
  const named = lines.filter(({ isQuiet }) => !isQuiet);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${quote(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${frame.left}" y="20" font-size="14" font-weight="600" fill="#222222">${quote(title)}</text>`,
    ...xTicks.map((tick) => xTick(place.x(tick), formatTick(tick))),
    ...yTicks.map((tick) => yTick(place.y(tick), formatTick(tick))),
    `<text x="${(frame.left + width - frame.right) / 2}" y="${height - 10}" text-anchor="middle" fill="#444444">${quote(x)}</text>`,
    `<text transform="translate(14 ${(frame.top + height - frame.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#444444">${quote(y)}</text>`,
    `<clipPath id="frame"><rect x="${frame.left}" y="${frame.top}" width="${width - frame.left - frame.right}" height="${height - frame.top - frame.bottom}"/></clipPath>`,
    ...lines.map((line) => path(line, named.indexOf(line), place)),
    ...named.map(({ name }, i) => key(name, i)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Place {
  x(value: number): number;
  y(value: number): number;
}

function scales({ xRange, yRange, isLogarithmic = false }: LinePlot): Place {
  const inner = { width: width - frame.left - frame.right, height: height - frame.top - frame.bottom };
  const level = (value: number) => (isLogarithmic ? log(Math.max(value, yRange[0])) : value);
  const [low, high] = [level(yRange[0]), level(yRange[1])];
  return {
    x: (value) => frame.left + (inner.width * (value - xRange[0])) / (xRange[1] - xRange[0]),
    y: (value) => frame.top + inner.height * (1 - (level(value) - low) / (high - low)),
  };
}

function path({ points, isQuiet }: Line, index: number, place: Place): string {
  // What is far outside the frame is drawn at its rim, so that no coordinate grows without end.
  const within = (value: number, limit: number) => Math.max(-limit, Math.min(2 * limit, value));
  const corners = points
    .filter(([x, y]) => !Number.isNaN(x) && !Number.isNaN(y))
    .map(([x, y]) => `${round(within(place.x(x), width))} ${round(within(place.y(y), height))}`);
  const look = isQuiet
    ? 'stroke="#cccccc" stroke-width="1"'
    : `stroke="${colours[index]}" stroke-width="2" stroke-linejoin="round"`;
  return `<path d="M${corners.join('L')}" fill="none" clip-path="url(#frame)" ${look}/>`;
}

function key(name: string, index: number): string {
  const [x, y] = [width - frame.right + 16, frame.top + 12 + 20 * index];
  return (
    `<line x1="${x}" x2="${x + 18}" y1="${y - 4}" y2="${y - 4}" stroke="${colours[index]}" stroke-width="2"/>` +
    `<text x="${x + 24}" y="${y}" fill="#222222">${quote(name)}</text>`
  );
}

function xTick(at: number, label: string): string {
  const bottom = height - frame.bottom;
  return (
    `<line x1="${round(at)}" x2="${round(at)}" y1="${frame.top}" y2="${bottom}" stroke="#eeeeee"/>` +
    `<text x="${round(at)}" y="${bottom + 16}" text-anchor="middle" fill="#666666">${label}</text>`
  );
}

function yTick(at: number, label: string): string {
  return (
    `<line x1="${frame.left}" x2="${width - frame.right}" y1="${round(at)}" y2="${round(at)}" stroke="#eeeeee"/>` +
    `<text x="${frame.left - 6}" y="${round(at + 4)}" text-anchor="end" fill="#666666">${label}</text>`
  );
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
const formatTick = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5) ? value.toExponential(0) : String(value);
const quote = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
