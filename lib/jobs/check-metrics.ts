import { InputError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import { splitMetricName } from '../metrics/catalogue/metric-name.ts';
import { catalogue, metricNamed, metricsOf } from '../metrics/catalogue.ts';
import type { Task } from '../metrics/predictions.ts';
import { gateFigures, isFigure } from '../pipeline/gate-figures.ts';
import type { PredictionsDocument } from '../pipeline/predictions-schema.ts';
import type { Request } from '../pipeline/resolve.ts';

/** A metric as a document names it, and where. */
interface NamedMetric {
  path: string;
  name: string;
  /** What else may be named there. */
  others?: readonly string[];
}

/**
 * Checks all metrics that a pipeline names, in its list, its gates and its search, before anything is read.
 *
 * @throws InputError with a line for each that its task does not have, and the nearest one that it has
 */
export function checkPipelineMetrics({
  name,
  task,
  evaluate,
  search,
}: Pick<Request, 'name' | 'task' | 'evaluate' | 'search'>): void {
  // What is there by default is the first of the list, which is looked at already.
  const asked = evaluate.gates.flatMap((gate, i) =>
    gate.byDefault || isFigure(gate.metric)
      ? []
      : [{ path: `evaluate.gates[${i}].metric`, name: gate.metric, others: gateFigures }],
  );
  const isFirst = search === undefined || search.metric === evaluate.metrics?.[0];
  checkMetrics(`pipeline ${name}`, task, [
    ...listed(evaluate.metrics),
    ...asked,
    ...(isFirst ? [] : [{ path: 'search.metric', name: search.metric }]),
  ]);
}

/** The same of a document that evaluates predictions. */
export function checkPredictionsMetrics({ name, task, evaluate = {} }: PredictionsDocument): void {
  const { metrics = null, gates = [] } = evaluate;
  const asked = gates.map(({ metric }, i) => ({ path: `evaluate.gates[${i}].metric`, name: metric }));
  checkMetrics(name, task, [...listed(metrics), ...asked]);
}

const listed = (names: readonly string[] | null): NamedMetric[] =>
  (names ?? []).map((name, i) => ({ path: `evaluate.metrics[${i}]`, name }));

function checkMetrics(source: string, task: Task, named: readonly NamedMetric[]): void {
  const problems = named.flatMap((metric) => {
    const problem = problemOf(metric, task);
    return problem === undefined ? [] : [{ ...problem, line: `${source}, ${metric.path}: ${problem.sentence}` }];
  });
  if (problems.length === 0) return;
  const lines = problems.map(({ line }) => line);
  if (problems.some(({ isFar }) => isFar)) {
    lines.push(`Metrics for a ${task} task: ${metricsOf(task).join(', ')}`);
  }
  throw new InputError(lines.join('\n'));
}

/** What is wrong with a metric's name, and whether it is like none that fits; undefined when nothing is wrong. */
function problemOf({ name, others = [] }: NamedMetric, task: Task): { sentence: string; isFar: boolean } | undefined {
  const { base } = splitMetricName(name);
  const entry = Object.hasOwn(catalogue, base) ? catalogue[base] : undefined;
  if (!entry?.tasks.includes(task)) {
    const expected = `expected a metric for a ${task} task, found ${JSON.stringify(name.slice(0, 60))}`;
    if (entry) return { sentence: `${expected}, which is for ${entry.tasks.join(', ')}`, isFar: true };
    const near = nearMetric(base, [...metricsOf(task), ...others]);
    if (near === undefined) return { sentence: expected, isFar: true };
    return { sentence: `${expected}. Did you mean ${JSON.stringify(near)}?`, isFar: false };
  }
  try {
    metricNamed(name, task);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return { sentence: error.message, isFar: false };
    throw error;
  }
}

/** The metric whose name or title is nearest, whatever stands between its words: `auc` to `roc_auc`. */
function nearMetric(name: string, names: readonly string[]): string | undefined {
  const spellings = new Map(names.map((known) => [squeezed(known), known]));
  for (const known of names) {
    const title = squeezed(catalogue[known]?.title ?? '');
    // Of R² a letter is left, to which any other is near.
    if (title.length > 1 && !spellings.has(title)) spellings.set(title, known);
  }
  const near = nearestName(squeezed(name), [...spellings.keys()]);
  return near === undefined ? undefined : spellings.get(near);
}

const squeezed = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
