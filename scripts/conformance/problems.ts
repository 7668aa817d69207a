import type { Objective } from '../../lib/core/objective.ts';

/** ½ xᵀAx − bᵀx. */
export function quadratic(a: readonly (readonly number[])[], b: readonly number[]): Objective {
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
    evaluate(parameters, gradient) {
      const x = parameters[0];
      const y = parameters[1];
      gradient[0] = -2 * (a - x) - 4 * b * x * (y - x * x);
      gradient[1] = 2 * b * (y - x * x);
      return (a - x) * (a - x) + b * (y - x * x) * (y - x * x);
    },
  };
}

/** mean log(1 + e^(−s·x·w)), s = ±1, in float64 throughout and without intercept. */
export function signedLogistic(rows: readonly (readonly number[])[], labels: readonly number[]): Objective {
  return {
    length: rows[0].length,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      gradient.fill(0);
      let loss = 0;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const sign = labels[i] === 1 ? 1 : -1;
        let margin = 0;
        for (let j = 0; j < row.length; j++) margin += sign * row[j] * parameters[j];
        const small = Math.exp(-Math.abs(margin));
        loss += (Math.max(-margin, 0) + Math.log1p(small)) / rows.length;
        const slope = (-sign * ((margin > 0 ? small : 1) / (1 + small))) / rows.length;
        for (let j = 0; j < row.length; j++) gradient[j] += slope * row[j];
      }
      return loss;
    },
  };
}
