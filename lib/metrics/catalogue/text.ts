import { meanOver, totalWeight, whyEmpty } from '../mean.ts';
import type { AnyPredictions, TextPredictions } from '../predictions.ts';
import { bleuCounts, bleuOf } from '../text/bleu.ts';
import { chrfCounts, chrfOf } from '../text/chrf.ts';
import { editCounts } from '../text/edit-distance.ts';
import { rougeL, rougeN } from '../text/rouge.ts';
import { exactMatchScore, squadF1Score } from '../text/squad.ts';
import { jsonValidityScore, perplexity } from '../text/validity.ts';
import { type MetricCall, type MetricEntry, metric, ofKind } from './entry.ts';

const infinity = Number.POSITIVE_INFINITY;
const texts = { tasks: ['text'], unit: '', needs: 'texts', weighted: true, streams: true } as const;
const share = { ...texts, direction: 'higher', range: [0, 1], undefinedWhen: 'Never.' } as const;
const percent = { ...share, range: [0, 100] } as const;
const rate = { ...texts, direction: 'lower', range: [0, infinity] } as const;

const stemming = {
  words: {
    kind: 'choice',
    summary: 'Words as they stand, or their stems by Porter.',
    choices: ['plain', 'stemmed'],
    default: 'plain',
  },
} as const;

const pair = (hypothesis: string, reference: string): TextPredictions => ({
  kind: 'texts',
  hypotheses: [hypothesis],
  references: [[reference]],
});

export const textMetrics: MetricEntry[] = [
  metric({
    ...share,
    name: 'exactMatch',
    title: 'Exact match',
    summary:
      'Share of the texts that equal an accepted one, but for case, ASCII marks, English articles and white space.',
    formula: 'texts that match / texts',
    source: 'Rajpurkar et al. 2016, arXiv:1606.05250',
    example: { predictions: pair('The cat!', 'a cat'), value: 1 },
    compute: onTexts((hypothesis, references) => exactMatchScore(hypothesis, references)),
  }),
  metric({
    ...share,
    name: 'squadF1',
    title: 'F1 of words',
    summary: 'Harmonic mean of the shares of words that a text and its best accepted one have in common.',
    formula: '2 · shared words / (words + words of the reference), averaged over texts',
    source: 'Rajpurkar et al. 2016, arXiv:1606.05250',
    example: { predictions: pair('red dog', 'red cat'), value: 0.5 },
    compute: onTexts((hypothesis, references) => squadF1Score(hypothesis, references)),
  }),
  metric({
    ...percent,
    name: 'bleu',
    title: 'BLEU',
    parameters: {
      tokenise: {
        kind: 'choice',
        summary: 'Marks apart from words, as mteval-v13a, or words between white space.',
        choices: ['13a', 'whitespace'],
        default: '13a',
      },
      smoothing: {
        kind: 'choice',
        summary: 'What an order without a match counts: less each time, 0.1 of a match, or 0 for the whole.',
        choices: ['exp', 'floor', 'none'],
        default: 'exp',
      },
    },
    summary:
      'Which share of the runs of one to four words stands in a reference, of the corpus as a whole; from 0 to 100.',
    formula: '100 · brevity penalty · (p₁ · p₂ · p₃ · p₄)^¼',
    source: 'Papineni et al. 2002, ACL; Post 2018, arXiv:1804.08771 (sacrebleu)',
    example: { predictions: pair('a b c d', 'a b c d'), value: 100 },
    compute: onCounts(
      (hypothesis, references, { tokenise }: BleuParameters) => bleuCounts(hypothesis, references, { tokenise }),
      (counts, { smoothing }) => bleuOf(counts, { smoothing }).score,
    ),
  }),
  metric({
    ...percent,
    name: 'chrf',
    title: 'chrF',
    parameters: {
      words: { kind: 'integer', summary: 'Longest run of words; 2 makes it chrF++.', low: 0, high: 4, default: 0 },
    },
    titleWith: ({ words }) => `chrF${'+'.repeat(words)}`,
    summary: 'F2 of the runs of one to six letters shared with the reference, of the corpus as a whole; from 0 to 100.',
    formula: '100 · 5PR / (4P + R), P and R averaged over the lengths of runs',
    source: 'Popović 2015, W15-3049; Post 2018, arXiv:1804.08771 (sacrebleu)',
    example: { predictions: pair('ab', 'ac'), value: 25 },
    compute: onCounts(
      (hypothesis, references, { words }: { words: number }) => chrfCounts(hypothesis, references, { words }),
      (counts) => chrfOf(counts),
    ),
  }),
  ...([1, 2] as const).map((order) =>
    metric({
      ...share,
      name: `rouge${order}`,
      title: `ROUGE-${order}`,
      parameters: stemming,
      summary: `F1 of the ${order === 1 ? 'words' : 'pairs of words'} shared with the best reference, averaged over texts.`,
      formula: '2PR / (P + R)',
      source: 'Lin 2004, W04-1013; google-research/rouge',
      example: { predictions: pair('the cat sat', 'the cat ran'), value: order === 1 ? 2 / 3 : 0.5 },
      compute: onTexts((hypothesis, references, { words }: { words: string }) =>
        best(references, (one) => rougeN(hypothesis, one, order, { stemmed: words === 'stemmed' }).f1),
      ),
    }),
  ),
  metric({
    ...share,
    name: 'rougeL',
    title: 'ROUGE-L',
    parameters: stemming,
    summary: 'F1 of the longest run of words, gaps allowed, shared with the best reference, averaged over texts.',
    formula: '2PR / (P + R) of the longest common subsequence',
    source: 'Lin 2004, W04-1013; google-research/rouge',
    example: { predictions: pair('police kill the gunman', 'police killed the gunman'), value: 0.75 },
    compute: onTexts((hypothesis, references, { words }: { words: string }) =>
      best(references, (one) => rougeL(hypothesis, one, { stemmed: words === 'stemmed' }).f1),
    ),
  }),
  ...(['words', 'characters'] as const).map((unit) =>
    metric({
      ...rate,
      name: unit === 'words' ? 'wer' : 'cer',
      title: unit === 'words' ? 'Word error rate' : 'Character error rate',
      summary: `${unit === 'words' ? 'Words' : 'Characters'} to insert, delete or replace, by those of the reference that asks for fewest.`,
      formula: 'Σ edits / Σ length of the reference',
      undefinedWhen: 'Where all references are empty.',
      source: 'Levenshtein 1966, Soviet Physics Doklady 10(8)',
      example: { predictions: pair('a c', 'a b'), value: unit === 'words' ? 0.5 : 1 / 3 },
      compute: onCounts(
        (hypothesis, references) => {
          const each = references.map((one) => editCounts(hypothesis, one, unit));
          const { edits, length } = each.reduce((least, one) => (one.edits < least.edits ? one : least));
          return [edits, length];
        },
        ([edits, length]) => (length > 0 ? edits / length : Number.NaN),
        'all references are empty',
      ),
    }),
  ),
  metric({
    ...share,
    name: 'jsonValidity',
    title: 'Valid JSON',
    summary: 'Share of the texts that are one JSON document.',
    formula: 'texts that parse / texts',
    source: 'RFC 8259',
    example: { predictions: pair('{"a": [1]}', ''), value: 1 },
    compute: onTexts((hypothesis) => jsonValidityScore(hypothesis)),
  }),
  metric({
    ...texts,
    name: 'perplexity',
    title: 'Perplexity',
    direction: 'lower',
    range: [1, infinity],
    summary: 'As among how many equally likely tokens the model chose, on average over all tokens.',
    formula: 'e^(−Σ log p / tokens)',
    undefinedWhen: 'Where the predictions hold no log-probabilities.',
    source: 'Jelinek et al. 1977, Journal of the Acoustical Society of America 62(S1)',
    example: {
      predictions: { ...pair('a b', 'a b'), logProbabilities: [Float64Array.of(0, 0)] },
      value: 1,
    },
    compute(predictions, { warn }) {
      const { logProbabilities, hypotheses, weights } = ofKind(predictions, 'texts');
      if (totalWeight(hypotheses.length, weights) === 0) warn?.(whyEmpty(hypotheses.length));
      else if (!logProbabilities) warn?.('the predictions hold no log-probabilities');
      return perplexity(logProbabilities ?? [], { weights });
    },
  }),
];

