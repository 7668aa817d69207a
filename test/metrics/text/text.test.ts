import { describe, expect, test } from 'vitest';
import { bleu, sentenceBleu } from '../../../lib/metrics/text/bleu.ts';
import { chrf } from '../../../lib/metrics/text/chrf.ts';
import { characterErrorRate, editDistance, wordErrorRate } from '../../../lib/metrics/text/edit-distance.ts';
import { stem } from '../../../lib/metrics/text/porter-stemmer.ts';
import { rougeL, rougeLsum, rougeN } from '../../../lib/metrics/text/rouge.ts';
import { exactMatchScore, normaliseAnswer, squadF1Score } from '../../../lib/metrics/text/squad.ts';
import { translationEditRate, translationEdits } from '../../../lib/metrics/text/translation-edit-rate.ts';
import { jsonValidityScore, perplexity } from '../../../lib/metrics/text/validity.ts';
import translations from '../../golden/translation-edits.json' with { type: 'json' };

describe('BLEU', () => {
  test("clips a word to its count in a reference: Papineni's seven times the", () => {
    // Papineni et al. 2002, section 2.1, example 2: modified unigram precision 2/7.
    const { precisions } = bleu(
      ['the the the the the the the'],
      [['The cat is on the mat', 'There is a cat on the mat'].map((text) => text.toLowerCase())],
    );
    expect(precisions[0]).toBeCloseTo(200 / 7, 12);
  });

  test('penalises brevity by e^(1 − reference / hypothesis)', () => {
    expect(sentenceBleu('a b c d', ['a b c d e f'])).toBeCloseTo(100 * Math.exp(1 - 6 / 4), 10);
    expect(bleu(['a b c d'], [['a b c d e f', 'a b c']]).brevityPenalty).toBe(1);
  });

  test('is 0 where an order has no match and nothing is smoothed, and where nothing matches at all', () => {
    expect(bleu(['a b x c d'], [['a b y c d']], { smoothing: 'none' }).score).toBe(0);
    expect(bleu(['x'], [['y']]).score).toBe(0);
    expect(bleu([''], [['y']]).score).toBe(0);
    // 4/5, 2/4, and nothing of 3 and 2: exponential smoothing makes those 1/2 of 1 and 1/4 of 1.
    const smoothed = 100 * (0.8 * 0.5 * (1 / 2 / 3) * (1 / 4 / 2)) ** 0.25;
    expect(bleu(['a b x c d'], [['a b y c d']]).score).toBeCloseTo(smoothed, 10);
  });

  test('splits marks from words, but not a point from digits', () => {
    expect(bleu(['It costs 3.50, she said.'], [['It costs 3.50 , she said .']]).score).toBeCloseTo(100, 10);
    expect(bleu(['It costs 3.50, she said.'], [['It costs 3 . 50 , she said .']]).score).toBeLessThan(90);
    expect(bleu(['a &amp; b &lt; c d'], [['a & b < c d']]).score).toBeCloseTo(100, 10);
  });
});

test('chrF leaves white space out, and takes the best of several references', () => {
  expect(chrf(['abc def'], [['abcdef']])).toBe(100);
  expect(chrf(['abc'], [['xyz', 'abc']])).toBe(100);
  expect(chrf([''], [['abc']])).toBe(0);
  // One letter of two: precision and recall ½ of letters, 0 of pairs.
  expect(chrf(['ab'], [['ac']])).toBeCloseTo(25, 12);
});

describe('ROUGE', () => {
  test('of two words in three', () => {
    expect(rougeN('the cat sat', 'the cat ran', 1)).toEqual({
      precision: 2 / 3,
      recall: 2 / 3,
      f1: expect.closeTo(2 / 3, 14),
    });
    expect(rougeN('the cat sat', 'the cat ran', 2).precision).toBe(0.5);
  });

  test("L counts words in order: Lin's police", () => {
    // Lin 2004, section 3.1: S2 0.75, S3 0.5 with S1 "police killed the gunman".
    expect(rougeL('police kill the gunman', 'police killed the gunman').f1).toBeCloseTo(0.75, 14);
    expect(rougeL('the gunman kill police', 'police killed the gunman').f1).toBeCloseTo(0.5, 14);
  });

  test("Lsum takes the union over a summary's sentences: Lin's example", () => {
    // Lin 2004, section 3.2: reference w1 … w5; the union with "w1 w2 w6 w7 w8" and "w1 w3 w8 w9 w5" is w1 w2 w3 w5.
    expect(rougeLsum('w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5', 'w1 w2 w3 w4 w5').recall).toBeCloseTo(0.8, 14);
  });

  test('stems words of more than three letters on request', () => {
    expect(rougeN('he motors', 'he motoring', 1, { stemmed: true }).f1).toBe(1);
    expect(rougeN('he was', 'he wa', 1, { stemmed: true }).f1).toBe(0.5);
  });
});

