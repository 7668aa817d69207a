import { type LinearRows, paddedColumns } from './linear-pass.ts';

/**
 * assembly/linear-curvature.ts in plain TypeScript: adds rows [from, end), a block, to `sums`, shape [padded, padded].
 *
 * @param curvatures float64, of each row
 */
export function addCurvature(
  { inputs, features, weights }: LinearRows,
  curvatures: Float64Array,
  from: number,
  end: number,
  sums: Float64Array,
): void {
  const padded = paddedColumns(inputs);
  const tile = Math.max(4, Math.min(64, Math.floor(4096 / padded)));
  const wide = (row: number, j: number) => (j < inputs ? features[row * inputs + j] : 1);
  for (let first = from; first < end; first += tile) {
    const last = Math.min(first + tile, end);
    for (let i = 0; i <= inputs; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let row = first; row < last; row++) {
          const factor = Math.fround(weights ? curvatures[row] * weights[row] : curvatures[row]);
          sum = Math.fround(sum + Math.fround(Math.fround(wide(row, i) * factor) * wide(row, j)));
        }
        sums[i * padded + j] += sum;
      }
    }
  }
}
