import { InputError } from '../core/errors.ts';
import { listNames, placeOf } from '../data/lookup.ts';
import type { Table } from '../data/table.ts';
import { isSameMetric } from '../metrics/catalogue.ts';
import { compareMeasured } from '../metrics/compare.ts';
import type { Interval } from '../metrics/intervals/interval.ts';
import type { Predictions, Task } from '../metrics/predictions.ts';
import { unitsAt } from '../metrics/selection.ts';
import { measureUncertain, type UncertaintyOptions } from '../metrics/uncertain.ts';
import { isFigure } from '../pipeline/gate-figures.ts';
import type { ResolvedGate } from '../pipeline/resolve-gates.ts';
import type { SliceCondition } from '../pipeline/slice-conditions.ts';

/** What is known of a gate's metric on its rows. Plain JSON: what is undefined is null or absent. */
export interface GateEvidence {
  rowCount: number;
  value: number | null;
  /** Of the value, at the gate's confidence. */
  interval?: Interval;
  /** Of what it is compared with; null where it is undefined. */
  other?: number | null;
  /** Of value less other, at the gate's confidence. */
  difference?: Interval;
}

/** Whose predictions gates are held against, all on the same rows. */
export interface GateSubject {
  task: Task;
  table: Table;
  /** Row numbers of the predictions, shape [rowCount]. */
  rows: Int32Array;
  predictions: Predictions;
  baseline: Predictions;
  /** Undefined when there is none, or it cannot score these rows. */
  champion?: Predictions;
  uncertainty?: UncertaintyOptions;
}

/** Whether a gate asks for more than the metrics of all rows. */
export const needsEvidence = ({ metric, where, confidence, atLeastRows }: ResolvedGate): boolean =>
  !isFigure(metric) && (where ?? confidence ?? atLeastRows) !== undefined;

/**
 * What is known of each gate that asks for a slice, a confidence or a number of rows; null for the others.
 *
 * @throws InputError when a slice names a column that the data lacks, or asks for the order of texts
 */
export function evidenceFor(gates: readonly ResolvedGate[], subject: GateSubject): (GateEvidence | null)[] {
  return gates.map((gate) => (needsEvidence(gate) ? evidenceOf(gate, subject) : null));
}

function evidenceOf(
  gate: ResolvedGate,
  { task, table, rows, uncertainty = {}, ...predictions }: GateSubject,
): GateEvidence {
  const { metric, where, confidence } = gate;
  const places = where && rowsWhere(where, table, rows);
  const rowCount = places?.length ?? rows.length;
  if (rowCount === 0) return { rowCount, value: null };

  // Blocks are those of all rows: a part of them is drawn row by row, or by groups of neighbours.
  const { blockOffsets, ...drawn } = uncertainty;
  const options = { ...drawn, ...(places ? {} : { blockOffsets }), ...(confidence !== undefined && { confidence }) };
  const measureOf = (all: Predictions) =>
    measureUncertain(task, [metric], places ? unitsAt(all, places) : all, options);
  const own = measureOf(predictions.predictions);
  const rival = 'noWorseThan' in gate ? predictions[gate.noWorseThan] : undefined;
  const found = own.values[metric];
  const evidence: GateEvidence = { rowCount, value: finite(found.value), ...known('interval', found.interval) };
  if (!rival) return evidence;
  const other = measureOf(rival);
  const comparison = compareMeasured(own, other)[metric];
  return { ...evidence, other: finite(other.values[metric].value), ...known('difference', comparison?.interval) };
}

/** Places among `rows` of those that meet all conditions. */
function rowsWhere(conditions: readonly SliceCondition[], table: Table, rows: Int32Array): Int32Array {
  const holds = conditions.map((condition) => testOf(condition, table));
  return Int32Array.from(rows.keys()).filter((place) => holds.every((isMet) => isMet(rows[place])));
}

function testOf({ column: name, is, value }: SliceCondition, table: Table): (row: number) => boolean {
  const column = table.columns.find((one) => one.name === name);
  if (!column) {
    const names = listNames(table.columns.map((one) => one.name));
    throw new InputError(`evaluate.gates, slice: expected a column of the dataset, found "${name}"; it has ${names}`);
  }
  if (column.kind === 'category') {
    if (is !== '=') {
      throw new InputError(
        `evaluate.gates, slice, column "${name}": expected "=" for texts such as ${placeOf(table, 0)} holds, found "${is}"`,
      );
    }
    const code = column.levels.indexOf(value);
    const wanted = code < 0 && value === 'missing' ? -1 : code < 0 ? -2 : code;
    return (row) => column.codes[row] === wanted;
  }
  const { values } = column;
  if (is === '=' && value === 'missing') return (row) => Number.isNaN(values[row]);
  const bound = Number(value);
  const tests: Record<SliceCondition['is'], (cell: number) => boolean> = {
    '=': (cell) => cell === bound,
    '<': (cell) => cell < bound,
    '<=': (cell) => cell <= bound,
    '>': (cell) => cell > bound,
    '>=': (cell) => cell >= bound,
  };
  return (row) => tests[is](values[row]);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function known<Name extends string>(name: Name, interval: Interval | undefined): Partial<Record<Name, Interval>> {
  if (!interval || !Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return {};
  return { [name]: interval } as Record<Name, Interval>;
}

/** Of what two spellings of a metric name, the value. */
export const valueIn = <T>(values: Record<string, T>, metric: string): T | undefined => {
  const name = Object.keys(values).find((measured) => isSameMetric(measured, metric));
  return name === undefined ? undefined : values[name];
};
