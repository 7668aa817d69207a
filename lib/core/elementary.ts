/**
 * exp, log, pow and their kin with the same bits on every machine.
 *
 * The `Math` forms of a JavaScript engine differ in the last bits between x86-64 and arm64, and between versions.
 * These are built from + - * /, comparisons and table look-ups alone, which IEEE 754 leaves no freedom; so a model that
 * is trained with them has the same bits wherever it was trained.
 */
export { erf } from './elementary/error-function.ts';
export { exp, expm1 } from './elementary/exponential.ts';
export { tanh } from './elementary/hyperbolic.ts';
export { log, log1p } from './elementary/logarithm.ts';
export { pow } from './elementary/power.ts';
export { cos, sin } from './elementary/trigonometric.ts';
