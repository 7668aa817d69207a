import {
  compareIds,
  type DetectedBox,
  groupBy,
  type Id,
  intersectionOverUnion,
  surestFirst,
  type TruthBox,
} from './boxes.ts';

export interface VocCategory {
  category: Id;
  /** Average precision, in [0, 1]. */
  AP: number;
  /** Things that were to be found. */
  wanted: number;
  right: number;
  wrong: number;
  /** After each detection that counts, the surest first. */
  precision: Float64Array;
  recall: Float64Array;
}

/** PASCAL VOC's mean average precision, and that of each category. In [0, 1]; 1 is perfect. */
export interface VocEvaluation {
  /** Mean of the categories that have something to be found; NaN when none has. */
  mAP: number;
  perCategory: VocCategory[];
}

/**
 * PASCAL VOC's average precision of boxes.
 *
 * A detection is right when the thing that it overlaps most (of equal overlaps, the first) has not been found before and
 * the overlap is at least `overlap`. What is `ignored` (difficult) is not asked for, and a detection of it not counted.
 *
 * @param interpolation `every-point`: the area under the monotone curve, from VOC 2010; `eleven-point`: its mean height at
 *   the recalls 0, 0.1 … 1, before
 * @param inclusive whether edges are pixels of the box, as the development kit counts: sides are one longer
 * @see Everingham et al. 2010, International Journal of Computer Vision 88(2), section 4.2
 */
export function pascalVocEvaluation(
  truth: readonly TruthBox[],
  detections: readonly DetectedBox[],
  {
    overlap = 0.5,
    interpolation = 'every-point',
    inclusive = true,
  }: { overlap?: number; interpolation?: 'every-point' | 'eleven-point'; inclusive?: boolean } = {},
): VocEvaluation {
  const found = groupBy(detections, ({ category }) => category);
  const perCategory = [...groupBy(truth, ({ category }) => category)]
    .sort(([a], [b]) => compareIds(a, b))
    .map(([category, things]) => {
      const outcomes = match(things, surestFirst(found.get(category) ?? []), overlap, inclusive);
      const wanted = things.filter(({ ignored }) => !ignored).length;
      const curve = curveOf(outcomes, wanted);
      const area = interpolation === 'every-point' ? everyPoint(curve) : elevenPoint(curve);
      const right = outcomes.filter(Boolean).length;
      const AP = wanted > 0 ? area : Number.NaN;
      return { category, AP, wanted, right, wrong: outcomes.length - right, ...curve };
    });
  const defined = perCategory.filter(({ AP }) => !Number.isNaN(AP));
  return { mAP: defined.reduce((total, { AP }) => total + AP, 0) / defined.length, perCategory };
}

/** Whether each detection that counts is right. */
function match(
  truth: readonly TruthBox[],
  detections: readonly DetectedBox[],
  overlap: number,
  inclusive: boolean,
): boolean[] {
  const things = groupBy(truth, ({ image }) => image);
  const taken = new Set<TruthBox>();
  return detections.flatMap(({ image, box }) => {
    let best = Number.NEGATIVE_INFINITY;
    let match: TruthBox | undefined;
    for (const thing of things.get(image) ?? []) {
      const value = intersectionOverUnion(thing.box, box, { inclusive });
      if (value > best) [best, match] = [value, thing];
    }
    if (match === undefined || best < overlap) return [false];
    if (match.ignored) return [];
    const isFirst = !taken.has(match);
    taken.add(match);
    return [isFirst];
  });
}

function curveOf(outcomes: readonly boolean[], wanted: number): { precision: Float64Array; recall: Float64Array } {
  const [precision, recall] = [new Float64Array(outcomes.length), new Float64Array(outcomes.length)];
  let right = 0;
  for (const [i, isRight] of outcomes.entries()) {
    if (isRight) right++;
    precision[i] = right / (i + 1);
    recall[i] = right / wanted;
  }
  return { precision, recall };
}

function everyPoint({ precision, recall }: { precision: Float64Array; recall: Float64Array }): number {
  let [area, best] = [0, 0];
  for (let i = precision.length - 1; i >= 0; i--) {
    best = Math.max(best, precision[i]);
    area += (recall[i] - (i > 0 ? recall[i - 1] : 0)) * best;
  }
  return area;
}

function elevenPoint({ precision, recall }: { precision: Float64Array; recall: Float64Array }): number {
  let total = 0;
  for (let step = 0; step <= 10; step++) {
    const from = recall.findIndex((value) => value >= Math.min(1, step * 0.1));
    if (from >= 0) total += precision.subarray(from).reduce((best, value) => Math.max(best, value), 0);
  }
  return total / 11;
}
