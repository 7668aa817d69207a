import { countNgrams, punctuation, sharedCount, splitWords } from './words.ts';

const marks = new Set(punctuation);
// \b knows the letters of ASCII alone, and would find an article in "éa".
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** An answer in lower case, without ASCII marks, English articles and superfluous white space. */
export function normaliseAnswer(text: string): string {
  const bare = Array.from(text.toLowerCase(), (letter) => (marks.has(letter) ? '' : letter)).join('');
  return splitWords(bare.replace(articles, ' ')).join(' ');
}

/**
 * Whether an answer is one of the accepted ones, both normalised: 1 or 0. 0 when none is accepted.
 *
 * @see Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1; SQuAD's evaluate-v1.1.py
 * @example exactMatchScore('The cat!', ['a cat']) // 1
 */
export function exactMatchScore(answer: string, accepted: readonly string[]): number {
  const normalised = normaliseAnswer(answer);
  return accepted.some((one) => normaliseAnswer(one) === normalised) ? 1 : 0;
}

/**
 * Harmonic mean of the shares of words that an answer and an accepted one have in common, normalised; the best of them.
 *
 * In [0, 1]; 0 where no word is shared, so too for an empty answer to an empty one.
 *
 * @see as exactMatchScore
 */
export function squadF1Score(answer: string, accepted: readonly string[]): number {
  const words = splitWords(normaliseAnswer(answer));
  return accepted.reduce((best, one) => {
    const other = splitWords(normaliseAnswer(one));
    const shared = sharedCount(countNgrams(words, 1), countNgrams(other, 1));
    return Math.max(best, shared === 0 ? 0 : (2 * shared) / (words.length + other.length));
  }, 0);
}
