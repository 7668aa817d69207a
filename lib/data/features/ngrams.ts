import type { TextEncoding } from '../feature-encoding.ts';
import { seededHash } from './categories.ts';
import type { CellEncoder } from './encoded-cell.ts';
import type { Choices } from './fit-context.ts';

/** Columns to which the n-grams of a text are hashed, by default. */
const ngramBuckets = 1_024;

/** There is nothing to fit: where n-grams go follows from their hashes. */
export function fitText(
  name: string,
  { buckets = ngramBuckets, seed = 0, of = 'words', lengths }: Choices,
): TextEncoding {
  const [fewest, most] = lengths ?? (of === 'words' ? [1, 2] : [3, 5]);
  return { kind: 'text', name, buckets, seed, of, lengths: [fewest, most] };
}

/**
 * Counts n-grams by the column that they hash to, half of them negative, so that those that collide tend to cancel, and
 * divides by the Euclidean length of the counts.
 *
 * A word is a run of ASCII letters and digits and of characters beyond ASCII; ASCII capitals count as small letters.
 * Characters are code points, blanks and punctuation between words counting as one blank, also before and after.
 *
 * @see Weinberger et al. 2009, "Feature hashing for large scale multitask learning", arXiv:0902.2206
 */
export function textEncoder({ buckets, seed, of, lengths }: TextEncoding): CellEncoder {
  const hash = seededHash(seed);
  return {
    width: buckets,
    text(text) {
      const counts = new Map<number, number>();
      for (const gram of ngramsOf(text ?? '', of, lengths)) {
        const code = hash(gram);
        // The lowest bit is the sign; the others choose the column.
        const column = (code >>> 1) % buckets;
        counts.set(column, (counts.get(column) ?? 0) + (code & 1 ? 1 : -1));
      }
      const columns = [...counts.keys()].sort((a, b) => a - b);
      let squares = 0;
      for (const count of counts.values()) squares += count * count;
      const length = squares === 0 ? 1 : Math.sqrt(squares);
      return { columns, values: columns.map((column) => Math.fround((counts.get(column) ?? 0) / length)) };
    },
  };
}

function ngramsOf(text: string, of: TextEncoding['of'], [fewest, most]: TextEncoding['lengths']): string[] {
  // Not toLowerCase and \p{L}: they follow the runtime's edition of Unicode.
  const small = text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
  const words = small.match(/[a-z0-9\u0080-\uffff]+/g) ?? [];
  if (words.length === 0) return [];
  const units = of === 'words' ? words : [...` ${words.join(' ')} `];
  const joint = of === 'words' ? ' ' : '';
  const grams: string[] = [];
  for (let length = fewest; length <= most; length++) {
    for (let start = 0; start + length <= units.length; start++) {
      grams.push(units.slice(start, start + length).join(joint));
    }
  }
  return grams;
}
