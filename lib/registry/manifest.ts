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
    /** SHA-256 of each canonical block, in order. */
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
  signature: Signature;
  files: Record<string, { size: number; sha256: string }>;
}

/** What a prediction takes and gives. */
export interface Signature {
  inputs: { name: string; kind: 'number' | 'category' | 'date-time' | 'text'; levels?: string[] }[];
  output: { name: string; kind: 'number' } | { name: string; kind: 'category'; classes: string[] };
}
