// detection_*.json: boxes in COCO's format, or as lists in PASCAL VOC's convention, and what the evaluators answer.
import type { Box, DetectedBox, TruthBox } from '../../../lib/metrics/detection/boxes.ts';
import { cocoEvaluation } from '../../../lib/metrics/detection/coco.ts';
import { readCocoDetections, readCocoTruth } from '../../../lib/metrics/detection/coco-json.ts';
import { pascalVocEvaluation } from '../../../lib/metrics/detection/pascal-voc.ts';
import { differences, type Group, type Outcome, outcome, type Tolerance } from '../group.ts';

interface CocoGolden {
  ground_truth: unknown;
  detections: unknown;
  expected: Record<string, number>;
  per_category?: Record<string, Record<string, number | null>>;
  /** Rounded to six digits. */
  published_official_values?: Record<string, number>;
}

type VocBox = [image: string, category: string, box: Box, score: number | null];

interface VocGolden {
  ground_truth: VocBox[];
  detections: VocBox[];
  expected: { iou: number; method: string; mAP: number; per_class: Record<string, Record<string, unknown>> }[];
}

const exact: Tolerance = { relative: 1e-12, zero: 1e-15 };

export const detection: Group = {
  name: 'detection',
  matches: (path) => /^(.*\/)?detection_[^/]*\.json$/.test(path),
  *check(golden) {
    const { ground_truth: truth } = golden as { ground_truth: unknown };
    if (Array.isArray(truth)) yield* voc(golden as VocGolden);
    else yield* coco(golden as CocoGolden);
  },
};

function* coco(golden: CocoGolden): Iterable<Outcome> {
  const truth = readCocoTruth(golden.ground_truth);
  const detections = readCocoDetections(golden.detections, truth);
  const found = cocoEvaluation(truth.boxes, detections, {
    images: truth.images,
    categories: truth.categories.map(({ id }) => id),
  });
  const all = new Map(Object.entries(found));
  for (const [name, value] of Object.entries(golden.expected)) {
    yield outcome(name, differences(all.get(name), undefinedAsNaN(value), exact, name));
  }
  for (const [name, value] of Object.entries(golden.published_official_values ?? {})) {
    const published = { relative: 0, absolute: 5.1e-7 };
    yield outcome(`published ${name}`, differences(all.get(name), undefinedAsNaN(value), published, name));
  }
  for (const [category, expected] of Object.entries(golden.per_category ?? {})) {
    const one = found.perCategory.find(({ category: id }) => String(id) === category) as Record<string, unknown>;
    const values = Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, undefinedAsNaN(value)]));
    yield outcome(`category ${category}`, differences(one, values, exact));
  }
}

/** The references write null, or −1, where there is nothing to find. */
const undefinedAsNaN = (value: number | null) => (value === null || value === -1 ? 'NaN' : value);

function* voc({ ground_truth, detections, expected }: VocGolden): Iterable<Outcome> {
  const truth = ground_truth.map(
    ([image, category, box]): TruthBox => ({ image, category, box, area: box[2] * box[3], ignored: false }),
  );
  const found = detections.map(
    ([image, category, box, score]): DetectedBox => ({ image, category, box, score: Number(score) }),
  );
  for (const { iou, method, mAP, per_class } of expected) {
    const name = `${method} at ${iou}`;
    if (!/^(EVERY|ELEVEN)_POINT_INTERPOLATION$/.test(method)) {
      yield { result: 'skipped', name, reason: 'hone has no such interpolation' };
      continue;
    }
    const interpolation = method.startsWith('EVERY') ? 'every-point' : 'eleven-point';
    const result = pascalVocEvaluation(truth, found, { overlap: iou, interpolation, inclusive: true });
    const classes = result.perCategory.map(({ category, wanted, right, wrong, ...rest }) => [
      category,
      { ...rest, total_positives: wanted, TP: right, FP: wrong },
    ]);
    const answer = { mAP: result.mAP, per_class: Object.fromEntries(classes) };
    yield outcome(name, differences(answer, { mAP, per_class }, exact));
  }
}
