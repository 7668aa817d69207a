import { InputError } from '../../core/errors.ts';
import type { DateEncoding, DatesOption, ImputeOption } from '../feature-encoding.ts';
import { type DatePart, dateOrderOf, datePart, datePartNames, parseDateTime } from '../schema/dates.ts';
import type { CategoryColumn } from '../table.ts';
import type { CellEncoder, EncodedCell } from './encoded-cell.ts';
import type { Choices, FitContext } from './fit-context.ts';
import { imputedNumber } from './number.ts';
import { applyScaling, fitScaling } from './scaling.ts';

/**
 * Fits the parts of a column of dates, UTC: those that differ between the training rows, each scaled on its own.
 *
 * @throws InputError when no training cell is a date
 */
export function fitDate(context: FitContext, column: CategoryColumn, choices: Choices): DateEncoding {
  const { rows, offsets } = context;
  const { name } = column;
  const used = new Set(rows.map((row) => column.codes[row]));
  const order = dateOrderOf(column.levels.filter((_, code) => used.has(code)));
  const seconds = secondsOf(column, order);
  if (rows.every((row) => Number.isNaN(seconds[row]))) {
    throw new InputError(`column ${JSON.stringify(name)}: expected dates, found none in the training rows`, {
      advice: 'See docs/data.md for the forms that are read',
    });
  }
  const impute = imputedNumber(seconds, rows, offsets, asSeconds(choices.impute), name) + 0;
  const parts: DateEncoding['parts'] = [];
  for (const part of partsOf(choices.dates)) {
    const values = Float64Array.from(rows, (row) => datePart(Number.isNaN(seconds[row]) ? impute : seconds[row], part));
    if (values.every((value) => value === values[0])) continue;
    parts.push({ part, ...fitScaling(values, offsets, choices.scale, name) });
  }
  return { kind: 'date', name, impute, order, parts };
}

/** A constant may be written as a date; what is none is refused as any text is. */
function asSeconds(option: ImputeOption): ImputeOption {
  if (typeof option !== 'object' || typeof option.constant === 'number') return option;
  const seconds = parseDateTime(option.constant);
  return Number.isNaN(seconds) ? option : { constant: seconds };
}

/** The instant of each row, in seconds since 1970; NaN where the cell is missing or no date. Shape [rowCount]. */
export function secondsOf({ codes, levels }: CategoryColumn, order = dateOrderOf(levels)): Float64Array {
  const ofCode = Float64Array.from(levels, (level) => parseDateTime(level, order));
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : ofCode[code]));
}

/** A date is its parts, such as the hour or the weekday, scaled; a text that is no date is imputed and marked as unknown. */
export function dateEncoder({ parts, order, impute }: DateEncoding): CellEncoder {
  const columns = parts.map((_, i) => i);
  const cellOf = (seconds: number): EncodedCell => ({
    columns,
    values: parts.map((scaling) => Math.fround(applyScaling(scaling, datePart(seconds, scaling.part)))),
  });
  return {
    width: parts.length,
    text(text) {
      const seconds = text === undefined ? Number.NaN : parseDateTime(text, order);
      if (!Number.isNaN(seconds)) return cellOf(seconds);
      return text === undefined ? cellOf(impute) : { ...cellOf(impute), unknown: true };
    },
  };
}

function partsOf(option: DatesOption): readonly DatePart[] {
  if (option === 'epoch') return ['epoch'];
  return option === 'parts' ? datePartNames.filter((part) => part !== 'epoch') : datePartNames;
}
