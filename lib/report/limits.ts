// Limits of what a report holds. They are apart from its schema, which takes long to load.

/** Most points of a curve that a report holds. */
export const curveLimit = 1000;

/** Most pairs of predicted and actual values that a report holds. */
export const predictionLimit = 2000;

/** Most slices that a report holds. */
export const sliceLimit = 100;

/** Most rows with large losses that a report holds. */
export const worstRowLimit = 100;

/** Most coefficients that a report holds. */
export const coefficientLimit = 50;
