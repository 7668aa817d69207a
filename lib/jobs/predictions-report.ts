import { recipe } from '../core/recipe.ts';
import type { PredictionsDocument } from '../pipeline/predictions-schema.ts';
import { describeColumns } from '../report/columns.ts';
import type { Report } from '../report/report.ts';
import type { AssessedPredictions } from './evaluate-predictions.ts';
import type { Given } from './given/read-given.ts';
import { namesOf, type Role } from './given/roles.ts';
import { release } from './release.ts';
import type { SourceObject } from './sources.ts';

type ColumnRole = Report['data']['columns'][number]['role'];

/** The report of an evaluation of predictions. */
export function predictionsReport(
  document: PredictionsDocument,
  {
    run,
    createdAt,
    objects,
    evaluation,
    verdict,
    given,
    notes,
    warnings,
    footprint,
    footprintBasis,
  }: AssessedPredictions & {
    run: string;
    createdAt: string;
    objects: readonly SourceObject[];
    footprint: Record<string, number>;
    footprintBasis: string;
  },
): Report {
  const { name, task } = document;
  const { schedule: _, ...request } = document;
  const target = given ? (namesOf(given.roles.label)[0] ?? null) : null;
  return {
    schemaVersion: 1,
    kind: 'evaluation',
    name,
    title: `Evaluation of ${name}`,
    task,
    run,
    createdAt,
    verdict: {
      ...verdict,
      champion: {
        moved: false,
        version: null,
        sentence: 'These predictions were made elsewhere: there is no champion to move.',
      },
    },
    data: {
      objects: given
        ? given.table.objects.map(({ key, size, rowCount }) => ({ key, size, rowCount }))
        : objects.map(({ key, size }) => ({ key, size, rowCount: evaluation.rowCount })),
      rowCount: given ? given.table.rowCount : evaluation.rowCount,
      trainingRowCount: 0,
      testRowCount: evaluation.rowCount,
      split: evaluation.on,
      target,
      columns: given ? columnsOf(given, document) : [],
      warnings,
    },
    evaluation,
    request: request as unknown as Report['request'],
    defaults: notes,
    footprint,
    footprintBasis,
    generatedBy: { name: 'hone', version: release, recipe },
  };
}

/** With more rows, columns are not profiled: sorting them would take longer than the evaluation. */
export const profileLimit = 1_000_000;

function columnsOf({ table, roles }: Given, { evaluate = {} }: PredictionsDocument): Report['data']['columns'] {
  if (table.rowCount > profileLimit) return [];
  const words: Record<Role, ColumnRole> = {
    label: 'target',
    score: 'prediction',
    prediction: 'prediction',
    weight: 'weight',
    group: 'group',
    logProbabilities: 'prediction',
  };
  const roleOf = new Map<string, ColumnRole>();
  for (const name of [...(evaluate.slices ?? []), ...(evaluate.fairness ?? [])]) roleOf.set(name, 'slice');
  for (const role of Object.keys(words) as Role[])
    for (const name of namesOf(roles[role])) roleOf.set(name, words[role]);
  return describeColumns(table, (name) => ({ role: roleOf.get(name) ?? 'excluded' }));
}
