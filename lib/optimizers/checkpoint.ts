import { InputError } from '../core/errors.ts';
import type { Checkpoint } from './solution.ts';

/** A dense float64 tensor, row-major: shape [] is one number, shape [n] a vector. */
export interface CheckpointTensor {
  shape: number[];
  data: Float64Array;
}

export type CheckpointTensors = Record<string, CheckpointTensor>;

/**
 * Flattens a checkpoint into named tensors, exact to the bit (−0, infinities and NaN included), for a safetensors file.
 *
 * A number becomes a tensor of shape [], a vector one of shape [n]. Names are paths from the checkpoint: `.key` enters
 * an object and `[i]` an array, without a dot at the start, so the mean of Adam behind one other rule is
 * `ruleState[1].mean`. An empty object or array leaves a tensor of shape [0] whose name ends in `{}` or `[]`. In a key,
 * the characters `% . [ ] { }` and control characters are written as `%` and two hexadecimal digits.
 *
 * @throws InputError when the state holds anything but numbers, Float64Arrays, and plain objects or arrays of them
 */
export function checkpointToTensors(checkpoint: Checkpoint): CheckpointTensors {
  const tensors: [string, CheckpointTensor][] = [];
  for (const [key, value] of Object.entries(checkpoint)) flatten(value, escapeKey(key), tensors);
  return Object.fromEntries(tensors);
}

/**
 * Rebuilds the checkpoint that `checkpointToTensors` flattened. Copies all data.
 *
 * @throws InputError when a name is not a path, two names contradict one another, an array has gaps, a shape does not
 *   fit its data, or a field of a checkpoint is missing
 */
export function checkpointFromTensors(tensors: CheckpointTensors): Checkpoint {
  const root: Node = { kind: 'object', children: new Map() };
  for (const [name, tensor] of Object.entries(tensors)) plant(root, name, tensor);
  const checkpoint = grow(root, 'checkpoint') as Checkpoint;

  for (const field of numberFields) {
    if (typeof checkpoint[field] !== 'number')
      throw new InputError(`checkpoint: expected a tensor ${field} of shape [], found none`);
  }
  if (!(checkpoint.parameters instanceof Float64Array))
    throw new InputError('checkpoint: expected a tensor parameters of shape [n], found none');
  if (checkpoint.ruleState === undefined)
    throw new InputError('checkpoint: expected tensors under ruleState, found none');
  return checkpoint;
}

const numberFields = ['step', 'epochLoss', 'previousLoss', 'bestLoss', 'epochsWithoutImprovement'] as const;

function flatten(value: unknown, path: string, tensors: [string, CheckpointTensor][]): void {
  if (typeof value === 'number') {
    tensors.push([path, { shape: [], data: Float64Array.of(value) }]);
  } else if (value instanceof Float64Array) {
    tensors.push([path, { shape: [value.length], data: value.slice() }]);
  } else if (Array.isArray(value)) {
    if (value.length === 0) tensors.push([`${path}[]`, empty()]);
    // By index, so that a hole is met as undefined and refused.
    for (let i = 0; i < value.length; i++) flatten(value[i], `${path}[${i}]`, tensors);
  } else if (isPlainObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) tensors.push([`${path}{}`, empty()]);
    for (const [key, child] of entries) flatten(child, `${path}.${escapeKey(key)}`, tensors);
  } else {
    throw new InputError(
      `checkpoint, ${path}: expected a number, a Float64Array, or a plain object or array of them, found ${describe(value)}`,
    );
  }
}

function empty(): CheckpointTensor {
  return { shape: [0], data: new Float64Array(0) };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : String(value);
}

/** What the paths lead through, before it is known to be whole. */
type Node = { kind: 'object' | 'array'; children: Map<string, Node> } | { kind: 'leaf'; value: number | Float64Array };

interface Path {
  steps: { into: 'object' | 'array'; key: string }[];
  /** What stands at the end: a number or vector, or an empty object or array. */
  ending: Node['kind'];
}

/** One step of a path: `.key`, `[index]`, or an ending `{}` or `[]`. */
const segment = /\.([^.[\]{}]*)|\[(0|[1-9]\d*)\]|(\{\}$)|(\[\]$)/y;

function parsePath(name: string): Path | undefined {
  const path: Path = { steps: [], ending: 'leaf' };
  // The first key has no dot of its own.
  const text = `.${name}`;
  for (let position = 0; position < text.length; position = segment.lastIndex) {
    segment.lastIndex = position;
    const match = segment.exec(text);
    if (!match) return undefined;
    const [, key, index, emptyObject] = match;
    if (key !== undefined) path.steps.push({ into: 'object', key: unescapeKey(key) });
    else if (index !== undefined) path.steps.push({ into: 'array', key: index });
    else path.ending = emptyObject ? 'object' : 'array';
  }
  return path;
}

function plant(root: Node, name: string, { shape, data }: CheckpointTensor): void {
  const fail = (expected: string) => new InputError(`checkpoint, tensor "${name}": expected ${expected}`);
  const path = parsePath(name);
  if (!path) throw fail('a name of .key and [index] steps');

  let node = root;
  for (const [i, { into, key }] of path.steps.entries()) {
    if (node.kind === 'leaf' || node.kind !== into) throw fail('a name that contradicts no other');
    const isLast = i + 1 === path.steps.length;
    const kind = isLast ? path.ending : path.steps[i + 1].into;
    let next = node.children.get(key);
    // A node without children is one that another tensor declares empty.
    if (next && (isLast || next.kind === 'leaf' || next.children.size === 0))
      throw fail('a name that contradicts no other');
    next ??= kind === 'leaf' ? { kind, value: leaf(shape, data, fail) } : { kind, children: new Map() };
    node.children.set(key, next);
    node = next;
  }
}

function leaf(shape: number[], data: Float64Array, fail: (expected: string) => InputError): number | Float64Array {
  if (shape.length > 1 || data.length !== (shape[0] ?? 1))
    throw fail(`shape [] or [n] and as many elements, found shape [${shape}] and ${data.length} elements`);
  return shape.length === 0 ? data[0] : data.slice();
}

function grow(node: Node, path: string): unknown {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'object')
    return Object.fromEntries([...node.children].map(([key, child]) => [key, grow(child, `${path}.${key}`)]));
  return Array.from({ length: node.children.size }, (_, i) => {
    const child = node.children.get(String(i));
    if (!child)
      throw new InputError(`checkpoint, ${path}: expected ${node.children.size} elements, found none at ${i}`);
    return grow(child, `${path}[${i}]`);
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
const special = /[%.[\]{}\u0000-\u001f\u007f]/g;

function escapeKey(key: string): string {
  return key.replace(special, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function unescapeKey(key: string): string {
  return key.replace(/%([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
