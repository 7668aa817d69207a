import { InputError } from '../../core/errors.ts';
import { blockMoments, quantile } from '../../core/statistics.ts';
import type { ImputeOption, NumberEncoding } from '../feature-encoding.ts';
import { mostFrequentValue } from '../most-frequent.ts';
import type { NumberColumn } from '../table.ts';
import type { CellEncoder } from './cell-encoder.ts';
import type { Choices, FitContext } from './fit-context.ts';
import { applyScaling, fitScaling } from './scaling.ts';

/** Fits what takes the place of missing cells, then the scaling, imputed cells included. */
export function fitNumber({ rows, offsets }: FitContext, column: NumberColumn, choices: Choices): NumberEncoding {
  const { name, values } = column;
  // Adding zero turns -0, which JSON can't hold, into 0.
  const impute = imputedNumber(values, rows, offsets, choices.impute, name) + 0;
  if (!Number.isFinite(impute)) {
    throw new InputError(
      `column ${JSON.stringify(name)}: expected numbers whose squares can be summed, found larger ones`,
      { advice: 'Mend the cells, divide them by a constant, or leave the column out' },
    );
  }
  const filled = Float64Array.from(rows, (row) => (Number.isNaN(values[row]) ? impute : values[row]));
  return { kind: 'number', name, impute, ...fitScaling(filled, offsets, choices.scale, name) };
}

/**
 * What takes the place of a missing number.
 *
 * @see scikit-learn 1.2, SimpleImputer
 */
export function imputedNumber(
  values: Float64Array,
  rows: Int32Array,
  offsets: Int32Array,
  option: ImputeOption,
  name: string,
): number {
  if (option === 'mean') return blockMoments(values, rows, offsets).mean;
  if (option === 'mostFrequent') return mostFrequentValue(values, rows);
  if (option === 'median') {
    const present = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
    return quantile(present.sort(), 0.5);
  }
  if (typeof option.constant === 'number') return option.constant;
  throw new InputError(
    `column ${JSON.stringify(name)}, impute: expected a number as constant, found ${JSON.stringify(option.constant)}`,
  );
}

export function numberEncoder(feature: NumberEncoding): CellEncoder {
  return {
    width: 1,
    number: (value) => Math.fround(applyScaling(feature, Number.isNaN(value) ? feature.impute : value)),
  };
}
