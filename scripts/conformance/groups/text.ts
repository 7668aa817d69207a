// text_metrics.json: what sacrebleu, NLTK, rouge_score and SQuAD's script answer on pairs of texts, by their names.
import { bleu, sentenceBleu } from '../../../lib/metrics/text/bleu.ts';
import { chrf } from '../../../lib/metrics/text/chrf.ts';
import { characterErrorRate, editCounts, wordErrorRate } from '../../../lib/metrics/text/edit-distance.ts';
import { type Overlap, type RougeOptions, rougeL, rougeLsum, rougeN } from '../../../lib/metrics/text/rouge.ts';
import { exactMatchScore, normaliseAnswer, squadF1Score } from '../../../lib/metrics/text/squad.ts';
import { translationEditRate } from '../../../lib/metrics/text/translation-edit-rate.ts';
import { differences, type Group, type Outcome, outcome, type Tolerance } from '../group.ts';

interface Pair {
  kind: string;
  hypothesis: string;
  reference: string;
  expected: Record<string, unknown>;
}

interface Golden {
  pairs?: Pair[];
  corpus?: Record<string, unknown>;
  multi_reference?: ({ hypothesis: string; references: string[] } & Record<string, unknown>)[];
}

/** NLTK writes 1e-155 or less, the least float to a fourth root or so, where a score without smoothing is 0. */
const exact: Tolerance = { relative: 1e-11, absolute: 1e-70 };

export const text: Group = {
  name: 'text_metrics',
  matches: (path) => /^(.*\/)?text_metrics\.json$/.test(path),
  *check(golden) {
    const { pairs = [], corpus = {}, multi_reference: several = [] } = golden as Golden;
    for (const pair of pairs) {
      const { hypothesis, reference } = pair;
      yield* held(`${pair.kind}, "${hypothesis.slice(0, 30)}"`, pair.expected, (name, value) =>
        ofPair(name, hypothesis, reference, value),
      );
    }
    const { which: _, ...expected } = corpus;
    const captions = pairs.filter(({ kind }) => kind === 'caption');
    const [hypotheses, references] = [captions.map((one) => one.hypothesis), captions.map((one) => [one.reference])];
    yield* held('corpus', expected, (name) => ofCorpus(name, hypotheses, references));
    for (const { hypothesis, references: accepted, ...rest } of several) {
      yield* held(`several references, "${hypothesis.slice(0, 30)}"`, rest, (name) =>
        ofSeveral(name, hypothesis, accepted),
      );
    }
  },
};

function* held(
  of: string,
  expected: Record<string, unknown>,
  answer: (name: string, value: unknown) => unknown,
): Iterable<Outcome> {
  for (const [name, golden] of Object.entries(expected)) {
    const value = plain(golden);
    const found = answer(name, value);
    if (found === undefined) yield { result: 'skipped', name, reason: 'hone has no such metric' };
    else if (typeof value === 'string' && typeof found === 'string') {
      yield outcome(`${of}: ${name}`, found === value ? [] : [`"${found}" instead of "${value}"`]);
    } else yield outcome(`${of}: ${name}`, differences(found, value, exact, name));
  }
}

/** The value; true as 1, and what is missing as NaN. */
function plain(golden: unknown): unknown {
  if (typeof golden === 'object' && golden !== null && 'value' in golden) return plain(golden.value);
  if (typeof golden === 'boolean') return Number(golden);
  return golden === null ? 'NaN' : golden;
}

function ofPair(name: string, hypothesis: string, reference: string, expected: unknown): unknown {
  switch (name) {
    case 'squad_exact_match':
      return exactMatchScore(hypothesis, [reference]);
    case 'squad_f1':
      return squadF1Score(hypothesis, [reference]);
    case 'squad_normalized_hypothesis':
      return normaliseAnswer(hypothesis);
    case 'sacrebleu_sentence_bleu_effective_order':
      return sentenceBleu(hypothesis, [reference]);
    case 'sacrebleu_chrf2':
      return chrf([hypothesis], [[reference]]);
    case 'sacrebleu_chrf2pp':
      return chrf([hypothesis], [[reference]], { words: 2 });
    case 'sacrebleu_ter':
      return 100 * translationEditRate([hypothesis], [[reference]]);
    case 'nltk_sentence_bleu_split_nosmooth':
      return nltkBleu(hypothesis, [reference], 'none');
    case 'nltk_sentence_bleu_split_method1':
      return nltkBleu(hypothesis, [reference], 'floor');
    case 'rouge':
    case 'rouge_stemmed':
      return Object.fromEntries(
        Object.keys(expected as object).map((kind) => [
          kind,
          rouge(kind, hypothesis, reference, { stemmed: name === 'rouge_stemmed' }),
        ]),
      );
    case 'levenshtein_codepoints':
      return editCounts(hypothesis, reference, 'characters').edits;
    case 'word_edit_distance_split':
      return editCounts(hypothesis, reference, 'words').edits;
    case 'wer_split':
      return wordErrorRate([hypothesis], [reference]);
    case 'cer_codepoints':
      return characterErrorRate([hypothesis], [reference]);
  }
  return undefined;
}

function ofCorpus(name: string, hypotheses: string[], references: string[][]): unknown {
  switch (name) {
    case 'sacrebleu_corpus_bleu':
      return bleu(hypotheses, references).score;
    case 'sacrebleu_bleu_precisions':
      return bleu(hypotheses, references).precisions;
    case 'brevity_penalty':
      return bleu(hypotheses, references).brevityPenalty;
    case 'sacrebleu_lowercase':
      return bleu(hypotheses, references, { lowercase: true }).score;
    case 'sacrebleu_tokenize_none':
      return bleu(hypotheses, references, { tokenise: 'whitespace' }).score;
    case 'nltk_corpus_bleu_split':
      return bleu(hypotheses, references, { tokenise: 'whitespace', smoothing: 'none' }).score / 100;
    case 'chrf2':
      return chrf(hypotheses, references);
    case 'ter':
      return 100 * translationEditRate(hypotheses, references);
  }
  return undefined;
}

function ofSeveral(name: string, hypothesis: string, references: string[]): unknown {
  if (name === 'sacrebleu') return sentenceBleu(hypothesis, references);
  if (name === 'squad_f1_max') return squadF1Score(hypothesis, references);
  return name === 'nltk_bleu_method1' ? nltkBleu(hypothesis, references, 'floor') : undefined;
}

function nltkBleu(hypothesis: string, references: string[], smoothing: 'none' | 'floor'): number {
  return bleu([hypothesis], [references], { tokenise: 'whitespace', smoothing }).score / 100;
}

function rouge(kind: string, hypothesis: string, reference: string, options: RougeOptions): unknown {
  const named = ({ precision, recall, f1 }: Overlap) => ({ p: precision, r: recall, f: f1 });
  if (kind === 'rougeL') return named(rougeL(hypothesis, reference, options));
  if (kind === 'rougeLsum') return named(rougeLsum(hypothesis, reference, options));
  const order = /^rouge(\d)$/.exec(kind)?.[1];
  return order && named(rougeN(hypothesis, reference, Number(order), options));
}