test.each([
  // The examples of Porter 1980, where NLTK's extensions do not change them.
  ...['caresses caress', 'ponies poni', 'ties tie', 'cats cat', 'feed feed', 'agreed agre', 'plastered plaster'],
  ...['bled bled', 'motoring motor', 'sing sing', 'conflated conflat', 'troubled troubl', 'sized size', 'hopping hop'],
  ...['falling fall', 'hissing hiss', 'failing fail', 'filing file', 'happy happi', 'relational relat'],
  ...['conditional condit', 'rational ration', 'digitizer digit', 'radicalli radic', 'formaliti formal'],
  ...['triplicate triplic', 'electrical electr', 'hopeful hope', 'goodness good', 'revival reviv', 'adoption adopt'],
  ...[
    'probate probat',
    'rate rate',
    'cease ceas',
    'controll control',
    'roll roll',
    'dying die',
    'skies sky',
    'enjoy enjoy',
  ],
  ...['geologi geolog', 'by by', 'bys by', 'syzygy syzygi'],
])('%s', (pair) => {
  const [word, expected] = pair.split(' ');
  expect(stem(word)).toBe(expected);
});

test('answers are compared without case, marks, articles and white space', () => {
  expect(normaliseAnswer(' The  U.S., an "ally"! ')).toBe('us ally');
  expect(normaliseAnswer('théa a')).toBe('théa');
  expect(exactMatchScore('Paris', ['London', 'the paris.'])).toBe(1);
  expect(exactMatchScore('Paris', [])).toBe(0);
  expect(squadF1Score('big red dog', ['red dog', 'cat'])).toBeCloseTo(0.8, 14);
});

test('edits are counted, and rates are of the corpus', () => {
  expect(editDistance([...'kitten'], [...'sitting'])).toBe(3);
  expect(wordErrorRate(['a b', 'x y z'], ['a c', 'x y z w'])).toBeCloseTo(2 / 6, 14);
  expect(characterErrorRate(['😀b'], ['😀c'])).toBe(0.5);
  expect(wordErrorRate(['a'], [''])).toBeNaN();
});

describe('translation edit rate', () => {
  test('moving a run of words is one edit: the example of Snover and others', () => {
    // Snover et al. 2006, section 3: a shift, two insertions and a substitution, of 13 words.
    const reference = 'SAUDI ARABIA denied THIS WEEK information published in the AMERICAN new york times';
    const hypothesis = 'THIS WEEK THE SAUDIS denied information published in the new york times';
    expect(translationEdits(hypothesis, [reference])).toEqual({ edits: 4, length: 13 });
    expect(translationEditRate(['c a b'], [['a b c']])).toBeCloseTo(1 / 3, 14);
    // A place within the run that is moved stands for one behind its end; sacrebleu 2.6.0 counts 4 so, and 3 would be left else.
    expect(translationEdits('a d b d d a', ['a c a d b d']).edits).toBe(4);
  });

  test.each(translations.cases.map((one) => [one.reference.split(' ').length, one] as const))(
    'of %d words with runs moved, as sacrebleu',
    (_, { hypothesis, reference, edits }) => {
      expect(translationEdits(hypothesis, [reference]).edits).toBe(edits);
    },
  );

  test('the reference with the fewest edits counts, by the mean length; without words it is 0 or 1', () => {
    expect(translationEdits('a b', ['a b c d', 'a c'])).toEqual({ edits: 1, length: 3 });
    expect([translationEditRate([''], [['']]), translationEditRate(['a b'], [['']])]).toEqual([0, 1]);
  });
});

test('JSON is valid as a whole or not at all', () => {
  expect([' {"a": [1]} ', '1', '{a: 1}', '{} {}', '', '{"a": 1,}'].map(jsonValidityScore)).toEqual([1, 1, 0, 0, 0, 0]);
});

test('perplexity is the number of equally likely tokens, over all tokens of the corpus', () => {
  expect(perplexity([[Math.log(1 / 8)], Array(3).fill(Math.log(1 / 8))])).toBeCloseTo(8, 12);
  expect(perplexity([[0], [Math.log(1 / 16), Math.log(1 / 4)]])).toBeCloseTo(4, 12);
  expect(perplexity([[]])).toBeNaN();
});
