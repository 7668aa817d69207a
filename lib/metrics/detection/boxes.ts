/** Left edge, upper edge, width and height, in pixels; a width or a height may be 0, never negative. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** How an image or a category is called in its file. */
export type Id = number | string;

/** A thing that is in an image. */
export interface TruthBox {
  image: Id;
  category: Id;
  box: Box;
  /** In square pixels, of the thing's outline where that is known: what small, medium and large go by. */
  area: number;
  /** One box around many things, in which any number of detections may lie, or in VOC a difficult one: not asked for. */
  ignored: boolean;
}

/** A thing that a model says is in an image. */
export interface DetectedBox {
  image: Id;
  category: Id;
  box: Box;
  /** Finite; the higher, the surer. */
  score: number;
}

/**
 * Area that two boxes share, by the area that they cover together: intersection over union, in [0, 1].
 *
 * 0 when neither has an area.
 *
 * @param crowd whether `a` is a crowd: then by the area of `b` alone, so that a detection inside it reaches 1
 * @param inclusive whether edges are pixels that belong to the box, as PASCAL VOC counts: each side is one longer
 * @example intersectionOverUnion([0, 0, 2, 2], [1, 0, 2, 2]) // 1/3
 */
export function intersectionOverUnion(a: Box, b: Box, { crowd = false, inclusive = false } = {}): number {
  const extra = inclusive ? 1 : 0;
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]) + extra;
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]) + extra;
  if (width <= 0 || height <= 0) return 0;
  const areaB = (b[2] + extra) * (b[3] + extra);
  const shared = width * height;
  return shared / (crowd ? areaB : (a[2] + extra) * (a[3] + extra) + areaB - shared);
}

/** Numbers before texts, each in its own order. */
export function compareIds(a: Id, b: Id): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

/** The items by a key, each list in the items' order. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => Id): Map<Id, Item[]> {
  const groups = new Map<Id, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** The detections from the surest down; equally sure ones keep their order. */
export function surestFirst(detections: readonly DetectedBox[]): DetectedBox[] {
  return [...detections].sort((a, b) => b.score - a.score);
}
