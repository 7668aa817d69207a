import { seededRandom } from '../../lib/core/random.ts';
import type { Examples, ModelKind } from '../../lib/models/model.ts';

export const classCount = 3;

/** Seeded rows of a made-up problem, some of each class; blocks of seven rows. */
export function someExamples(
  kind: ModelKind,
  { rowCount = 23, inputs = 4, weighted = false, blockRows = 7, seed = 1 } = {},
): Examples {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: rowCount * inputs }, () => random.normal());
  const targets = Float64Array.from({ length: rowCount }, (_, row) => {
    if (kind === 'linear') return random.normal() * 3 + 1;
    return kind === 'logistic' ? random.nextInt(2) : row % classCount;
  });
  const weights = weighted ? Float64Array.from({ length: rowCount }, () => random.nextInt(4) / 2) : undefined;
  return {
    features: { rowCount, columnCount: inputs, data },
    targets,
    ...(weights && { weights }),
    blockOffsets: blocksOf(rowCount, blockRows),
  };
}

export function blocksOf(rowCount: number, blockRows: number): Int32Array {
  const starts = Array.from({ length: Math.ceil(rowCount / blockRows) }, (_, block) => block * blockRows);
  return Int32Array.of(...starts, rowCount);
}

/** Parameters that are neither zero nor at the optimum. */
export function someParameters(length: number, seed = 5): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => random.normal() / 2);
}
