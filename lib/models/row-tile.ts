/**
 * Room for a few rows on their way through a pass: small enough that their features stay in the cache between the
 * scores and the gradient.
 */
export interface RowTile {
  /** Rows it has room for; a multiple of four. */
  size: number;
  inputs: number;
  outputs: number;
  /** Which rows of the matrix, shape [size]. */
  rows: Int32Array;
  targets: Float64Array;
  /** Shape [size, outputs]. */
  scores: Float64Array;
  losses: Float64Array;
  /** d loss / d score, shape [size, outputs]. */
  slopes: Float64Array;
}

/** Bytes of features that a tile aims at: half of a small first-level cache. */
const tileBytes = 16 * 1024;

export function rowTile(inputs: number, outputs: number): RowTile {
  const fitting = Math.floor(tileBytes / (4 * Math.max(1, inputs)));
  const size = Math.max(4, Math.min(256, fitting - (fitting % 4)));
  return {
    size,
    inputs,
    outputs,
    rows: new Int32Array(size),
    targets: new Float64Array(size),
    scores: new Float64Array(size * outputs),
    losses: new Float64Array(size),
    slopes: new Float64Array(size * outputs),
  };
}

/**
 * Writes the scores of the tile's rows: (Σ over even columns + Σ over odd columns) + intercept, each Σ from the left, as the
 * two lanes of a vector in lib/kernels have it.
 *
 * Two rows go at once: their sums wait for their own last addition only. So the bits are those of one row at a time.
 *
 * @param data the whole matrix, row-major
 * @param parameters coefficients [outputs, inputs], then intercepts [outputs]
 */
export function linearScores(
  { rows, inputs, outputs, scores }: RowTile,
  count: number,
  data: Float32Array | Float64Array,
  parameters: Float64Array,
): void {
  const pairsEnd = inputs - (inputs % 2);
  for (let k = 0; k < outputs; k++) {
    const [from, intercept] = [k * inputs, parameters[outputs * inputs + k]];
    let i = 0;
    for (; i + 2 <= count; i += 2) {
      const [a, b] = [rows[i] * inputs, rows[i + 1] * inputs];
      let [evenA, oddA, evenB, oddB] = [0, 0, 0, 0];
      let j = 0;
      for (; j < pairsEnd; j += 2) {
        const [even, odd] = [parameters[from + j], parameters[from + j + 1]];
        evenA += even * data[a + j];
        oddA += odd * data[a + j + 1];
        evenB += even * data[b + j];
        oddB += odd * data[b + j + 1];
      }
      if (j < inputs) {
        evenA += parameters[from + j] * data[a + j];
        evenB += parameters[from + j] * data[b + j];
      }
      scores[i * outputs + k] = evenA + oddA + intercept;
      scores[(i + 1) * outputs + k] = evenB + oddB + intercept;
    }
    if (i < count) {
      const a = rows[i] * inputs;
      let [even, odd] = [0, 0];
      for (let j = 0; j < inputs; j++) {
        if (j % 2 === 0) even += parameters[from + j] * data[a + j];
        else odd += parameters[from + j] * data[a + j];
      }
      scores[i * outputs + k] = even + odd + intercept;
    }
  }
}

/**
 * Adds slope ⊗ (row, 1) of each of the tile's rows to a gradient in the layout of the parameters, rows in order.
 *
 * Four rows go at once, so that each sum is loaded and stored once for the four; they are added from the left, which
 * gives the bits of one row at a time.
 */
export function addOuterProducts(
  { rows, inputs, outputs, slopes }: RowTile,
  count: number,
  data: Float32Array | Float64Array,
  gradient: Float64Array,
  offset: number,
): void {
  for (let k = 0; k < outputs; k++) {
    const [from, interceptAt] = [offset + k * inputs, offset + outputs * inputs + k];
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const [a, b, c, d] = [rows[i] * inputs, rows[i + 1] * inputs, rows[i + 2] * inputs, rows[i + 3] * inputs];
      const [ra, rb, rc, rd] = [
        slopes[i * outputs + k],
        slopes[(i + 1) * outputs + k],
        slopes[(i + 2) * outputs + k],
        slopes[(i + 3) * outputs + k],
      ];
      for (let j = 0; j < inputs; j++) {
        gradient[from + j] =
          gradient[from + j] + ra * data[a + j] + rb * data[b + j] + rc * data[c + j] + rd * data[d + j];
      }
      gradient[interceptAt] = gradient[interceptAt] + ra + rb + rc + rd;
    }
    for (; i < count; i++) {
      const [a, slope] = [rows[i] * inputs, slopes[i * outputs + k]];
      for (let j = 0; j < inputs; j++) gradient[from + j] += slope * data[a + j];
      gradient[interceptAt] += slope;
    }
  }
}
