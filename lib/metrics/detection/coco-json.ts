import { InputError } from '../../core/errors.ts';
import type { Warn } from '../warn.ts';
import type { Box, DetectedBox, Id, TruthBox } from './boxes.ts';

export interface CocoTruth {
  images: Id[];
  categories: { id: Id; name: string }[];
  boxes: TruthBox[];
}

type Json = Record<string, unknown>;

/**
 * The ground truth of a COCO annotation file: `images`, `categories` and `annotations`.
 *
 * A category without a name is called by its id; an annotation without `area` has that of its box.
 *
 * @param json the parsed document
 * @param name what errors call it, as its file
 * @throws InputError naming the first entry that is not as it should be
 * @see https://cocodataset.org/#format-data
 */
export function readCocoTruth(json: unknown, name = 'ground truth'): CocoTruth {
  if (!isObject(json))
    throw new InputError(`${name}: expected an object with images and annotations, found ${kind(json)}`);
  const annotations = entries(json, 'annotations', name);
  const images = ids(entries(json, 'images', name), `${name}, images`);
  const categories = entries(json, 'categories', name);
  const known = { images: new Set(images), categories: new Set(ids(categories, `${name}, categories`)) };
  return {
    images,
    categories: categories.map(({ id, name: called }) => ({
      id: id as Id,
      name: typeof called === 'string' ? called : String(id),
    })),
    boxes: annotations.map((annotation, i) => {
      const where = `${name}, annotations[${i}]`;
      const box = readBox(annotation, where);
      return {
        image: knownId(annotation, 'image_id', known.images, where),
        category: knownId(annotation, 'category_id', known.categories, where),
        box,
        area: annotation.area === undefined ? box[2] * box[3] : readNumber(annotation, 'area', where, 0),
        ignored: annotation.iscrowd === 1 || annotation.iscrowd === true,
      };
    }),
  };
}

/**
 * The detections of a COCO result file: a list of `image_id`, `category_id`, `bbox` and `score`.
 *
 * Detections in a category that the ground truth does not list are left out, with a warning that counts them.
 *
 * @throws InputError naming the first entry that is not as it should be, or lies in an image that is not listed
 * @see https://cocodataset.org/#format-results
 */
export function readCocoDetections(
  json: unknown,
  truth: CocoTruth,
  { name = 'detections', warn }: { name?: string; warn?: Warn } = {},
): DetectedBox[] {
  if (!Array.isArray(json)) throw new InputError(`${name}: expected a list of detections, found ${kind(json)}`);
  const known = { images: new Set(truth.images), categories: new Set(truth.categories.map(({ id }) => id)) };
  const detections: DetectedBox[] = [];
  for (const [i, entry] of json.entries()) {
    const where = `${name}[${i}]`;
    if (!isObject(entry)) throw new InputError(`${where}: expected an object, found ${kind(entry)}`);
    const image = knownId(entry, 'image_id', known.images, where);
    const category = readId(entry, 'category_id', where);
    const detection = { image, category, box: readBox(entry, where), score: readNumber(entry, 'score', where) };
    if (known.categories.has(category)) detections.push(detection);
  }
  const strange = json.length - detections.length;
  if (strange > 0)
    warn?.(`${strange} of ${json.length} detections are in categories that the ground truth does not list`);
  return detections;
}

function entries(json: Json, key: string, name: string): Json[] {
  const list = json[key];
  if (!Array.isArray(list)) throw new InputError(`${name}, ${key}: expected a list, found ${kind(list)}`);
  const wrong = list.findIndex((entry) => !isObject(entry));
  if (wrong >= 0) throw new InputError(`${name}, ${key}[${wrong}]: expected an object, found ${kind(list[wrong])}`);
  return list;
}

function ids(list: readonly Json[], where: string): Id[] {
  const seen = new Set<Id>();
  for (const [i, entry] of list.entries()) {
    const id = readId(entry, 'id', `${where}[${i}]`);
    if (seen.has(id)) throw new InputError(`${where}[${i}], id: expected each id once, found ${id} again`);
    seen.add(id);
  }
  return [...seen];
}

function readId(entry: Json, key: string, where: string): Id {
  const value = entry[key];
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new InputError(`${where}, ${key}: expected a number or a text, found ${kind(value)}`);
}

function knownId(entry: Json, key: string, known: ReadonlySet<Id>, where: string): Id {
  const id = readId(entry, key, where);
  if (known.has(id)) return id;
  throw new InputError(`${where}, ${key}: expected an id that the ground truth lists, found ${id}`);
}

function readBox(entry: Json, where: string): Box {
  const { bbox } = entry;
  const isBox = Array.isArray(bbox) && bbox.length === 4 && bbox.every((side) => Number.isFinite(side));
  if (!isBox) throw new InputError(`${where}, bbox: expected [x, y, width, height], found ${JSON.stringify(bbox)}`);
  if (bbox[2] < 0 || bbox[3] < 0) {
    throw new InputError(`${where}, bbox: expected a width and a height from 0, found ${bbox[2]} and ${bbox[3]}`);
  }
  return bbox as unknown as Box;
}

function readNumber(entry: Json, key: string, where: string, least = Number.NEGATIVE_INFINITY): number {
  const value = entry[key];
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value;
  const expected = least === 0 ? 'a number from 0' : 'a number';
  throw new InputError(`${where}, ${key}: expected ${expected}, found ${JSON.stringify(value)}`);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kind(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : value === null
        ? 'null'
        : typeof value === 'object'
          ? 'an object'
          : `a ${typeof value}`;
}
