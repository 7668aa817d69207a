/**
 * Names the arithmetic that turns data and a request into a model's bits.
 *
 * It is part of every run's and version's name. Raise it with any change that alters the bits of a model; a test with
 * kept hashes fails when the bits change and it does not.
 */
export const recipe = 3;
