import { exp, tanh } from '../core/elementary.ts';
import type { LinearRows, SingleActivation } from './linear-pass.ts';
import type { EvaluateLoss } from './single-linear-pass-reference.ts';

const tileRows = 32;

/** assembly/single-mlp-pass.ts in plain TypeScript: adds rows [from, end), a block or a batch, to the sums at `offset`. */
export function addSingleMlpRows(
  { inputs, outputs = 1, features, targets, weights }: LinearRows,
  { hidden, activation }: { hidden: readonly number[]; activation: SingleActivation },
  evaluate: EvaluateLoss,
  parameters: Float64Array,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
): void {
  const widths = [inputs, ...hidden, outputs];
  const starts = widths.map((_, i) => {
    let start = 0;
    for (let layer = 0; layer < i; layer++) start += (widths[layer] + 1) * widths[layer + 1];
    return start;
  });
  const weight = (layer: number, k: number, j: number) =>
    Math.fround(parameters[starts[layer] + k * widths[layer] + j]);
  const biasAt = (layer: number) => starts[layer] + widths[layer] * widths[layer + 1];
  const layers = widths.length - 1;

  for (let first = from; first < end; first += tileRows) {
    const rows = Array.from({ length: Math.min(tileRows, end - first) }, (_, i) => first + i);
    // units[layer][i][j]: what goes into a layer; the scores last.
    const units = [rows.map((row) => Array.from(features.subarray(row * inputs, (row + 1) * inputs)))];
    for (let layer = 0; layer < layers; layer++) {
      units.push(
        units[layer].map((unit) =>
          Array.from({ length: widths[layer + 1] }, (_, k) => {
            let sum = Math.fround(parameters[biasAt(layer) + k]);
            for (let j = 0; j < unit.length; j++) sum = Math.fround(sum + Math.fround(unit[j] * weight(layer, k, j)));
            return layer + 1 < layers ? unitOf(activation, sum) : sum;
          }),
        ),
      );
    }
    const scores = Float64Array.from(units[layers].flat());
    const [losses, wide] = [new Float64Array(rows.length), new Float64Array(scores.length)];
    evaluate(scores, targets.slice(first, first + rows.length), rows.length, outputs, losses, wide);
    let loss = 0;
    let slopes = rows.map((row, i) => {
      const share = weights ? weights[row] : 1;
      loss += losses[i] * share;
      return Array.from({ length: outputs }, (_, k) => Math.fround(wide[i * outputs + k] * share));
    });
    sums[offset + starts[layers]] += loss;
    for (let layer = layers - 1; layer >= 0; layer--) {
      for (let k = 0; k < widths[layer + 1]; k++) {
        for (let j = 0; j < widths[layer]; j++) {
          let sum = 0;
          for (const [i, unit] of units[layer].entries()) sum = Math.fround(sum + Math.fround(slopes[i][k] * unit[j]));
          sums[offset + starts[layer] + k * widths[layer] + j] += sum;
        }
        for (const slope of slopes) sums[offset + biasAt(layer) + k] += slope[k];
      }
      if (layer === 0) break;
      slopes = slopes.map((slope, i) =>
        units[layer][i].map((unit, j) => {
          let sum = 0;
          for (let k = 0; k < slope.length; k++) sum = Math.fround(sum + Math.fround(slope[k] * weight(layer, k, j)));
          return slopeOf(activation, unit, sum);
        }),
      );
    }
  }
}

function unitOf(activation: SingleActivation, sum: number): number {
  // Of -0, as of NaN, nothing is made.
  if (activation === 'relu') return sum >= 0 || Number.isNaN(sum) ? sum : 0;
  if (activation === 'tanh') return Math.fround(tanh(sum));
  const small = exp(-Math.abs(sum));
  return Math.fround((sum < 0 ? small : 1) / (1 + small));
}

function slopeOf(activation: SingleActivation, unit: number, slope: number): number {
  if (activation === 'relu') return unit <= 0 ? 0 : slope;
  const share =
    activation === 'tanh' ? Math.fround(1 - Math.fround(unit * unit)) : Math.fround(unit * Math.fround(1 - unit));
  return Math.fround(slope * share);
}
