import type { DetectedBox, Id, TruthBox } from './boxes.ts';
import {
  type AreaRange,
  type CategoryMatches,
  detectionLimit,
  type ImageMatches,
  matchCategories,
  overlaps,
} from './coco-matches.ts';

/** The twelve figures of COCO's evaluation, in [0, 1], higher is better. NaN where there is nothing of that size to find. */
export interface CocoScores {
  /** Average precision: mean over categories and over the overlaps 0.5, 0.55 … 0.95. */
  AP: number;
  /** At an overlap of 0.5, or 0.75, alone. */
  AP50: number;
  AP75: number;
  /** Of things below 32², from 32² to 96², and above 96² square pixels. */
  APsmall: number;
  APmedium: number;
  APlarge: number;
  /** Average recall with the 1, 10 or 100 surest detections of each category in an image. */
  AR1: number;
  AR10: number;
  AR100: number;
  ARsmall: number;
  ARmedium: number;
  ARlarge: number;
}

/** COCO's twelve figures, and those of each category. All in [0, 1]; 1 is perfect. */
export interface CocoEvaluation extends CocoScores {
  /** Of each category, in their order; NaN when no image shows it. */
  perCategory: { category: Id; AP: number; AP50: number; AR100: number }[];
}

/**
 * COCO's average precision and recall of boxes.
 *
 * Detections are matched from the surest down, each to the thing with the largest overlap that is not taken yet (of equal
 * overlaps, the later one). Precision is made monotone from the right and read at 101 recalls.
 *
 * @param truth things in the images; the boxes of crowds are not asked for, and excuse what lies in them
 * @param detections what the model says; those in categories that are not listed are left out
 * @param options.images all images, those without a thing or a detection too; categories likewise
 * @param options.weights how often each image counts, in the ascending order of their ids: for resampling. 1 by default
 * @see Lin et al. 2014, arXiv:1405.0312; cocodataset/cocoapi 8c9bcc3cf640, PythonAPI/pycocotools/cocoeval.py
 */
export function cocoEvaluation(
  truth: readonly TruthBox[],
  detections: readonly DetectedBox[],
  options: { images: readonly Id[]; categories: readonly Id[]; weights?: ArrayLike<number> },
): CocoEvaluation {
  return summarise(matchCategories(truth, detections, options), options.weights);
}

/** The figures of matched detections. Matching does not depend on how often an image counts, so it is done once. */
export function summarise(matches: readonly CategoryMatches[], weights?: ArrayLike<number>): CocoEvaluation {
  const all = matches.map(({ byArea }) => curveOf(byArea.all, detectionLimit, weights));
  const ofSize = (range: AreaRange) => matches.map(({ byArea }) => curveOf(byArea[range], detectionLimit, weights));
  const few = (limit: number) => matches.map(({ byArea }) => curveOf(byArea.all, limit, weights));
  const sizes = { small: ofSize('small'), medium: ofSize('medium'), large: ofSize('large') };
  return {
    AP: meanDefined(all.flatMap(({ precision }) => precision)),
    AP50: meanDefined(all.map(({ precision }) => precision[0])),
    AP75: meanDefined(all.map(({ precision }) => precision[5])),
    APsmall: meanDefined(sizes.small.flatMap(({ precision }) => precision)),
    APmedium: meanDefined(sizes.medium.flatMap(({ precision }) => precision)),
    APlarge: meanDefined(sizes.large.flatMap(({ precision }) => precision)),
    AR1: meanDefined(few(1).flatMap(({ recall }) => recall)),
    AR10: meanDefined(few(10).flatMap(({ recall }) => recall)),
    AR100: meanDefined(all.flatMap(({ recall }) => recall)),
    ARsmall: meanDefined(sizes.small.flatMap(({ recall }) => recall)),
    ARmedium: meanDefined(sizes.medium.flatMap(({ recall }) => recall)),
    ARlarge: meanDefined(sizes.large.flatMap(({ recall }) => recall)),
    perCategory: matches.map(({ category }, k) => ({
      category,
      AP: meanDefined(all[k].precision),
      AP50: all[k].precision[0],
      AR100: meanDefined(all[k].recall),
    })),
  };
}

/** Average precision and greatest recall at each overlap; NaN where nothing was to be found. */
interface Curve {
  precision: number[];
  recall: number[];
}

function curveOf(images: readonly ImageMatches[], limit: number, weights?: ArrayLike<number>): Curve {
  const weightOf = ({ image }: ImageMatches) => (weights ? weights[image] : 1);
  const wanted = images.reduce((total, one) => total + weightOf(one) * one.wanted, 0);
  if (wanted === 0) return { precision: overlaps.map(() => Number.NaN), recall: overlaps.map(() => Number.NaN) };

  const ranked = images.flatMap((one) =>
    Array.from(one.scores.subarray(0, limit), (score, d) => ({ score, d, one, weight: weightOf(one) })),
  );
  ranked.sort((a, b) => b.score - a.score);
  const curve: Curve = { precision: [], recall: [] };
  for (const t of overlaps.keys()) {
    const [precisions, recalls] = [new Float64Array(ranked.length), new Float64Array(ranked.length)];
    let [right, wrong] = [0, 0];
    for (const [i, { d, one, weight }] of ranked.entries()) {
      const result = one.outcomes[t * one.scores.length + d];
      if (result === 1) right += weight;
      else if (result === 0) wrong += weight;
      precisions[i] = right / (right + wrong + Number.EPSILON);
      recalls[i] = right / wanted;
    }
    curve.precision.push(interpolated(precisions, recalls));
    curve.recall.push(ranked.length > 0 ? recalls[ranked.length - 1] : 0);
  }
  return curve;
}

/** Mean over 101 recalls of the best precision at that recall or beyond, 0 where none reaches it. Rewrites `precisions`. */
function interpolated(precisions: Float64Array, recalls: Float64Array): number {
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i], precisions[i + 1]);
  let [total, place] = [0, 0];
  for (let step = 0; step <= 100; step++) {
    // Rounded as NumPy's linspace rounds it: 57 · 0.01 lies above 57 / 100.
    const recall = Math.min(1, step * 0.01);
    while (place < recalls.length && recalls[place] < recall) place++;
    if (place < recalls.length) total += precisions[place];
  }
  return total / 101;
}

function meanDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((total, value) => total + value, 0) / defined.length;
}
