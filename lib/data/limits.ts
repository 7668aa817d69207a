import { usualReadLimits } from '../core/read-limits.ts';

/** How much a dataset may ask of the reader before it is refused, so that no object can exhaust the machine. */
export type ReadLimits = typeof usualReadLimits & {
  /** Most bytes of memory to work in. */
  memoryBytes: number;
  /** Most bytes of a disk for what does not fit in memory. */
  diskBytes: number;
};

/** The limits where none are given: memory and disk are not limited. */
export const defaultLimits: Readonly<ReadLimits> = {
  ...usualReadLimits,
  memoryBytes: Number.POSITIVE_INFINITY,
  diskBytes: Number.POSITIVE_INFINITY,
};

/** Bytes of output below which the ratio is not looked at: a small object of one repeated row is no bomb. */
export const ratioFloorBytes = 16 * 2 ** 20;
