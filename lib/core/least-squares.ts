import { InputError } from './errors.ts';
import type { Vector } from './vector.ts';

/** Rows on their way into a factorisation: small enough to stay in the cache. */
const batchRows = 128;

/** A least-squares problem, met row by row; all that is kept of the rows is a triangle. */
export interface LeastSquares {
  /** Unknowns. */
  readonly width: number;
  /**
   * Takes a row in: the equation Σ values[from + j]·xⱼ = target, times `scale`.
   *
   * @param last what stands behind the values, as the 1 of an intercept; left out when there is none
   */
  add(values: ArrayLike<number>, from: number, target: number, scale?: number, last?: number): void;
  /** Takes in all rows that `other` took in. Leaves `other` as it is. */
  merge(other: LeastSquares): void;
  /**
   * The x with the least Σ(row·x − target)²; where many have it, the shortest of them.
   *
   * @param tolerance a column whose part outside the span of the others is below this share of it counts as dependent
   */
  solve(options?: { tolerance?: number }): Vector;
  /** The triangle R of the rows so far, the targets its last column, row-major, shape [width + 1, width + 1]. */
  triangle(): Float64Array;
}

/**
 * Least squares by orthogonal reflections: [X y] = Q·R, of which R alone is kept.
 *
 * Rows are reflected into R a batch at a time, so that any number of them takes the room of a few, and no product XᵀX is
 * formed, which would square the condition number. The triangle is solved with column pivoting, columns scaled to length
 * one, and a complete orthogonal decomposition where it has not full rank.
 *
 * @param width unknowns, the intercept among them
 * @see Golub & Van Loan 2013, Matrix Computations, sections 5.2, 5.4 and 5.5; Demmel et al. 2012, SIAM J. Sci. Comput.
 *   34(1), for the reduction by blocks
 */
export function leastSquares(width: number): LeastSquares {
  const columns = width + 1;
  const r = new Float64Array(columns * columns);
  // Column by column, so that a reflection runs along memory.
  const batch = new Float64Array(columns * batchRows);
  let held = 0;

  function flush(): void {
    if (held > 0) absorb(r, batch, columns, held);
    held = 0;
  }

  return {
    width,
    add(values, from, target, scale = 1, last) {
      const given = last === undefined ? width : width - 1;
      for (let j = 0; j < given; j++) batch[j * batchRows + held] = scale * values[from + j];
      if (last !== undefined) batch[given * batchRows + held] = scale * last;
      batch[width * batchRows + held] = scale * target;
      if (++held === batchRows) flush();
    },
    merge(other) {
      if (other.width !== width) throw new InputError(`merge: expected ${width} unknowns, found ${other.width}`);
      const rows = other.triangle();
      flush();
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < columns; j++) batch[j * batchRows + held] = rows[i * columns + j];
        if (++held === batchRows) flush();
      }
      flush();
    },
    solve({ tolerance = 4 * width * Number.EPSILON } = {}) {
      flush();
      return solveTriangle(r, width, tolerance);
    },
    triangle() {
      flush();
      return r.slice();
    },
  };
}

/** Reflects the rows of a batch into the triangle, column by column, and leaves rubbish in the batch. */
function absorb(r: Float64Array, batch: Float64Array, columns: number, count: number): void {
  for (let j = 0; j < columns; j++) {
    const at = j * batchRows;
    const diagonal = r[j * columns + j];
    let squares = 0;
    for (let i = 0; i < count; i++) squares += batch[at + i] * batch[at + i];
    if (squares === 0) continue;
    // The vector v of the reflection is (pivot, the column below); the new diagonal has the sign that does not cancel.
    const length = Math.sqrt(diagonal * diagonal + squares);
    const reflected = diagonal > 0 ? -length : length;
    const pivot = diagonal - reflected;
    const factor = 2 / (pivot * pivot + squares);
    r[j * columns + j] = reflected;
    for (let k = j + 1; k < columns; k++) {
      const other = k * batchRows;
      let product = pivot * r[j * columns + k];
      for (let i = 0; i < count; i++) product += batch[at + i] * batch[other + i];
      const share = factor * product;
      r[j * columns + k] -= share * pivot;
      for (let i = 0; i < count; i++) batch[other + i] -= share * batch[at + i];
    }
  }
}

