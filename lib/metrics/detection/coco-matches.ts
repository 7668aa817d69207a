import {
  compareIds,
  type DetectedBox,
  groupBy,
  type Id,
  intersectionOverUnion,
  surestFirst,
  type TruthBox,
} from './boxes.ts';

/** How many detections of one category in one image are looked at, the surest. */
export const detectionLimit = 100;

/** Least overlaps at which a detection counts as right: 0.5, 0.55 … 0.95, rounded as NumPy's linspace rounds them. */
export const overlaps: readonly number[] = Array.from({ length: 10 }, (_, i) => 0.5 + i * ((0.95 - 0.5) / 9));

/** Areas of things, in square pixels, both ends included. */
const areaRanges = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const;

export type AreaRange = keyof typeof areaRanges;

/** What came of the detections of one category in one image, for one range of areas. */
export interface ImageMatches {
  /** Place of the image in the evaluation's list. */
  image: number;
  /** Of each detection, the surest first. */
  scores: Float64Array;
  /** 1 right, 0 wrong, −1 not counted; shape [overlaps, detections]. */
  outcomes: Int8Array;
  /** Things that were to be found. */
  wanted: number;
}

/** The matches of one category in all its images, by range of areas. */
export interface CategoryMatches {
  category: Id;
  byArea: Record<AreaRange, ImageMatches[]>;
}

/** Matches each detection to a thing, at each overlap and for each range of areas, category by category. */
export function matchCategories(
  truth: readonly TruthBox[],
  detections: readonly DetectedBox[],
  { images, categories }: { images: readonly Id[]; categories: readonly Id[] },
): CategoryMatches[] {
  const places = new Map([...images].sort(compareIds).map((image, place) => [image, place]));
  const truthOf = groupBy(truth, ({ category }) => category);
  const detectionsOf = groupBy(detections, ({ category }) => category);
  return categories.map((category) => {
    const things = groupBy(truthOf.get(category) ?? [], ({ image }) => image);
    const found = groupBy(detectionsOf.get(category) ?? [], ({ image }) => image);
    const byArea: CategoryMatches['byArea'] = { all: [], small: [], medium: [], large: [] };
    for (const [image, place] of places) {
      const [wanted, boxes] = [things.get(image) ?? [], surestFirst(found.get(image) ?? []).slice(0, detectionLimit)];
      if (wanted.length === 0 && boxes.length === 0) continue;
      const iou = overlapTable(wanted, boxes);
      for (const range of Object.keys(areaRanges) as AreaRange[]) {
        byArea[range].push({ image: place, ...matchImage(wanted, boxes, iou, areaRanges[range]) });
      }
    }
    return { category, byArea };
  });
}

/** Shape [detections, things]. */
function overlapTable(truth: readonly TruthBox[], detections: readonly DetectedBox[]): Float64Array {
  const table = new Float64Array(truth.length * detections.length);
  for (const [d, detection] of detections.entries()) {
    for (const [t, { box, ignored }] of truth.entries()) {
      table[d * truth.length + t] = intersectionOverUnion(box, detection.box, { crowd: ignored });
    }
  }
  return table;
}

function matchImage(
  truth: readonly TruthBox[],
  detections: readonly DetectedBox[],
  iou: Float64Array,
  [least, most]: readonly [number, number],
): Omit<ImageMatches, 'image'> {
  const isOutside = (area: number) => area < least || area > most;
  const isIgnored = truth.map(({ area, ignored }) => ignored || isOutside(area));
  // Things that count come first, so that a detection is given to one of the others only when none of them is left.
  const order = [...truth.keys()].sort((a, b) => Number(isIgnored[a]) - Number(isIgnored[b]));
  const outcomes = new Int8Array(overlaps.length * detections.length);
  for (const [t, overlap] of overlaps.entries()) {
    const isTaken = new Uint8Array(truth.length);
    for (const [d, { box }] of detections.entries()) {
      let [best, match] = [overlap, -1];
      for (const thing of order) {
        if (isTaken[thing] && !truth[thing].ignored) continue;
        if (match >= 0 && !isIgnored[match] && isIgnored[thing]) break;
        const value = iou[d * truth.length + thing];
        if (value < best) continue;
        [best, match] = [value, thing];
      }
      if (match >= 0) isTaken[match] = 1;
      const isCounted = match >= 0 ? !isIgnored[match] : !isOutside(box[2] * box[3]);
      outcomes[t * detections.length + d] = isCounted ? Number(match >= 0) : -1;
    }
  }
  const wanted = isIgnored.reduce((count, ignored) => count + (ignored ? 0 : 1), 0);
  return { scores: Float64Array.from(detections, ({ score }) => score), outcomes, wanted };
}
