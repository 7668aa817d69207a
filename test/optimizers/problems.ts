import type { Objective } from '../../lib/core/objective.ts';

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

/** ½ xᵀAx − bᵀx. */
export function quadratic(a: number[][], b: number[]): Objective {
  return {
    length: b.length,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      let loss = 0;
      for (let i = 0; i < b.length; i++) {
        let product = 0;
        for (let j = 0; j < b.length; j++) product += a[i][j] * parameters[j];
        gradient[i] = product - b[i];
        loss += parameters[i] * (0.5 * product - b[i]);
      }
      return loss;
    },
  };
}

/** (a − x)² + b·(y − x²)². */
export function rosenbrock(a: number, b: number): Objective {
  return {
    length: 2,
    stepsPerEpoch: 1,
    evaluate([x, y], gradient) {
      gradient[0] = -2 * (a - x) - 4 * b * x * (y - x * x);
      gradient[1] = 2 * b * (y - x * x);
      return (a - x) ** 2 + b * (y - x * x) ** 2;
    },
  };
}

/** mean log(1 + e^(−s·x·w)), s = ±1, in float64 throughout and without intercept. */
export function signedLogistic(rows: number[][], labels: number[]): Objective {
  return {
    length: rows[0].length,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      gradient.fill(0);
      let loss = 0;
      rows.forEach((row, i) => {
        const sign = labels[i] === 1 ? 1 : -1;
        const margin = sign * row.reduce((sum, x, j) => sum + x * parameters[j], 0);
        loss += Math.log1p(Math.exp(-margin)) / rows.length;
        for (let j = 0; j < row.length; j++) gradient[j] -= (sign * row[j]) / (1 + Math.exp(margin)) / rows.length;
      });
      return loss;
    },
  };
}
