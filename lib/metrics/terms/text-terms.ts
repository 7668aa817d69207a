import { exp } from '../../core/elementary.ts';
import type { MetricCall, ParameterValues } from '../catalogue/entry.ts';
import type { TextPredictions } from '../predictions.ts';
import { bleuCounts, bleuOf } from '../text/bleu.ts';
import { chrfCounts, chrfOf } from '../text/chrf.ts';
import { editCounts } from '../text/edit-distance.ts';
import { compilePattern } from '../text/pattern.ts';
import { type Overlap, rougeL, rougeLsum, rougeN } from '../text/rouge.ts';
import { exactMatchScore, squadF1Score } from '../text/squad.ts';
import { translationEdits } from '../text/translation-edit-rate.ts';
import { jsonValidityScore } from '../text/validity.ts';
import { meanTerms } from './mean-terms.ts';
import type { SummedMetric, Terms } from './terms.ts';

/** Every metric of texts is made of sums over them; undefined where what it needs is not there. */
export function textTerms(
  { entry, parameters }: { entry: { name: string }; parameters: ParameterValues },
  predictions: TextPredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  const { hypotheses, references, logProbabilities, pattern, weights } = predictions;
  const mean = (of: (text: number) => number) => meanTerms(hypotheses.length, of, weights);
  const share = (shareOf: (text: number) => number) => ({ ...mean(shareOf), share: shareOf });
  const best = (overlap: (hypothesis: string, reference: string) => Overlap) => (text: number) =>
    references[text].reduce((most, reference) => Math.max(most, overlap(hypotheses[text], reference).f1), 0);
  const stemmed = parameters.stemmed === 'yes';
  switch (entry.name) {
    case 'exactMatch':
      return share((text) => exactMatchScore(hypotheses[text], references[text]));
    case 'squadF1':
      return mean((text) => squadF1Score(hypotheses[text], references[text]));
    case 'rouge1':
    case 'rouge2':
      return mean(best((own, other) => rougeN(own, other, entry.name === 'rouge1' ? 1 : 2, { stemmed })));
    case 'rougeL':
      return mean(best((own, other) => rougeL(own, other, { stemmed })));
    case 'rougeLsum':
      return mean(best((own, other) => rougeLsum(own, other, { stemmed })));
    case 'jsonValidity':
      return share((text) => jsonValidityScore(hypotheses[text]));
    case 'patternMatch': {
      if (pattern === undefined) return undefined;
      const compiled = shared(`pattern ${pattern}`, () => compilePattern(pattern));
      return share((text) => Number(compiled.test(hypotheses[text])));
    }
    case 'bleu': {
      const terms = shared('BLEU', () => keptTerms(predictions, (own, others) => bleuCounts(own, others)));
      return { terms, of: (sums) => (sums.some((sum) => sum > 0) ? bleuOf(sums).score : Number.NaN) };
    }
    case 'chrf': {
      const options = { words: Number(parameters.words), beta: Number(parameters.beta) };
      const terms = keptTerms(predictions, (own, others) => chrfCounts(own, others, options));
      return { terms, of: (sums) => (sums.some((sum) => sum > 0) ? chrfOf(sums, options) : Number.NaN) };
    }
    case 'wer':
    case 'cer': {
      const unit = entry.name === 'wer' ? 'words' : 'characters';
      const terms = keptTerms(predictions, (own, others) => fewestEdits(own, others, unit));
      return { terms, of: (sums) => sums[0] / sums[1] };
    }
    case 'ter': {
      const terms = keptTerms(predictions, (own, others) => {
        const { edits, length } = translationEdits(own, others);
        return Float64Array.of(edits, length);
      });
      return { terms, of: (sums) => sums[0] / sums[1] };
    }
    case 'perplexity': {
      if (!logProbabilities) return undefined;
      const terms = keptTerms(predictions, (_, __, text) => {
        let sum = 0;
        for (let i = 0; i < logProbabilities[text].length; i++) sum += logProbabilities[text][i];
        return Float64Array.of(sum, logProbabilities[text].length);
      });
      return { terms, of: (sums) => exp(-sums[0] / sums[1]) };
    }
  }
  return undefined;
}

/** Of several references, the one that the fewest edits reach, as a share of its length. */
function fewestEdits(own: string, others: readonly string[], unit: 'words' | 'characters'): Float64Array {
  let best = Float64Array.of(0, 0);
  for (const [i, other] of others.entries()) {
    const { edits, length } = editCounts(own, other, unit);
    if (i === 0 || edits * best[1] < best[0] * length) best = Float64Array.of(edits, length);
  }
  return best;
}

/** Sums that each text is asked for once. */
function keptTerms(
  { hypotheses, references, weights }: TextPredictions,
  countsOf: (hypothesis: string, references: readonly string[], text: number) => Float64Array,
): Terms {
  const kept = hypotheses.map((own, text) => countsOf(own, references[text], text));
  const width = kept.length === 0 ? 0 : kept[0].length;
  return {
    unitCount: kept.length,
    width,
    add(text, sums, at) {
      const weight = weights ? weights[text] : 1;
      for (let j = 0; j < width; j++) sums[at + j] += weight * kept[text][j];
    },
  };
}
