import { splitWords } from './words.ts';

/** Least number of items to insert, delete or replace that makes one list the other. @see Levenshtein 1966 */
export function editDistance<Item>(a: readonly Item[], b: readonly Item[]): number {
  let row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = new Uint32Array(b.length + 1);
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/**
 * Edits that make a text its reference, by the reference's length; from 0, lower is better, above 1 where much was added.
 *
 * Add up the edits and the lengths of a corpus before dividing: the mean of sentences' rates is another figure. Texts are
 * taken as they stand: no case, mark or accent is changed.
 *
 * @param unit words between white space (WER), or characters: code points (CER)
 */
export function editCounts(
  hypothesis: string,
  reference: string,
  unit: 'words' | 'characters',
): { edits: number; length: number } {
  const parts = unit === 'words' ? splitWords : (text: string) => Array.from(text);
  const wanted = parts(reference);
  return { edits: editDistance(parts(hypothesis), wanted), length: wanted.length };
}

/** Word error rate of a corpus; NaN when the references have no words. */
export function wordErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return rate(hypotheses, references, 'words');
}

/** Character error rate of a corpus; NaN when the references are empty. */
export function characterErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return rate(hypotheses, references, 'characters');
}

function rate(hypotheses: readonly string[], references: readonly string[], unit: 'words' | 'characters'): number {
  let [edits, length] = [0, 0];
  for (const [i, hypothesis] of hypotheses.entries()) {
    const counts = editCounts(hypothesis, references[i], unit);
    edits += counts.edits;
    length += counts.length;
  }
  return length === 0 ? Number.NaN : edits / length;
}
