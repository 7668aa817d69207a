import { InputError } from '../../core/errors.ts';
import { readCocoDetections, readCocoTruth } from '../../metrics/detection/coco-json.ts';
import type { DetectionPredictions } from '../../metrics/predictions.ts';
import type { SourceObject } from '../sources.ts';

/** Boxes as metrics take them, and the names of their categories. */
interface GivenDetections {
  predictions: DetectionPredictions;
  classes: string[];
  warnings: string[];
}

/** Most bytes of a JSON document, since all of it is in memory while it is read. */
const documentLimitBytes = 512 * 2 ** 20;

/**
 * Reads detections and ground truth in COCO's format.
 *
 * @param own a list of detections; without `truth`, an object that holds both: `annotations`, `images` and `categories`
 *   (or these below `ground_truth`) beside `detections`
 * @throws InputError that names the object and the first entry that is wrong
 */
export async function readDetections(own: SourceObject, truth: SourceObject | undefined): Promise<GivenDetections> {
  const warnings: string[] = [];
  const document = await readDocument(own);
  const known = truth ? await readDocument(truth) : truthIn(document, own.key);
  const things = readCocoTruth(known, truth?.key ?? own.key);
  const detected = readCocoDetections(detectionsIn(document), things, {
    name: own.key,
    warn: (reason) => warnings.push(`${reason}.`),
  });
  return {
    predictions: {
      kind: 'detections',
      truth: things.boxes,
      detected,
      images: things.images,
      categories: things.categories.map(({ id }) => id),
    },
    classes: things.categories.map(({ name }) => name),
    warnings,
  };
}

/** The list itself, or the one that an object holds. */
const detectionsIn = (document: unknown): unknown =>
  isObject(document) && 'detections' in document ? document.detections : document;

function truthIn(document: unknown, key: string): unknown {
  if (isObject(document)) {
    if ('ground_truth' in document) return document.ground_truth;
    if ('annotations' in document) return document;
  }
  throw new InputError(
    `${key}: expected detections beside the annotations that they are held against, found no annotations`,
    {
      advice: 'Name those with --truth FILE, or predictions.truth in a document',
    },
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readDocument(object: SourceObject): Promise<unknown> {
  if (object.size > documentLimitBytes) {
    throw new InputError(`${object.key}: expected at most ${documentLimitBytes} bytes of JSON, found ${object.size}`);
  }
  const text = new TextDecoder().decode(await object.readRange(0, object.size));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${object.key}: expected JSON, found something else: ${(error as Error).message}`);
  }
}
