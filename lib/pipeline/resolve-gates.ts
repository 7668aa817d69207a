import { isFigure } from './gate-figures.ts';
import type { Gate } from './gate-schema.ts';
import type { Task } from './schema.ts';
import { type SliceCondition, sliceConditions } from './slice-conditions.ts';

/** A gate with its slice parsed. `byDefault`: the document names no gate, and this one holds for trainings only. */
export type ResolvedGate = Gate & { byDefault?: true; where?: SliceCondition[] };

/** Parses the conditions of a gate's slice to `where`. */
export const resolveGate = (gate: Gate): ResolvedGate =>
  gate.slice === undefined ? gate : { ...gate, where: sliceConditions(gate.slice) };

/** The metric that a report shows first, and that a search and the default gate look at. */
export const headlineOf = (task: Task, metrics: string[] | undefined): string =>
  metrics?.[0] ?? (task === 'binary' || task === 'multiclass' ? 'accuracy' : 'rmse');

/** The gate of a document that names none: the first metric must be no worse than the baseline's. */
export const defaultGate = (task: Task, metrics: string[] | undefined): ResolvedGate => ({
  metric: headlineOf(task, metrics),
  noWorseThan: 'baseline',
  byDefault: true,
});

/** The first gate whose fields do not fit together, if any: the path, what was expected there, and what was found. */
export function gateProblem(gates: readonly Gate[]): [path: string, expected: string, found: string] | undefined {
  for (const [i, gate] of gates.entries()) {
    const { metric } = gate;
    if (!isFigure(metric)) continue;
    const path = `evaluate.gates[${i}]`;
    if ('noWorseThan' in gate) return [path, `atMost or atLeast for ${metric}`, 'noWorseThan'];
    const foreign = (['slice', 'confidence', 'atLeastRows'] as const).find((key) => gate[key] !== undefined);
    if (foreign) return [`${path}.${foreign}`, `none for ${metric}, which is not of rows`, String(gate[foreign])];
  }
  return undefined;
}
