// Scores of a linear model: intercept + Σ coefficient · feature of each row and output, as linear-pass.ts forms them, to
// the bit; lib/models/row-tile.ts is the same in plain TypeScript.
//
// Memory: scores[row, output], float64; the class below describes the rest. A share is 4,096 rows.
//
// Why so: all outputs pass over 64 rows while these are in the first-level cache, so rows come from memory once, however many
// outputs there are. Four rows are scored at a time, so no addition waits for the one before (shared/dot-product.ts).
import { scoreRows } from './shared/dot-product';

const shareRows: i32 = 4096;
const tileRows: i32 = 64;

/** lib/kernels/linear-scores.ts writes it. */
@unmanaged
class LinearScores {
  /** float32, shape [rows, inputs]. */
  features!: usize;
  /** float64: coefficients [outputs, inputs], intercepts [outputs]. */
  parameters!: usize;
  /** float64, shape [rows, outputs]. */
  scores!: usize;
  rows!: i32;
  inputs!: i32;
  outputs!: i32;
}

/** Writes the scores of rows [4,096 · share, 4,096 · (share + 1)). */
export function scoreShare(description: usize, share: i32, _scratch: usize): void {
  const plan = changetype<LinearScores>(description);
  const inputs = plan.inputs;
  const outputs = plan.outputs;
  const intercepts = plan.parameters + (<usize>(inputs * outputs) << 3);
  const end = min(plan.rows, (share + 1) * shareRows);
  for (let row = share * shareRows; row < end; row += tileRows) {
    const count = min(tileRows, end - row);
    const features = plan.features + (<usize>row * inputs << 2);
    const scores = plan.scores + (<usize>row * outputs << 3);
    for (let k = 0; k < outputs; k++) {
      const coefficients = plan.parameters + (<usize>(k * inputs) << 3);
      const intercept = load<f64>(intercepts + (<usize>k << 3));
      scoreRows(features, count, inputs, coefficients, intercept, scores + (<usize>k << 3), <usize>outputs << 3);
    }
  }
}
