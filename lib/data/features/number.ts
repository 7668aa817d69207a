import { InputError } from '../../core/errors.ts';
import { blockMoments, quantile } from '../../core/statistics.ts';
import type { ImputeOption, NumberEncoding, ScaleOption, Scaling } from '../feature-encoding.ts';
import { mostFrequentValue } from '../most-frequent.ts';
import { numberFacts } from '../number-facts.ts';
import type { NumberColumn } from '../table.ts';
import type { CellEncoder } from './encoded-cell.ts';
import type { Choices, FitContext } from './fit-context.ts';
import { applyScaling, fitScaling, standardScaling } from './scaling.ts';

/** Fits what takes the place of missing cells, then the scaling, imputed cells included. */
export function fitNumber(context: FitContext, column: NumberColumn, choices: Choices): NumberEncoding {
  const { name } = column;
  // Adding zero turns -0, which JSON can't hold, into 0.
  const impute = imputeOf(context, column, choices.impute) + 0;
  if (!Number.isFinite(impute)) {
    throw new InputError(
      `column ${JSON.stringify(name)}: expected numbers whose squares can be summed, found larger ones`,
      { advice: 'Mend the cells, divide them by a constant, or leave the column out' },
    );
  }
  const float32 = column.single && { float32: column.single };
  return { kind: 'number', name, impute, ...float32, ...scalingOf(context, column, impute, choices.scale) };
}

function scalingOf(
  { table, rows, offsets }: FitContext,
  column: NumberColumn,
  impute: number,
  scale: ScaleOption,
): Scaling {
  const { moments } = numberFacts(table, column, rows);
  if (scale === 'standard' && moments.count === rows.length) return standardScaling(moments, column.name);
  const { name, values } = column;
  const filled = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) filled[i] = Number.isNaN(values[rows[i]]) ? impute : values[rows[i]];
  return fitScaling(filled, offsets, scale, name);
}

function imputeOf({ table, rows, offsets }: FitContext, column: NumberColumn, option: ImputeOption): number {
  if (option === 'mean') return numberFacts(table, column, rows).moments.mean;
  return imputedNumber(column.values, rows, offsets, option, column.name);
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

/** A number is scaled; a missing one is imputed from the training rows. */
export function numberEncoder(feature: NumberEncoding): CellEncoder {
  return {
    width: 1,
    number: (value) => {
      const cell = feature.float32 ? Math.fround(value) : value;
      return Math.fround(applyScaling(feature, Number.isNaN(cell) ? feature.impute : cell));
    },
  };
}
