import { expect, test } from 'vitest';
import * as hone from '../lib/index.ts';

test('the library minimises a function of its own user, by a rule of its own user', () => {
  // (x − 3)² + (y + 1)², whose least value is 0 at (3, −1).
  const bowl: hone.Objective = {
    length: 2,
    stepsPerEpoch: 1,
    evaluate([x, y], gradient) {
      gradient[0] = 2 * (x - 3);
      gradient[1] = 2 * (y + 1);
      return (x - 3) ** 2 + (y + 1) ** 2;
    },
  };
  const halfway: hone.Rule<Record<string, never>> = {
    init: () => ({}),
    update: (gradient) => {
      for (let i = 0; i < gradient.length; i++) gradient[i] *= -0.25;
    },
  };
  for (const rule of [halfway, hone.gd({ learningRate: 0.1 }), hone.chain(hone.clipByNorm(1), hone.scale(-0.1))]) {
    const solution = hone.minimise(bowl, {
      rule: rule as hone.Rule,
      initial: new Float64Array(2),
      stop: { steps: 5000, gradientNorm: 1e-9 },
    });
    expect(solution.status).toBe('converged');
    expect(solution.parameters[0]).toBeCloseTo(3, 8);
    expect(solution.parameters[1]).toBeCloseTo(-1, 8);
  }
});

test('the errors keep their names, which workflows match, however the code is bundled', () => {
  const { InputError, NotFoundError, ConflictError, NumericError, StoreError } = hone;
  const named = { InputError, NotFoundError, ConflictError, NumericError, StoreError };
  for (const [name, Named] of Object.entries(named)) expect(new Named('x').name).toBe(name);
  expect(new hone.InputError('what', { advice: 'Do this' }).message).toBe('what. Do this');
});
