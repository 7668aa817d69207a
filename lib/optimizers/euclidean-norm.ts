import type { Vector } from '../core/vector.ts';

/** Sums of squares from here up have not lost digits to underflow. */
const safeSum = 1e-280;

/**
 * Euclidean norm of a vector, right also where its squares leave the range of floats.
 *
 * NaN or Infinity when an element is; 0 for an empty vector.
 */
export function euclideanNorm(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return sum >= safeSum && sum < Infinity ? Math.sqrt(sum) : scaledNorm(vector);
}

/** Squares relative to the largest element neither overflow nor all vanish. */
function scaledNorm(vector: Vector): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]));
  if (!(largest > 0 && largest < Infinity)) return largest;

  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] / largest) * (vector[i] / largest);
  return largest * Math.sqrt(sum);
}
