import type { LinearRows } from './linear-pass.ts';
import { type EvaluateLoss, scoreOf } from './single-linear-pass-reference.ts';

/** assembly/single-softmax-pass.ts in plain TypeScript: adds rows [from, end), a block, to the sums at `offset`. */
export function addSingleSoftmaxRows(
  { inputs, outputs = 1, features, targets, weights }: LinearRows,
  evaluate: EvaluateLoss,
  parameters: Float64Array,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
): void {
  const tile = Math.max(4, Math.min(64, Math.floor((48 * 1024) / (4 * Math.max(1, inputs)))));
  const short = Array.from({ length: outputs }, (_, k) =>
    Float32Array.of(...parameters.subarray(k * inputs, (k + 1) * inputs), parameters[outputs * inputs + k]),
  );
  for (let first = from; first < end; first += tile) {
    const rows = Array.from({ length: Math.min(tile, end - first) }, (_, i) => first + i);
    const scores = Float64Array.from(
      rows.flatMap((row) => short.map((coefficients) => scoreOf(features, row * inputs, inputs, coefficients))),
    );
    const [losses, slopes] = [new Float64Array(rows.length), new Float64Array(scores.length)];
    evaluate(scores, targets.slice(first, first + rows.length), rows.length, outputs, losses, slopes);
    for (const [i, row] of rows.entries()) {
      const weight = weights ? weights[row] : 1;
      sums[offset + outputs * (inputs + 1)] += losses[i] * weight;
      for (let k = 0; k < outputs; k++) {
        slopes[i * outputs + k] = Math.fround(slopes[i * outputs + k] * weight);
        sums[offset + outputs * inputs + k] += slopes[i * outputs + k];
      }
    }
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < inputs; j++) {
        let sum = 0;
        for (const [i, row] of rows.entries())
          sum = Math.fround(sum + Math.fround(slopes[i * outputs + k] * features[row * inputs + j]));
        sums[offset + k * inputs + j] += sum;
      }
    }
  }
}
