import { expect, test } from 'vitest';
import type { Objective } from '../../lib/core/objective.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { valley } from './problems.ts';

/** A loss with a relative error of up to 5e-9 that depends on the bits of the parameters, as with products in float32. */
function imprecise(objective: Objective, noise: number | undefined): Objective & { asked: number } {
  const words = new Uint32Array(2);
  const value = new Float64Array(words.buffer);
  return {
    ...objective,
    noise,
    asked: 0,
    evaluate(parameters, gradient, step) {
      this.asked++;
      const loss = 1 + objective.evaluate(parameters, gradient, step);
      value[0] = parameters.reduce((sum, parameter) => sum + parameter, 0);
      const drawn = (Math.imul(words[0] ^ words[1], 2654435761) >>> 0) / 2 ** 32;
      return loss * (1 + 1e-8 * (drawn - 0.5));
    },
  };
}

function fitted(noise: number | undefined) {
  const objective = imprecise(valley(), noise);
  const { gradientNorm, reason } = minimise<unknown>(objective, {
    rule: lbfgs(),
    initial: Float64Array.of(-1, 2, 0, 1, -2, 0.5),
    stop: { epochs: 1000, gradientNorm: 1e-9 },
  });
  return { asked: objective.asked, gradientNorm, reason };
}

test('an objective that states the error of its loss reaches a gradient far below that, by slopes', () => {
  const told = fitted(1e-8);
  expect(told.gradientNorm).toBeLessThanOrEqual(1e-9);
  // An objective that does not state its error makes the search look for losses that are lower by chance.
  const untold = fitted(undefined);
  expect(untold.gradientNorm).toBeGreaterThan(1e-6);
  expect(told.asked).toBeLessThan(untold.asked);
});
