/**
 * A number for reading: four significant digits, thousands apart, the same text in every locale.
 *
 * Integers are shown whole. A fraction is never rounded to an integer below ten (0.99996 stays 0.99996), since a metric
 * of exactly 1 says something else. Very large and very small numbers are written with a power of ten.
 *
 * @param digits significant digits
 * @param ascii for terminals and files: `-` for the minus sign and `e-7` for the power of ten
 * @example formatNumber(1134.56) // '1,135'
 * @example formatNumber(-0.000000123) // '−1.23 × 10⁻⁷'
 */
export function formatNumber(value: number | null, { digits = 4, ascii = false } = {}): string {
  if (value === null || Number.isNaN(value)) return ascii ? '-' : '–';
  if (!Number.isFinite(value)) return `${minus(value, ascii)}∞`;
  return minus(value, ascii) + magnitude(Math.abs(value), digits, ascii);
}

/** A share of one as a percentage: 0.0123 is '1.2%'. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent !== 0 && Math.abs(percent) < 0.1) return '<0.1%';
  // 99.96% is not all of it.
  if (percent < 100 && percent > 99.9) return '>99.9%';
  return `${formatNumber(Math.round(percent * 10) / 10)}%`;
}

/** Bytes in decimal units: 2,412,000 is '2.41 MB'. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return unit === 0 && bytes === 1 ? '1 byte' : `${roundTo(amount, 3)} ${units[unit]}`;
}

/** A duration: '38 ms', '1.42 s', '3 min 5 s', '2 h 4 min'. */
export function formatSeconds(seconds: number): string {
  // So that a prediction, which takes less than a millisecond, does not show as 0.
  if (seconds > 0 && seconds < 0.0095) return `${roundTo(seconds * 1000, 2)} ms`;
  if (seconds < 0.9995) return `${formatNumber(Math.round(seconds * 1000))} ms`;
  if (seconds < 59.95) return `${roundTo(seconds, 3)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatNumber(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** `count` with its noun: '1 row', '53,940 rows'. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** An ISO 8601 time in words: '3 February 2025, 10:11 UTC'. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const time = date.toISOString().slice(11, 16);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${time} UTC`;
}

const months = 'January February March April May June July August September October November December'.split(' ');

function minus(value: number, ascii: boolean): string {
  if (value >= 0) return '';
  return ascii ? '-' : '−';
}

function magnitude(value: number, digits: number, ascii: boolean): string {
  if (value >= 1e15 || (value > 0 && value < 1e-4)) return scientific(value, digits, ascii);
  if (Number.isInteger(value)) return group(value.toString());
  const rounded = value.toPrecision(digits);
  // toPrecision turns to exponents once it runs out of digits before the point.
  if (rounded.includes('e') || Number(rounded) >= 1000) return group(Math.round(value).toString());
  if (value < 10 && Number.isInteger(Number(rounded))) {
    for (let more = digits + 1; more <= 10; more++) {
      const longer = value.toPrecision(more);
      if (!Number.isInteger(Number(longer))) return trimZeros(longer);
    }
  }
  return trimZeros(rounded);
}

/** Rounded for good: here 0.9999 may be 1. */
function roundTo(value: number, digits: number): string {
  return formatNumber(Number(value.toPrecision(digits)), { digits });
}

function scientific(value: number, digits: number, ascii: boolean): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const power = exponent.replace('+', '');
  if (ascii) return `${trimZeros(mantissa)}e${power}`;
  const raised = Array.from(power, (character) => superscripts[character]).join('');
  return `${trimZeros(mantissa)} × 10${raised}`;
}

const superscripts: Record<string, string> = {
  '-': '⁻',
  ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (character, digit) => [String(digit), character])),
};

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
