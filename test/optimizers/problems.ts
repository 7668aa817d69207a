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

/** Σ (1 − xᵢ)² + 100·(xᵢ₊₁ − xᵢ²)², least at ones: a long curved valley in several variables. */
export function valley(length = 6): Objective {
  return {
    length,
    stepsPerEpoch: 1,
    evaluate(x, gradient) {
      gradient.fill(0);
      let loss = 0;
      for (let i = 0; i + 1 < length; i++) {
        const rise = x[i + 1] - x[i] * x[i];
        loss += (1 - x[i]) ** 2 + 100 * rise * rise;
        gradient[i] += -2 * (1 - x[i]) - 400 * x[i] * rise;
        gradient[i + 1] += 200 * rise;
      }
      return loss;
    },
    hessian(x, gradient, hessian) {
      hessian.fill(0);
      for (let i = 0; i + 1 < length; i++) {
        hessian[i * length + i] += 2 - 400 * (x[i + 1] - 3 * x[i] * x[i]);
        hessian[(i + 1) * length + i + 1] += 200;
        hessian[i * length + i + 1] = hessian[(i + 1) * length + i] = -400 * x[i];
      }
      return this.evaluate(x, gradient, 0);
    },
  };
}

/** The same objective with second derivatives, by central differences of its gradient. */
export function withHessian(objective: Objective): Objective {
  const { length } = objective;
  const [above, below] = [new Float64Array(length), new Float64Array(length)];
  return {
    ...objective,
    hessian(parameters, gradient, hessian) {
      const at = parameters.slice();
      for (let j = 0; j < length; j++) {
        const width = 1e-5 * Math.max(1, Math.abs(parameters[j]));
        at[j] = parameters[j] + width;
        objective.evaluate(at, above, 0);
        at[j] = parameters[j] - width;
        objective.evaluate(at, below, 0);
        at[j] = parameters[j];
        for (let i = 0; i < length; i++) hessian[i * length + j] = (above[i] - below[i]) / (2 * width);
      }
      return objective.evaluate(parameters, gradient, 0);
    },
  };
}
