import type { Table } from '../../data/table.ts';
import type { GateEvidence } from '../../metrics/gates.ts';
import type { Interval } from '../../metrics/intervals/interval.ts';
import type { Predictions, Task } from '../../metrics/predictions.ts';
import { unitsAt } from '../../metrics/selection.ts';
import type { UncertaintyOptions } from '../../metrics/uncertain.ts';
import { isFigure } from '../../pipeline/gate-figures.ts';
import type { ResolvedGate } from '../../pipeline/resolve-gates.ts';
import { measureGate } from './measure-gate.ts';
import { rowsWhere } from './rows-where.ts';

/** What was measured for a gate of a pipeline, as a run keeps it. Plain JSON: undefined numbers are null or left out. */
export interface KeptEvidence {
  rowCount: number;
  value: number | null;
  /** Interval of the value, at the gate's confidence. */
  interval?: Interval;
  /** The value that it is compared with; null when that is undefined. */
  other?: number | null;
  /** Interval of `value` − `other`, at the gate's confidence. */
  difference?: Interval;
}

/** The predictions that gates judge and compare, all of the same rows. */
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
 * Measures what each gate asks for that has a slice, a confidence or a number of rows; null for the others.
 *
 * @throws InputError when a slice names a column that the data lacks, or compares texts by size
 */
export function evidenceFor(gates: readonly ResolvedGate[], subject: GateSubject): (KeptEvidence | null)[] {
  return gates.map((gate) => (needsEvidence(gate) ? measured(gate, subject) : null));
}

function measured(gate: ResolvedGate, { task, table, rows, uncertainty = {}, ...subject }: GateSubject): KeptEvidence {
  const places = gate.where && rowsWhere(gate.where, table, rows);
  if (places?.length === 0 || rows.length === 0) return { rowCount: 0, value: null };

  // Block offsets count all rows, so they do not apply to a slice.
  const { blockOffsets, ...drawn } = uncertainty;
  const options = places ? drawn : uncertainty;
  const chosen = (all: Predictions) => (places ? unitsAt(all, places) : all);
  const rival = 'noWorseThan' in gate ? subject[gate.noWorseThan] : undefined;
  const own = { task, predictions: chosen(subject.predictions), options };
  return kept(measureGate(gate, own, rival && chosen(rival)).evidence);
}

function kept({ rowCount, value, interval, other }: GateEvidence): KeptEvidence {
  const evidence: KeptEvidence = { rowCount, value: finite(value), ...(isKnown(interval) && { interval }) };
  if (!other || 'none' in other) return evidence;
  const difference = other.comparison?.interval;
  return { ...evidence, other: finite(other.value), ...(isKnown(difference) && { difference }) };
}

const isKnown = (interval: Interval | undefined): interval is Interval =>
  interval !== undefined && Number.isFinite(interval.low) && Number.isFinite(interval.high);

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
