import { exp, log } from '../../core/elementary.ts';
import { countNgrams, splitWords, trimEnd } from './words.ts';

const orders = 4;

export interface BleuOptions {
  /** `13a`: mteval's, as the conference on machine translation scores; `whitespace`: words as they stand. */
  tokenise?: '13a' | 'whitespace';
  lowercase?: boolean;
  /** `exp`: the k-th order without a match counts 1 / 2^k of one; `floor`: 0.1 of one; `none`: the score is 0. */
  smoothing?: 'exp' | 'floor' | 'none';
  /**
   * For single sentences: whether orders longer than the hypothesis are left out of the mean. Else they make the score 0,
   * or with `floor` count 0.1 of one.
   */
  effectiveOrder?: boolean;
}

export interface Bleu {
  /** In [0, 100], higher is better. */
  score: number;
  /** Share of the runs of 1 … 4 words that a reference has too, times 100, unsmoothed but for `smoothing`. */
  precisions: number[];
  /** In [0, 1]: 1 unless the hypotheses are shorter than the references. */
  brevityPenalty: number;
}

/**
 * BLEU of a corpus: how many runs of one to four words the hypotheses share with their references.
 *
 * @param references accepted texts of each hypothesis, at least one
 * @see Papineni et al. 2002, ACL; Post 2018, arXiv:1804.08771, for the form of sacrebleu; Chen & Cherry 2014 for smoothing
 */
export function bleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): Bleu {
  const total = new Float64Array(2 * orders + 2);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const counts = bleuCounts(hypothesis, references[i], options);
    for (let j = 0; j < total.length; j++) total[j] += counts[j];
  }
  return bleuOf(total, options);
}

/** BLEU of one sentence, as sacrebleu's sentence_bleu: exponential smoothing, and orders that fit. */
export function sentenceBleu(hypothesis: string, references: readonly string[], options: BleuOptions = {}): number {
  return bleu([hypothesis], [references], { effectiveOrder: true, ...options }).score;
}

/**
 * What BLEU adds up over sentences: shared runs and runs of each order, words, and words of the nearest reference.
 *
 * @returns shape [10]
 */
export function bleuCounts(
  hypothesis: string,
  references: readonly string[],
  { tokenise = '13a', lowercase = false }: BleuOptions = {},
): Float64Array {
  const tokens = (text: string) => {
    const line = trimEnd(lowercase ? text.toLowerCase() : text);
    return tokenise === '13a' ? tokens13a(line) : splitWords(line);
  };
  const words = tokens(hypothesis);
  const others = references.map(tokens);
  const counts = new Float64Array(2 * orders + 2);
  for (let order = 1; order <= orders; order++) {
    const most = new Map<string, number>();
    for (const other of others) {
      for (const [ngram, count] of countNgrams(other, order)) most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
    }
    for (const [ngram, count] of countNgrams(words, order)) {
      counts[order - 1] += Math.min(count, most.get(ngram) ?? 0);
      counts[orders + order - 1] += count;
    }
  }
  counts[2 * orders] = words.length;
  const distance = ({ length }: string[]) => Math.abs(length - words.length);
  const nearest = others.reduce((best, other) => {
    const gap = distance(other) - distance(best);
    return gap < 0 || (gap === 0 && other.length < best.length) ? other : best;
  });
  counts[2 * orders + 1] = nearest.length;
  return counts;
}

/** BLEU of counts that were added up. */
export function bleuOf(
  counts: ArrayLike<number>,
  { smoothing = 'exp', effectiveOrder = false }: BleuOptions = {},
): Bleu {
  const [length, wanted] = [counts[2 * orders], counts[2 * orders + 1]];
  const brevityPenalty = length >= wanted ? 1 : length > 0 ? exp(1 - wanted / length) : 0;
  const precisions = [0, 0, 0, 0];
  let [used, missing] = [orders, 1];
  for (let order = 1; order <= orders; order++) {
    const shared = counts[order - 1];
    let all = counts[orders + order - 1];
    if (all === 0) {
      if (effectiveOrder || smoothing !== 'floor') {
        if (effectiveOrder) used = order - 1;
        break;
      }
      all = 1;
    }
    if (shared === 0 && smoothing === 'exp') missing *= 2;
    const least = smoothing === 'exp' ? 1 / missing : smoothing === 'floor' ? 0.1 : 0;
    precisions[order - 1] = (100 * (shared > 0 ? shared : least)) / all;
  }
  const isZero = counts[0] === 0 || precisions.slice(0, used).includes(0);
  const sum = precisions.slice(0, used).reduce((total, precision) => total + log(precision), 0);
  // Four logarithms of 100 lead back to a little more than it.
  const score = isZero ? 0 : Math.min(100, brevityPenalty * exp(sum / used));
  return { score, precisions, brevityPenalty };
}

/** The words of mteval-v13a: marks stand alone, but for a point or a comma between digits. */
function tokens13a(text: string): string[] {
  const line = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const apart = ` ${line} `
    .replace(/[!-&(-+/:-@[-`{-~]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ');
  return splitWords(apart);
}
