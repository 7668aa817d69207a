import { homeOf, type KernelMemory } from './instantiate.ts';
import * as kernel from './linear-scores.generated.ts';
import { poolOf } from './pool.ts';

const shareRows = 4096;

/**
 * Scores of rows that lie in a kernel memory, on all threads of its pool, shape [rowCount, outputs]; undefined for rows
 * that lie elsewhere.
 *
 * @param features shape [rowCount, inputs]
 * @param parameters coefficients [outputs, inputs], intercepts [outputs]
 */
export function linearScores(
  features: Float32Array,
  parameters: Float64Array,
  { rowCount, inputs, outputs }: { rowCount: number; inputs: number; outputs: number },
): Float64Array | undefined {
  const home = homeOf(features);
  if (!home) return undefined;
  const count = rowCount * outputs;
  const description = workspace(home, descriptionBytes + 8 * (parameters.length + count));
  const parametersAt = description + descriptionBytes;
  const scoresAt = parametersAt + 8 * parameters.length;
  const { buffer } = home.memory;
  const words = [features.byteOffset, parametersAt, scoresAt, rowCount, inputs, outputs];
  new Uint32Array(buffer, description, words.length).set(words);
  new Float64Array(buffer, parametersAt, parameters.length).set(parameters);
  poolOf(home).run(kernel, 'scoreShare', description, Math.ceil(rowCount / shareRows), 64);
  return new Float64Array(buffer, scoresAt, count).slice();
}

const descriptionBytes = 64;

/** Of each memory, which only grows: the bytes that one call after the other works in. */
const workspaces = new WeakMap<KernelMemory, { address: number; bytes: number }>();

function workspace(home: KernelMemory, bytes: number): number {
  const known = workspaces.get(home);
  if (known && known.bytes >= bytes) return known.address;
  const address = home.allocate(bytes);
  workspaces.set(home, { address, bytes });
  return address;
}
