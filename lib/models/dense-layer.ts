/** Where a dense layer stands in the flat parameters: weights, shape [outputs, inputs], then biases, shape [outputs]. */
export interface DenseLayer {
  inputs: number;
  outputs: number;
  weightsAt: number;
  biasesAt: number;
}

// All arithmetic of dense layers stands in these three functions. Each sum runs over its terms in their order, whatever
// the number of rows that are handed over, so the bits do not depend on how rows are cut into tiles.

/**
 * z = x·Wᵀ + b for `count` rows.
 *
 * @param x shape [count, inputs], row-major
 * @param z written, shape [count, outputs]
 */
export function denseForward(
  { inputs, outputs, weightsAt, biasesAt }: DenseLayer,
  parameters: Float64Array,
  x: Float64Array,
  z: Float64Array,
  count: number,
): void {
  for (let k = 0; k < outputs; k++) {
    const from = weightsAt + k * inputs;
    const bias = parameters[biasesAt + k];
    let i = 0;
    // Four rows at once: each weight is loaded once for the four, and no sum waits for another.
    for (; i + 4 <= count; i += 4) {
      const a = i * inputs;
      const b = a + inputs;
      const c = b + inputs;
      const d = c + inputs;
      let za = bias;
      let zb = bias;
      let zc = bias;
      let zd = bias;
      for (let j = 0; j < inputs; j++) {
        const weight = parameters[from + j];
        za += weight * x[a + j];
        zb += weight * x[b + j];
        zc += weight * x[c + j];
        zd += weight * x[d + j];
      }
      z[i * outputs + k] = za;
      z[(i + 1) * outputs + k] = zb;
      z[(i + 2) * outputs + k] = zc;
      z[(i + 3) * outputs + k] = zd;
    }
    for (; i < count; i++) {
      let sum = bias;
      for (let j = 0; j < inputs; j++) sum += parameters[from + j] * x[i * inputs + j];
      z[i * outputs + k] = sum;
    }
  }
}

/**
 * Adds to `sums`, in the layout of the parameters from `offset`, the gradient Σ slope ⊗ x and Σ slope, rows in order.
 *
 * @param slopes d loss / d z, shape [count, outputs]
 */
export function addDenseGradient(
  { inputs, outputs, weightsAt, biasesAt }: DenseLayer,
  x: Float64Array,
  slopes: Float64Array,
  count: number,
  sums: Float64Array,
  offset: number,
): void {
  for (let k = 0; k < outputs; k++) {
    const from = offset + weightsAt + k * inputs;
    const biasAt = offset + biasesAt + k;
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const a = i * inputs;
      const b = a + inputs;
      const c = b + inputs;
      const d = c + inputs;
      const sa = slopes[i * outputs + k];
      const sb = slopes[(i + 1) * outputs + k];
      const sc = slopes[(i + 2) * outputs + k];
      const sd = slopes[(i + 3) * outputs + k];
      for (let j = 0; j < inputs; j++)
        sums[from + j] = sums[from + j] + sa * x[a + j] + sb * x[b + j] + sc * x[c + j] + sd * x[d + j];
      sums[biasAt] = sums[biasAt] + sa + sb + sc + sd;
    }
    for (; i < count; i++) {
      const slope = slopes[i * outputs + k];
      for (let j = 0; j < inputs; j++) sums[from + j] += slope * x[i * inputs + j];
      sums[biasAt] += slope;
    }
  }
}

/**
 * Slopes of the layer's inputs, slopes·W.
 *
 * @param slopes d loss / d z, shape [count, outputs]
 * @param inputSlopes written, d loss / d x, shape [count, inputs]
 */
export function denseBackward(
  { inputs, outputs, weightsAt }: DenseLayer,
  parameters: Float64Array,
  slopes: Float64Array,
  inputSlopes: Float64Array,
  count: number,
): void {
  inputSlopes.fill(0, 0, count * inputs);
  for (let i = 0; i < count; i++) {
    const at = i * inputs;
    for (let k = 0; k < outputs; k++) {
      const slope = slopes[i * outputs + k];
      // Half of the units of a relu layer are silent.
      if (slope === 0) continue;
      const from = weightsAt + k * inputs;
      for (let j = 0; j < inputs; j++) inputSlopes[at + j] += slope * parameters[from + j];
    }
  }
}
