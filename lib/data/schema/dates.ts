/** How a date of three numbers that begins with no year is read: `1/2/2024` is 2 January, or 1 February. */
export type DateOrder = 'monthFirst' | 'dayFirst';

/**
 * The instant that a text names, in seconds since 1970-01-01T00:00:00Z; NaN when it names none.
 *
 * Read are ISO 8601 (`2024-05-01`, `2024-05`, `20240501`, with `T` or a blank before `10:30`, `10:30:15`, `10:30:15.25`,
 * and `Z`, `+02`, `+0200` or `+02:00` after it), `2024/05/01`, `1.5.2024` (day first), `5/1/2024` and `5-1-2024` (by
 * `order`), and `1 May 2024`, `1-May-2024`, `May 1, 2024` with English months, in full or by their first three letters.
 * Each but `2024-05` may be followed by a time of day. Without an offset it is UTC. A day that its month does not have is
 * no date. Ten digits, or nine, are seconds since 1970; thirteen, or twelve, are milliseconds.
 */
export function parseDateTime(text: string, order: DateOrder = 'monthFirst'): number {
  const trimmed = text.trim();
  if (trimmed.length < 6 || trimmed.length > 40) return Number.NaN;
  if (/^\d+$/.test(trimmed)) return digitsOnly(trimmed);

  const day = dayIn(trimmed, order);
  if (!day) return Number.NaN;
  const days = daysFromCivil(day.year, day.month, day.day);
  const seconds = timeOf(trimmed.slice(day.length));
  return days * 86_400 + seconds;
}

/**
 * The order in which texts write day and month, found by looking for a number above 12.
 *
 * Where none decides, the month stands first.
 */
export function dateOrderOf(texts: Iterable<string>): DateOrder {
  let [dayFirst, monthFirst] = [0, 0];
  for (const text of texts) {
    const match = /^\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}/.exec(text);
    if (!match) continue;
    if (Number(match[1]) > 12) dayFirst++;
    if (Number(match[2]) > 12) monthFirst++;
  }
  return dayFirst > monthFirst ? 'dayFirst' : 'monthFirst';
}

/** Parts of an instant that a model may learn from, in UTC. */
export type DatePart = 'epoch' | 'year' | 'month' | 'day' | 'weekday' | 'hour' | 'minute';

export const datePartNames: readonly DatePart[] = ['epoch', 'year', 'month', 'day', 'weekday', 'hour', 'minute'];

/**
 * One part of an instant, in UTC: `epoch` in seconds, `month` from 1, `day` of the month from 1, `weekday` from 1, a
 * Monday, to 7 (ISO 8601), `hour` from 0, `minute` from 0.
 *
 * @param seconds since 1970-01-01T00:00:00Z; NaN gives NaN
 */
export function datePart(seconds: number, part: DatePart): number {
  if (part === 'epoch') return seconds;
  const days = Math.floor(seconds / 86_400);
  const inDay = seconds - days * 86_400;
  if (part === 'hour') return Math.floor(inDay / 3_600);
  if (part === 'minute') return Math.floor(inDay / 60) % 60;
  // 1970-01-01 was a Thursday, the fourth day of the week.
  if (part === 'weekday') return ((((days + 3) % 7) + 7) % 7) + 1;
  return civilFromDays(days)[part];
}

interface Day {
  year: number;
  month: number;
  day: number;
  /** Characters that the date takes up. */
  length: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthPattern =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';

/** Each form, and which of its groups hold year, month and day; the order of the last is settled by the caller. */
const forms: { pattern: RegExp; groups: [year: number, month: number, day: number] | 'ordered' }[] = [
  { pattern: /^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/, groups: [1, 2, 3] },
  { pattern: /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?!\d)/, groups: [1, 2, 3] },
  { pattern: /^(\d{4})(\d{2})(\d{2})(?=[T ])/, groups: [1, 2, 3] },
  { pattern: /^(\d{4})-(\d{2})()$/, groups: [1, 2, 3] },
  { pattern: /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/, groups: [3, 2, 1] },
  { pattern: /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)/, groups: 'ordered' },
  { pattern: new RegExp(`^(\\d{1,2})[ -]${monthPattern}[ -](\\d{4})(?!\\d)`, 'i'), groups: [3, 2, 1] },
  { pattern: new RegExp(`^${monthPattern} (\\d{1,2}),? (\\d{4})(?!\\d)`, 'i'), groups: [3, 1, 2] },
];

function dayIn(text: string, order: DateOrder): Day | undefined {
  for (const { pattern, groups } of forms) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [y, m, d] = groups === 'ordered' ? (order === 'dayFirst' ? [3, 2, 1] : [3, 1, 2]) : groups;
    const month = /^\d/.test(match[m]) ? Number(match[m]) : months.indexOf(match[m].slice(0, 3).toLowerCase()) + 1;
    const day = { year: Number(match[y]), month, day: match[d] === '' ? 1 : Number(match[d]), length: match[0].length };
    return isDay(day) ? day : undefined;
  }
  return undefined;
}

function isDay({ year, month, day }: Day): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

/** Seconds from midnight, UTC, in what follows a date; 0 when nothing does, NaN when that is no time. */
function timeOf(text: string): number {
  if (text === '') return 0;
  const match = /^(?:T|,? +)(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)? ?(am|pm)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i.exec(
    text,
  );
  if (!match) return Number.NaN;
  const [, hourText, minute, second = '0', fraction = '0', half, zone = 'Z'] = match;
  let hour = Number(hourText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  if (hour > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  return hour * 3_600 + Number(minute) * 60 + Number(second) + Number(fraction) - offsetSeconds(zone);
}

function offsetSeconds(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')];
  return (zone[0] === '-' ? -1 : 1) * (hours * 3_600 + minutes * 60);
}

function digitsOnly(text: string): number {
  if (text.length === 8) {
    const day = dayIn(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`, 'monthFirst');
    return day ? daysFromCivil(day.year, day.month, day.day) * 86_400 : Number.NaN;
  }
  if (text.length === 9 || text.length === 10) return Number(text);
  return text.length === 12 || text.length === 13 ? Number(text) / 1000 : Number.NaN;
}

/**
 * Days from 1970-01-01 to a day of the Gregorian calendar, counted in years that begin in March, so that the leap day
 * is their last.
 *
 * @see Richards 2013, Explanatory Supplement to the Astronomical Almanac, 3rd edition, section 15.11, for the method
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: yearOfEra + era * 400 + (month >= 10 ? 1 : 0),
    month: month < 10 ? month + 3 : month - 9,
    day: dayOfYear - Math.floor((153 * month + 2) / 5) + 1,
  };
}
