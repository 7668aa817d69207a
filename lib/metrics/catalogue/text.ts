import { totalWeight, whyEmpty } from '../mean.ts';
import type { AnyPredictions, TextPredictions } from '../predictions.ts';
import { textTerms } from '../terms/text-terms.ts';
import { type MetricCall, type MetricEntry, metric, ofKind, type ParameterValues } from './entry.ts';

const infinity = Number.POSITIVE_INFINITY;
const text = { tasks: ['text'], unit: '', needs: 'texts', weighted: true, streams: true } as const;
const share = { ...text, direction: 'higher', range: [0, 1] } as const;
const rate = { ...text, direction: 'lower', range: [0, infinity] } as const;

const stemmed = {
  stemmed: {
    kind: 'choice',
    summary: 'Whether words of more than three letters are stemmed, as English ones.',
    choices: ['no', 'yes'],
    default: 'no',
  },
} as const;

/** Adds up what the texts say, and makes the metric of the sums. */
const ofTexts =
  (name: string) =>
  (predictions: AnyPredictions, { parameters, shared, warn }: MetricCall<ParameterValues>): number => {
    const texts = ofKind(predictions, 'texts');
    const { hypotheses, weights } = texts;
    if (totalWeight(hypotheses.length, weights) === 0) {
      warn?.(whyEmpty(hypotheses.length));
      return Number.NaN;
    }
    const summed = textTerms({ entry: { name }, parameters }, texts, shared);
    if (!summed) {
      warn?.(name === 'perplexity' ? 'there are no log-probabilities of tokens' : 'there is no pattern to look for');
      return Number.NaN;
    }
    const { terms, of } = summed;
    const sums = new Float64Array(terms.width);
    for (let unit = 0; unit < terms.unitCount; unit++) terms.add(unit, sums, 0);
    return of(sums);
  };

const texts = (pairs: [hypothesis: string, ...references: string[]][]): TextPredictions => ({
  kind: 'texts',
  hypotheses: pairs.map(([hypothesis]) => hypothesis),
  references: pairs.map(([, ...references]) => references),
});

const cats = texts([
  ['The cat sat!', 'a cat sat'],
  ['dogs', 'two dogs'],
]);

