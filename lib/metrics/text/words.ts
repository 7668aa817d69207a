/** What Python's str.split takes for white space; JavaScript's \s lacks U+001C to U+001F and U+0085, and has U+FEFF. */
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const spaces = new RegExp(`[${space}]+`);
const trailing = new RegExp(`[${space}]+$`);

/** The 32 marks of ASCII. */
export const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** The words between white space. */
export function splitWords(text: string): string[] {
  return text.split(spaces).filter((word) => word !== '');
}

/** The text without white space at its end. */
export const trimEnd = (text: string): string => text.replace(trailing, '');

/** How often each run of `order` neighbours stands there. */
export function countNgrams(items: readonly string[], order: number, separator = ' '): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= items.length; i++) {
    const ngram = order === 1 ? items[i] : items.slice(i, i + order).join(separator);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many items two counts share, each as often as it stands in both. */
export function sharedCount(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const [item, count] of a) total += Math.min(count, b.get(item) ?? 0);
  return total;
}
