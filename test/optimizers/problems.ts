import type { Objective } from '../../lib/core/objective.ts';

export { quadratic, rosenbrock, signedLogistic } from '../../scripts/conformance/problems.ts';

/** f(θ) = ½ Σ i·(θᵢ − 1)², i from 1: one full batch, least at ones. */
export function bowl(length = 3): Objective {
  return {
    length,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      let loss = 0;
      for (let i = 0; i < length; i++) {
        gradient[i] = (i + 1) * (parameters[i] - 1);
        loss += 0.5 * gradient[i] * (parameters[i] - 1);
      }
      return loss;
    },
  };
}

/** A bowl whose centre wobbles from batch to batch, by a function of the step alone. */
export function noisyBowl(stepsPerEpoch = 7): Objective {
  const length = 3;
  return {
    length,
    stepsPerEpoch,
    evaluate(parameters, gradient, step) {
      let loss = 0;
      for (let i = 0; i < length; i++) {
        const gap = parameters[i] - 1 - 0.1 * (((step * 37 + i * 11) % 13) / 13 - 0.5);
        gradient[i] = (i + 1) * gap;
        loss += 0.5 * gradient[i] * gap;
      }
      return loss;
    },
  };
}