export const textMetrics: MetricEntry[] = [
  metric({
    ...share,
    name: 'exactMatch',
    title: 'Exact match',
    summary: 'Share of the texts that are one of the accepted ones, case, ASCII marks and English articles aside.',
    formula: 'Σw[text is accepted] / Σw',
    undefinedWhen: 'Never.',
    source: 'Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1',
    example: { predictions: cats, value: 0.5 },
    compute: ofTexts('exactMatch'),
  }),
  metric({
    ...share,
    name: 'squadF1',
    title: 'SQuAD F1',
    summary:
      'Words that a text and the nearest accepted one have in common, as a harmonic mean of shares; normalised as for exact match.',
    formula: 'mean of max over references of 2·shared / (words + words of the reference)',
    undefinedWhen: 'Never; an empty answer to an empty one counts 0.',
    source: 'Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1',
    example: { predictions: texts([['dogs', 'two dogs']]), value: 2 / 3 },
    compute: ofTexts('squadF1'),
  }),
  metric({
    ...text,
    name: 'bleu',
    title: 'BLEU',
    direction: 'higher',
    range: [0, 100],
    summary:
      'Runs of one to four words shared with the references, over the whole corpus; words as mteval 13a cuts them, exponential smoothing.',
    formula: '100·BP·exp(Σₙ ln pₙ / 4)',
    undefinedWhen: 'Never; 0 when no word is shared.',
    source: 'Papineni et al. 2002, ACL; Post 2018, arXiv:1804.08771',
    example: { predictions: texts([['two cats sat here', 'a dog']]), value: 0 },
    compute: ofTexts('bleu'),
  }),
  metric({
    ...text,
    name: 'chrf',
    title: 'chrF',
    direction: 'higher',
    range: [0, 100],
    parameters: {
      words: { kind: 'integer', summary: 'Longest run of words; 2 makes it chrF++.', low: 0, high: 4, default: 0 },
      beta: {
        kind: 'number',
        summary: 'How many times as important recall is as precision.',
        low: 0,
        high: infinity,
        default: 2,
      },
    },
    summary:
      'Runs of one to six letters shared with the nearest reference, over the whole corpus; recall counts twice.',
    formula: '100·(1 + β²)·P·R / (β²·P + R)',
    undefinedWhen: 'Never; 0 when no letter is shared.',
    source: 'Popović 2015, WMT, W15-3049',
    example: { predictions: texts([['abc', 'abc']]), value: 100 },
    compute: ofTexts('chrf'),
  }),
  metric({
    ...share,
    name: 'rouge1',
    title: 'ROUGE-1',
    parameters: stemmed,
    summary: 'Words shared with the nearest reference, as a harmonic mean of both shares.',
    formula: 'mean of max over references of F1 of shared words',
    undefinedWhen: 'Never; 0 when no word is shared.',
    source: 'Lin 2004, W04-1013',
    example: { predictions: texts([['dogs bark', 'two dogs bark loudly']]), value: 2 / 3 },
    compute: ofTexts('rouge1'),
  }),
  metric({
    ...share,
    name: 'rouge2',
    title: 'ROUGE-2',
    parameters: stemmed,
    summary: 'Pairs of neighbouring words shared with the nearest reference, as a harmonic mean of both shares.',
    formula: 'mean of max over references of F1 of shared pairs',
    undefinedWhen: 'Never; 0 when no pair is shared.',
    source: 'Lin 2004, W04-1013',
    example: { predictions: texts([['dogs bark', 'two dogs bark loudly']]), value: 0.5 },
    compute: ofTexts('rouge2'),
  }),
  metric({
    ...share,
    name: 'rougeL',
    title: 'ROUGE-L',
    parameters: stemmed,
    summary:
      'The longest run of words, gaps allowed, shared in order with the nearest reference, as a harmonic mean of both shares.',
    formula: 'mean of max over references of F1 of the longest common subsequence',
    undefinedWhen: 'Never; 0 when no word is shared.',
    source: 'Lin 2004, W04-1013',
    example: { predictions: texts([['dogs bark', 'two dogs can bark']]), value: 2 / 3 },
    compute: ofTexts('rougeL'),
  }),
  metric({
    ...share,
    name: 'rougeLsum',
    title: 'ROUGE-Lsum',
    parameters: stemmed,
    summary: 'ROUGE-L of summaries of several sentences, one a line.',
    formula: 'mean of max over references of F1 of the union of longest common subsequences',
    undefinedWhen: 'Never; 0 when no word is shared.',
    source: 'Lin 2004, W04-1013',
    example: { predictions: texts([['dogs bark', 'two dogs can bark']]), value: 2 / 3 },
    compute: ofTexts('rougeLsum'),
  }),
  metric({
    ...rate,
    name: 'wer',
    title: 'Word error rate',
    summary:
      'Words to insert, delete or replace until the nearest reference stands there, by the words of the references.',
    formula: 'Σ edits / Σ words of the reference',
    undefinedWhen: 'NaN when the references have no words.',
    source: 'Levenshtein 1966, Soviet Physics Doklady 10(8)',
    example: { predictions: texts([['a b x', 'a b c d']]), value: 0.5 },
    compute: ofTexts('wer'),
  }),
  metric({
    ...rate,
    name: 'cer',
    title: 'Character error rate',
    summary: 'The same of characters.',
    formula: 'Σ edits / Σ characters of the reference',
    undefinedWhen: 'NaN when the references are empty.',
    source: 'Levenshtein 1966, Soviet Physics Doklady 10(8)',
    example: { predictions: texts([['abx', 'abcd']]), value: 0.5 },
    compute: ofTexts('cer'),
  }),
  metric({
    ...rate,
    name: 'ter',
    title: 'Translation edit rate',
    summary: 'As the word error rate, but that moving a run of words is one edit too; words in lower case.',
    formula: 'Σ (edits + shifts) / Σ words of the references, their mean where there are several',
    undefinedWhen: 'NaN when the references have no words.',
    source: 'Snover et al. 2006, AMTA, 223-231; Post 2018, arXiv:1804.08771',
    example: { predictions: texts([['c d a b', 'a b c d']]), value: 0.25 },
    compute: ofTexts('ter'),
  }),
  metric({
    ...share,
    name: 'jsonValidity',
    title: 'Valid JSON',
    summary: 'Share of the texts that are one JSON document.',
    formula: 'Σw[text is JSON] / Σw',
    undefinedWhen: 'Never.',
    source: 'RFC 8259',
    example: {
      predictions: texts([
        ['{"a": 1}', '{}'],
        ['{a: 1}', '{}'],
      ]),
      value: 0.5,
    },
    compute: ofTexts('jsonValidity'),
  }),
  metric({
    ...share,
    name: 'patternMatch',
    title: 'Matches the pattern',
    summary: 'Share of the texts in which the regular expression that was given with them is found.',
    formula: 'Σw[text matches] / Σw',
    undefinedWhen: 'NaN without a pattern.',
    source: 'Thompson 1968, Communications of the ACM 11(6), for the way it is looked for',
    example: {
      predictions: {
        ...texts([
          ['in 1984', ''],
          ['then', ''],
        ]),
        pattern: '\\d{4}',
      },
      value: 0.5,
    },
    compute: ofTexts('patternMatch'),
  }),
  metric({
    ...text,
    name: 'perplexity',
    title: 'Perplexity',
    direction: 'lower',
    range: [1, infinity],
    summary:
      'As how many equally likely tokens the model found each one surprising, by the log-probabilities that it gave.',
    formula: 'exp(−Σ ln p / tokens)',
    undefinedWhen: 'NaN without log-probabilities.',
    source: 'Jelinek et al. 1977, Journal of the Acoustical Society of America 62(S1)',
    example: {
      predictions: { ...texts([['a b', 'a b']]), logProbabilities: [[-Math.LN2, -Math.LN2]] },
      value: 2,
    },
    compute: ofTexts('perplexity'),
  }),
];
