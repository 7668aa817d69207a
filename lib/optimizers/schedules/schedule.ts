/**
 * What to multiply the learning rate by at a step, counted from 0.
 *
 * A function of the step alone, so that a checkpoint needs nothing but the step; what looks at the loss instead is a
 * rule of its own, `reduceOnPlateau`. Lengths are in steps: multiply epochs by an objective's `stepsPerEpoch`.
 */
export type Schedule = (step: number) => number;
