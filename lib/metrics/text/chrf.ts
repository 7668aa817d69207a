import { countNgrams, punctuation, sharedCount, splitWords } from './words.ts';

const marks = new Set(punctuation);

export interface ChrfOptions {
  /** Longest run of letters. */
  letters?: number;
  /** Longest run of words; 2 makes it chrF++. */
  words?: number;
  /** How many times as much recall counts as precision. */
  beta?: number;
}

/**
 * chrF of a corpus: how many runs of letters, white space aside, the hypotheses share with their references.
 *
 * In [0, 100], higher is better. Of several references the one with the best score of its own counts.
 *
 * @param references accepted texts of each hypothesis, at least one
 * @see Popović 2015, WMT, W15-3049; 2017, W17-4770, for chrF++; Post 2018, arXiv:1804.08771, for the form of sacrebleu
 */
export function chrf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  const total = new Float64Array(countLength(options));
  for (const [i, hypothesis] of hypotheses.entries()) {
    const counts = chrfCounts(hypothesis, references[i], options);
    for (let j = 0; j < total.length; j++) total[j] += counts[j];
  }
  return chrfOf(total, options);
}

/**
 * What chrF adds up over sentences: of each order, runs in the hypothesis, in the reference, and in both.
 *
 * @returns shape [orders, 3]
 */
export function chrfCounts(hypothesis: string, references: readonly string[], options: ChrfOptions = {}): Float64Array {
  const own = ngramsOf(hypothesis, options);
  const each = references.map((reference) => {
    const counts = new Float64Array(countLength(options));
    for (const [order, other] of ngramsOf(reference, options).entries()) {
      counts[3 * order] = other.size > 0 ? size(own[order]) : 0;
      counts[3 * order + 1] = size(other);
      counts[3 * order + 2] = sharedCount(own[order], other);
    }
    return counts;
  });
  return each.reduce((best, counts) => (chrfOf(counts, options) > chrfOf(best, options) ? counts : best));
}

/** chrF of counts that were added up; orders that one side lacks are left out. */
export function chrfOf(counts: ArrayLike<number>, { beta = 2 }: ChrfOptions = {}): number {
  let [precision, recall, used] = [0, 0, 0];
  for (let i = 0; i < counts.length; i += 3) {
    if (counts[i] === 0 || counts[i + 1] === 0) continue;
    precision += counts[i + 2] / counts[i];
    recall += counts[i + 2] / counts[i + 1];
    used++;
  }
  if (precision + recall === 0) return 0;
  const factor = beta ** 2;
  return (100 * (1 + factor) * (precision / used) * (recall / used)) / ((factor * precision + recall) / used);
}

const countLength = ({ letters = 6, words = 0 }: ChrfOptions) => 3 * (letters + words);

function ngramsOf(text: string, { letters = 6, words = 0 }: ChrfOptions): Map<string, number>[] {
  const characters = Array.from(splitWords(text).join(''));
  const parts = words > 0 ? splitWords(text).flatMap(withoutMarks) : [];
  return [
    ...Array.from({ length: letters }, (_, i) => countNgrams(characters, i + 1, '')),
    ...Array.from({ length: words }, (_, i) => countNgrams(parts, i + 1)),
  ];
}

/** A mark at a word's end stands alone, or else one at its beginning. */
function withoutMarks(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length === 1) return [word];
  if (marks.has(characters[characters.length - 1]))
    return [characters.slice(0, -1).join(''), characters.at(-1) as string];
  return marks.has(characters[0]) ? [characters[0], characters.slice(1).join('')] : [word];
}

function size(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