interface BleuParameters {
  tokenise: '13a' | 'whitespace';
  smoothing: 'exp' | 'floor' | 'none';
}

type Compute<P> = (predictions: AnyPredictions, call: MetricCall<P>) => number;

const best = (references: readonly string[], score: (reference: string) => number): number =>
  references.reduce((most, one) => Math.max(most, score(one)), 0);

/** The mean over texts of a score of each. */
function onTexts<P>(score: (hypothesis: string, references: readonly string[], parameters: P) => number): Compute<P> {
  return (predictions, { parameters, warn }) => {
    const { hypotheses, references, weights } = ofKind(predictions, 'texts');
    return meanOver(hypotheses.length, (row) => score(hypotheses[row], references[row], parameters), { weights, warn });
  };
}

/** A score of the whole corpus, by counts of each text that are added up. */
function onCounts<P>(
  count: (hypothesis: string, references: readonly string[], parameters: P) => ArrayLike<number>,
  score: (counts: Float64Array, parameters: P) => number,
  whyUndefined?: string,
): Compute<P> {
  return (predictions, { parameters, warn }) => {
    const { hypotheses, references, weights } = ofKind(predictions, 'texts');
    if (totalWeight(hypotheses.length, weights) === 0) {
      warn?.(whyEmpty(hypotheses.length));
      return Number.NaN;
    }
    let total = new Float64Array(0);
    for (const [row, hypothesis] of hypotheses.entries()) {
      const counts = count(hypothesis, references[row], parameters);
      if (row === 0) total = new Float64Array(counts.length);
      for (let j = 0; j < counts.length; j++) total[j] += (weights ? weights[row] : 1) * counts[j];
    }
    const value = score(total, parameters);
    if (Number.isNaN(value) && whyUndefined) warn?.(whyUndefined);
    return value;
  };
}
