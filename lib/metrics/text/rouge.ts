import { stem } from './porter-stemmer.ts';
import { countNgrams, sharedCount } from './words.ts';

/** Shares in [0, 1], higher is better. */
export interface Overlap {
  /** Of what the hypothesis says, how much stands in the reference. */
  precision: number;
  /** Of what the reference says, how much stands in the hypothesis. */
  recall: number;
  /** Their harmonic mean; 0 when both are. */
  f1: number;
}

export interface RougeOptions {
  /** Whether words of more than three letters are stemmed. */
  stemmed?: boolean;
}

/**
 * ROUGE-N: runs of `order` words, of ASCII letters and digits in lower case, that a text shares with its reference.
 *
 * @see Lin 2004, ACL workshop Text Summarization Branches Out, W04-1013; google-research/rouge for the words
 */
export function rougeN(hypothesis: string, reference: string, order: number, options: RougeOptions = {}): Overlap {
  const [own, other] = [wordsOf(hypothesis, options), wordsOf(reference, options)];
  const shared = sharedCount(countNgrams(own, order), countNgrams(other, order));
  return overlap(shared, Math.max(0, own.length - order + 1), Math.max(0, other.length - order + 1));
}

/** ROUGE-L: the longest run of words, gaps allowed, that both have in the same order. */
export function rougeL(hypothesis: string, reference: string, options: RougeOptions = {}): Overlap {
  const [own, other] = [wordsOf(hypothesis, options), wordsOf(reference, options)];
  return overlap(commonWords(other, own).length, own.length, other.length);
}

/**
 * ROUGE-L of summaries of several sentences, one a line: the words of each reference sentence that any sentence of the
 * summary shares in order, each as often as both texts have it.
 */
export function rougeLsum(hypothesis: string, reference: string, options: RougeOptions = {}): Overlap {
  const sentences = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => wordsOf(line, options));
  const [own, other] = [sentences(hypothesis), sentences(reference)];
  const [left, leftOther] = [countNgrams(own.flat(), 1), countNgrams(other.flat(), 1)];
  let hits = 0;
  for (const sentence of other) {
    const places = new Set(own.flatMap((candidate) => commonWords(sentence, candidate)));
    for (const place of [...places].sort((a, b) => a - b)) {
      const word = sentence[place];
      const [count, countOther] = [left.get(word) ?? 0, leftOther.get(word) ?? 0];
      if (count === 0 || countOther === 0) continue;
      hits++;
      left.set(word, count - 1);
      leftOther.set(word, countOther - 1);
    }
  }
  return overlap(hits, own.flat().length, other.flat().length);
}

function wordsOf(text: string, { stemmed = false }: RougeOptions): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stemmed ? words.map((word) => (word.length > 3 ? stem(word) : word)) : words;
}

function overlap(shared: number, own: number, other: number): Overlap {
  const [precision, recall] = [shared / Math.max(own, 1), shared / Math.max(other, 1)];
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1 };
}

/** Places in `a` of one longest common subsequence with `b`, ascending. */
function commonWords(a: readonly string[], b: readonly string[]): number[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      lengths[at] =
        a[i - 1] === b[j - 1] ? lengths[at - width - 1] + 1 : Math.max(lengths[at - width], lengths[at - 1]);
    }
  }
  const places: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      places.unshift(i - 1);
      i--;
      j--;
    } else if (lengths[i * width + j - 1] > lengths[(i - 1) * width + j]) j--;
    else i--;
  }
  return places;
}
