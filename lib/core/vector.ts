/** A dense vector of float64: parameters, gradients, sums. */
export type Vector = Float64Array;
