import type { ChoiceParameter, Input, MetricEntry, NumberParameter } from './catalogue/entry.ts';
import { describeNumber } from './catalogue/metric-name.ts';
import type { AnyPredictions } from './predictions.ts';

/** All that an entry of the catalogue says, as lines of a label and a text: help and docs/metrics.md are made of them. */
export function describeMetric(entry: MetricEntry): [label: string, text: string][] {
  const { tasks, direction, range, needs, unit, formula, undefinedWhen, weighted, streams, source, example } = entry;
  const [low, high] = range.map(printBound);
  const parameters = Object.entries(entry.parameters).map(([key, parameter]): [string, string] => [
    key,
    `${parameter.summary} ${sentence(describeValues(parameter))} ${describeDefault(parameter)}`,
  ]);
  return [
    ['name', usageOf(entry)],
    ['tasks', tasks.join(', ')],
    ['better', direction],
    ['range', `${low} to ${high}${unit ? `, in ${units[unit]}` : ''}`],
    ['looks at', needs],
    ...parameters,
    ['formula', formula],
    ['undefined', `${undefinedWhen} NaN without rows, or where all weigh nothing.`],
    ['weights', weighted ? 'apply' : 'have no meaning, and are left out with a warning'],
    ['in one pass', streams ? 'yes: it is made of sums over rows' : 'no: rows are held, and sorted or read twice'],
    ['source', source],
    ['example', `${example.name ?? entry.name} of ${printPredictions(example.predictions, needs)} is ${example.value}`],
  ];
}

/** How a metric is written, with its parameters: 'fBeta@beta;average=…;zeroDivision=…', those with a default in brackets. */
export function usageOf({ name, parameters }: MetricEntry): string {
  const [first, ...rest] = Object.keys(parameters);
  if (first === undefined) return name;
  const others = rest.map((key) => `[;${key}=…]`).join('');
  return parameters[first].default === undefined ? `${name}@${first}${others}` : `${name}[@${first}${others}]`;
}

const units = { target: "the target's unit", 'target²': "the target's unit, squared", nats: 'nats', '': '' };

function describeValues(parameter: NumberParameter | ChoiceParameter): string {
  if (parameter.kind !== 'choice') return describeNumber(parameter);
  const choices = parameter.choices.map((choice) => {
    const only = parameter.only?.[choice];
    return only ? `${choice} (${only.join(', ')} alone)` : choice;
  });
  return `one of ${choices.join(', ')}`;
}

function describeDefault({ default: standard }: NumberParameter | ChoiceParameter): string {
  if (standard === undefined) return 'It must be stated.';
  if (standard === Number.POSITIVE_INFINITY) return 'Without it, all.';
  return `By default ${standard === Number.EPSILON ? '2⁻⁵²' : standard}.`;
}

const printBound = (bound: number): string => (Number.isFinite(bound) ? `${bound}` : bound > 0 ? '∞' : '−∞');

const sentence = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** Predictions of an example: the parts that the metric looks at. */
function printPredictions({ kind: _, ...parts }: AnyPredictions, needs: Input): string {
  const unseen = needs === 'labels' || needs === 'label sets' ? ['probabilities', 'scores'] : ['predicted'];
  if (needs === 'values') unseen.pop();
  return Object.entries(parts)
    .filter(([key, part]) => typeof part === 'object' && part.length > 0 && !unseen.includes(key))
    .map(([key, part]) => `${key} ${JSON.stringify(Array.from(part as ArrayLike<number>))}`)
    .join(', ');
}
