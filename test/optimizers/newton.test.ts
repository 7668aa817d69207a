import { expect, test } from 'vitest';
import type { Objective } from '../../lib/core/objective.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { newton } from '../../lib/optimizers/newton.ts';

/** f(θ) = Σ i·(cosh(θᵢ − 1) − 1), i from 1, least at ones; `looks` has the places where its Hessian was asked for. */
function hangingChains(length: number): Objective & { looks: number[][] } {
  const looks: number[][] = [];
  return {
    length,
    looks,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      let loss = 0;
      for (let i = 0; i < length; i++) {
        gradient[i] = (i + 1) * Math.sinh(parameters[i] - 1);
        loss += (i + 1) * (Math.cosh(parameters[i] - 1) - 1);
      }
      return loss;
    },
    hessian(parameters, gradient, hessian) {
      looks.push([...parameters]);
      hessian.fill(0);
      for (let i = 0; i < length; i++) hessian[i * length + i] = (i + 1) * Math.cosh(parameters[i] - 1);
      return this.evaluate(parameters, gradient, 0);
    },
  };
}

test('a step that made the gradient a thousand times shorter is followed by one of the same Hessian', () => {
  const objective = hangingChains(3);
  const norms: number[] = [];
  const solution = minimise(objective, {
    rule: newton(),
    initial: Float64Array.of(2, 0.2, 1.5),
    stop: { epochs: 20, gradientNorm: 1e-13 },
    progressEvery: 1,
    onProgress: ({ gradientNorm }) => norms.push(gradientNorm),
  });
  norms.push(solution.gradientNorm);
  const shrunk = norms.slice(1).map((norm, i) => norm / norms[i] <= 1e-3);
  // No step follows the last one.
  const kept = shrunk.slice(0, -1).filter((isShort) => isShort).length;
  expect(kept).toBeGreaterThan(0);
  expect(objective.looks).toHaveLength(solution.steps - kept);
  for (const parameter of solution.parameters) expect(Math.abs(parameter - 1)).toBeLessThan(1e-13);
});

test('a kept Hessian that leads nowhere is computed again', () => {
  const objective = hangingChains(2);
  const hessian = objective.hessian?.bind(objective) as NonNullable<Objective['hessian']>;
  // Nearly flat at the parameters where the state's Hessian was taken: a step with it would overflow.
  const flat: Objective['hessian'] = (parameters, gradient, matrix) => {
    const loss = hessian(parameters, gradient, matrix);
    if (parameters[0] === 9) for (let i = 0; i < 4; i++) matrix[i] *= 1e-100;
    return loss;
  };
  const [parameters, gradient] = [Float64Array.of(1.5, 0.5), new Float64Array(2)];
  const point = { parameters, gradient, loss: objective.evaluate(parameters, gradient, 0) };
  const state = { step: 0, lookedAt: Float64Array.of(9, 9), isKept: 1 };
  expect(
    newton()
      .search({ ...objective, hessian: flat })
      .step(point, state),
  ).toBe('searched');
  expect(objective.looks).toEqual([
    [9, 9],
    [1.5, 0.5],
  ]);
  expect(point.loss).toBeLessThan(0.01);
});
