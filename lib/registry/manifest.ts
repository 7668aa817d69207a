import type { Encoding } from '../data/encode.ts';
import type { Schema } from '../data/schema/schema.ts';
import type { TargetEncoding } from '../data/target.ts';
import type { ModelKind, Slice } from '../models/model.ts';

/**
 * All there is to know of a version besides its numbers: what made it, and how to use it.
 *
 * It holds nothing measured by a clock, so that the same work leaves the same bytes. Kept as manifest.json beside
 * model.safetensors and evaluation.json, written last of the three: a version is there when its manifest is.
 */
export interface Manifest {
  /** Version of this file's layout. */
  format: 1;
  name: string;
  version: string;
  /** Names the arithmetic; see core/recipe. */
  recipe: number;
  task: 'regression' | 'count' | 'binary' | 'multiclass';
  /**
   * The resolved pipeline without its locations; with `data.blocks` and `recipe` it gives the version its name. After a
   * search, with the fields of the best trial in the place of those that were asked for.
   */
  request: object;
  data: {
    objects: { key: string; size: number; rowCount: number }[];
    /** The hash of each canonical block, in order. */
    blocks: string[];
    rowCount: number;
    trainingRowCount: number;
    /** Rows held out of training; 0 when the split is `none`. */
    testRowCount: number;
  };
  encoding: Encoding;
  /** What the training data looked like; versions of earlier releases have none. */
  schema?: Schema;
  target: TargetEncoding;
  model: {
    kind: ModelKind;
    loss: string;
    inputs: number;
    outputs: number;
    parameterCount: number;
    layout: readonly Slice[];
  };
  training: {
    /** The optimizer that was used, with all its settings, and when it was to stop. */
    optimizer: { name: string } & Record<string, unknown>;
    stop: object;
    /** Why it is that one; not there where the request named it. */
    because?: string;
    solution: string;
    reason: string;
    steps: number;
    epochs: number;
    loss: number | null;
    /** With early stopping: the lowest loss on the rows that were watched, and the epoch whose parameters are kept. */
    validation?: { loss: number; epoch: number };
    /** What to know about the fit, as sentences. */
    warnings?: string[];
  };
  /** How scores become decisions; present when a threshold or a calibration was asked for. */
  decision?: Decision;
  signature: Signature;
  files: Record<string, { size: number; sha256: string }>;
}

/** How scores become decisions, as chosen on training rows that were kept back from the fit. */
export interface Decision {
  /** How many rows those were. */
  rowCount: number;
  calibration?: Calibration;
  /** Probabilities (margins of a hinge loss) of at least `value` mean the positive class; null when none does. */
  threshold?: { value: number | null; aim: string };
}

/** Parameters of a calibration, as lib/metrics/calibrate.ts fits them. */
export type Calibration =
  | { kind: 'platt'; slope: number; intercept: number }
  | { kind: 'isotonic'; scores: number[]; probabilities: number[] };

/** What a prediction takes and gives. */
export interface Signature {
  inputs: { name: string; kind: 'number' | 'category' | 'date-time' | 'text'; levels?: string[] }[];
  output: { name: string; kind: 'number' } | { name: string; kind: 'category'; classes: string[] };
}

/** Most parameters of a model that is opened: 1 GiB of them. */
const parameterLimit = 2 ** 27;

/**
 * Whether a value that was read has what opening a version goes by, so that a file that was changed or cut is refused
 * and asks for no memory that its model does not fill.
 */
export function isManifest(value: unknown): value is Manifest {
  const { format, name, version, request, encoding, target, model, signature, files } = objectIn(value);
  const { features, columns, leftOut } = objectIn(encoding);
  const { kind, inputs, outputs, parameterCount, layout } = objectIn(model);
  const isListed = [features, columns, leftOut].every((list) => Array.isArray(list) && list.every(isObject));
  const counts = [inputs, outputs, parameterCount];
  return (
    format === 1 &&
    [name, version, kind, objectIn(objectIn(files)['model.safetensors']).sha256].every(isText) &&
    [request, target, signature].every(isObject) &&
    isListed &&
    counts.every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    (columns as unknown[]).length === inputs &&
    Array.isArray(layout) &&
    layout.every(isSlice) &&
    lengthOf(layout) === parameterCount &&
    (parameterCount as number) <= parameterLimit
  );
}

function isSlice(value: unknown): value is Slice {
  const { name, offset, shape } = objectIn(value);
  const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 0;
  return isText(name) && isCount(offset) && Array.isArray(shape) && shape.every(isCount);
}

const lengthOf = (layout: readonly Slice[]): number =>
  layout.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

const isText = (value: unknown): boolean => typeof value === 'string';
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const objectIn = (value: unknown): Record<string, unknown> =>
  isObject(value) ? (value as Record<string, unknown>) : {};