function solveTriangle(r: Float64Array, width: number, tolerance: number): Vector {
  const columns = width + 1;
  // Column-major copies: a of the unknowns, each of length one, and b of the targets.
  const a = new Float64Array(width * width);
  const b = new Float64Array(width);
  const lengths = new Float64Array(width);
  const order = Int32Array.from({ length: width }, (_, j) => j);
  for (let j = 0; j < width; j++) {
    let squares = 0;
    for (let i = 0; i <= j; i++) squares += r[i * columns + j] * r[i * columns + j];
    lengths[j] = Math.sqrt(squares);
    for (let i = 0; i <= j; i++) a[j * width + i] = lengths[j] === 0 ? 0 : r[i * columns + j] / lengths[j];
  }
  for (let i = 0; i < width; i++) b[i] = r[i * columns + width];

  const rank = pivotedTriangle(a, b, order, width, tolerance);
  return rank === width
    ? backSubstitution(a, b, order, lengths, width)
    : shortestSolution(a, b, order, lengths, width, rank);
}

/** Makes `a` upper triangular by reflections, the longest column first, and `b` with it; answers the rank. */
function pivotedTriangle(
  a: Float64Array,
  b: Float64Array,
  order: Int32Array,
  width: number,
  tolerance: number,
): number {
  for (let step = 0; step < width; step++) {
    let [best, longest] = [step, -1];
    for (let j = step; j < width; j++) {
      let squares = 0;
      for (let i = step; i < width; i++) squares += a[j * width + i] * a[j * width + i];
      if (squares > longest) [best, longest] = [j, squares];
    }
    if (best !== step) swapColumns(a, order, width, best, step);
    const length = Math.sqrt(longest);
    if (!(length > tolerance)) return step;

    const at = step * width;
    const reflected = a[at + step] > 0 ? -length : length;
    const factor = 1 / (longest - a[at + step] * reflected);
    a[at + step] -= reflected;
    for (let j = step + 1; j < width; j++) reflect(a, at, a, j * width, step, width, factor);
    reflect(a, at, b, 0, step, width, factor);
    a[at + step] = reflected;
  }
  return width;
}

/** target −= factor·v·(vᵀ·target), over rows from `from`. */
function reflect(
  v: Float64Array,
  at: number,
  target: Float64Array,
  column: number,
  from: number,
  end: number,
  factor: number,
): void {
  let product = 0;
  for (let i = from; i < end; i++) product += v[at + i] * target[column + i];
  const share = factor * product;
  for (let i = from; i < end; i++) target[column + i] -= share * v[at + i];
}

function swapColumns(a: Float64Array, order: Int32Array, width: number, one: number, other: number): void {
  for (let i = 0; i < width; i++) {
    const kept = a[one * width + i];
    a[one * width + i] = a[other * width + i];
    a[other * width + i] = kept;
  }
  const kept = order[one];
  order[one] = order[other];
  order[other] = kept;
}

function backSubstitution(
  a: Float64Array,
  b: Float64Array,
  order: Int32Array,
  lengths: Float64Array,
  width: number,
): Vector {
  const solution = new Float64Array(width);
  for (let i = width - 1; i >= 0; i--) {
    const z = b[i] / a[i * width + i];
    for (let k = 0; k < i; k++) b[k] -= a[i * width + k] * z;
    solution[order[i]] = z / lengths[order[i]];
  }
  return solution;
}

/**
 * The shortest x with C·x = b, where the rows of C are the first `rank` of the triangle, in the columns' own order and
 * lengths: by reflections of Cᵀ, whose triangle L has L·y = b for x = Q·y.
 */
function shortestSolution(
  a: Float64Array,
  b: Float64Array,
  order: Int32Array,
  lengths: Float64Array,
  width: number,
  rank: number,
): Vector {
  // Column i of Cᵀ is row i of the triangle.
  const c = new Float64Array(rank * width);
  for (let i = 0; i < rank; i++)
    for (let j = i; j < width; j++) c[i * width + order[j]] = a[j * width + i] * lengths[order[j]];

  const diagonal = new Float64Array(rank);
  const factors = new Float64Array(rank);
  for (let step = 0; step < rank; step++) {
    const at = step * width;
    let squares = 0;
    for (let i = step; i < width; i++) squares += c[at + i] * c[at + i];
    const length = Math.sqrt(squares);
    diagonal[step] = c[at + step] > 0 ? -length : length;
    factors[step] = 1 / (squares - c[at + step] * diagonal[step]);
    c[at + step] -= diagonal[step];
    for (let j = step + 1; j < rank; j++) reflect(c, at, c, j * width, step, width, factors[step]);
  }
  const solution = new Float64Array(width);
  for (let i = 0; i < rank; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= c[i * width + k] * solution[k];
    solution[i] = sum / diagonal[i];
  }
  for (let step = rank - 1; step >= 0; step--) reflect(c, step * width, solution, 0, step, width, factors[step]);
  return solution;
}
