const millisecondsPerUnit = new Map([
  ['s', 1_000],
  ['second', 1_000],
  ['min', 60_000],
  ['minute', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
]);

/** Milliseconds in a text such as `60 s`, `5 min`, `1.5 hours` or `1 day`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]{1,7})\s*$/.exec(text);
  if (!match) return undefined;
  const unit = millisecondsPerUnit.get(match[2]) ?? millisecondsPerUnit.get(match[2].replace(/s$/, ''));
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}
