import { type Arena, arena } from './arena.ts';
import { homeOf, type KernelMemory } from './instantiate.ts';
import * as kernel from './linear-scores.generated.ts';
import { poolOf } from './pool.ts';
import { placeArray, writeStruct } from './struct.ts';

const shareRows = 4096;

/** In each memory, the arena in which scores are written before they are copied: it is used anew by each call. */
const rooms = new WeakMap<KernelMemory, Arena>();

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
  const room = rooms.get(home) ?? arena(home);
  rooms.set(home, room);
  room.reset();
  const scores = room.allocate(rowCount * outputs * 8);
  const description = writeStruct(room, {
    0: features.byteOffset,
    4: placeArray(room, parameters),
    8: scores,
    12: rowCount,
    16: inputs,
    20: outputs,
  });
  poolOf(home).run(kernel, 'scoreShare', description, Math.ceil(rowCount / shareRows), 64);
  return new Float64Array(home.memory.buffer, scores, rowCount * outputs).slice();
}
