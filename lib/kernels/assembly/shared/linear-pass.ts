/** Where everything lies that a pass of a linear model needs; lib/kernels/linear-pass.ts writes it. */
@unmanaged
export class LinearPass {
  /** float32, shape [rows, inputs]. */
  features!: usize;
  /** float64, shape [rows]. */
  targets!: usize;
  /** float64, shape [rows], or 0 for none. */
  weights!: usize;
  /** int32, shape [blocks + 1]: the first row of each block. */
  blockOffsets!: usize;
  /** float64: coefficients [inputs], intercept. */
  parameters!: usize;
  /** float64, shape [blocks, inputs + 2]. */
  sums!: usize;
  inputs!: i32;
  loss!: i32;
  shape!: f64;
  smoothing!: f64;
  /** Scores of a row; more than 1 for single-softmax-pass.ts alone. Sums and parameters have as many of each. */
  outputs!: i32;
  /** For single-mlp-pass.ts alone: widths from the features to the scores, how many layers lie between them, activation. */
  widths!: usize;
  layers!: i32;
  activation!: i32;
}

/** Multiplies each row's loss and slope by its weight. */
export function weigh(weights: usize, count: i32, losses: usize, slopes: usize): void {
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 3;
    const weight = load<f64>(weights + offset);
    store<f64>(losses + offset, load<f64>(losses + offset) * weight);
    store<f64>(slopes + offset, load<f64>(slopes + offset) * weight);
  }
}
