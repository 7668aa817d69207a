import { isSparse } from '../core/sparse-matrix.ts';
import type { Features } from './model.ts';

/** Writes one row's features, dense, over `target` from `offset`. */
export function copyRow(features: Features, row: number, target: Float32Array | Float64Array, offset: number): void {
  const { columnCount, data } = features;
  if (!isSparse(features)) {
    const from = row * columnCount;
    for (let j = 0; j < columnCount; j++) target[offset + j] = data[from + j];
    return;
  }
  const { rowStarts, columns } = features;
  target.fill(0, offset, offset + columnCount);
  for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) target[offset + columns[at]] = data[at];
}
