import { InputError } from '../../core/errors.ts';
import type { Task } from '../predictions.ts';
import type { MetricEntry, NumberParameter, ParameterValue, ParameterValues } from './entry.ts';

/**
 * How a metric with parameters is written, in pipelines, in commands and in reports:
 *
 *     rmse                     no parameter, or each at its default
 *     ndcg@10                  a value for the first parameter
 *     auc@maxFpr=0.1           a value by its key
 *     fBeta@2;average=macro    several, parted by semicolons
 *
 * No comma and no blank, so that a name can stand in a YAML list and in a list on the command line as it is.
 *
 * @returns the part before the `@`, and the rest
 */
export function splitMetricName(name: string): { base: string; written: string | undefined } {
  const at = name.indexOf('@');
  return at < 0 ? { base: name, written: undefined } : { base: name.slice(0, at), written: name.slice(at + 1) };
}

/**
 * A value for each parameter of a metric: the one that the name gives, or the default.
 *
 * @param task without one, choices that fit some tasks only are let through
 * @throws InputError when a key is not the metric's, stands twice, its value is none that it takes, or one that must be
 *   stated is not
 */
export function readParameters(entry: MetricEntry, written: string | undefined, task?: Task): ParameterValues {
  const { name, parameters } = entry;
  const keys = Object.keys(parameters);
  const values: Record<string, ParameterValue> = {};
  for (const [i, part] of (written === undefined ? [] : written.split(';')).entries()) {
    const equals = part.indexOf('=');
    const key = equals < 0 && i === 0 ? keys[0] : part.slice(0, Math.max(0, equals));
    const where = `metric ${name}@${written}`;
    if (key === undefined) throw new InputError(`${where}: ${name} takes no parameters`);
    if (!keys.includes(key)) {
      throw new InputError(`${where}: expected ${keys.join(', ') || 'no parameter'}, found "${part}"`);
    }
    if (Object.hasOwn(values, key)) throw new InputError(`${where}: expected ${key} once, found it twice`);
    values[key] = readValue(entry, key, part.slice(equals + 1), where, task);
  }
  for (const key of keys) {
    if (Object.hasOwn(values, key)) continue;
    const { default: standard } = parameters[key];
    if (standard === undefined) throw new InputError(`metric ${name}: expected ${name}@${key}=…, found no ${key}`);
    values[key] = standard;
  }
  return values;
}

/** The shortest name of a metric with these values: those that are the default are left out. */
export function printMetricName({ name, parameters }: MetricEntry, values: ParameterValues): string {
  const parts = Object.keys(parameters).flatMap((key, i) => {
    if (values[key] === parameters[key].default) return [];
    return [i === 0 ? `${values[key]}` : `${key}=${values[key]}`];
  });
  return parts.length === 0 ? name : `${name}@${parts.join(';')}`;
}

/** A metric's title with what is special about its parameters: 'NDCG@10', 'F1 (macro)', 'Pinball loss (alpha 0.9)'. */
export function titleOf(entry: MetricEntry, values: ParameterValues): string {
  const { title, parameters, titleWith } = entry;
  if (titleWith) return titleWith(values);
  const special = Object.keys(parameters).filter((key) => values[key] !== parameters[key].default);
  if (special.length === 1 && special[0] === 'k') return `${title}@${values.k}`;
  const words = special.map((key) =>
    parameters[key].kind === 'choice' && key === 'average' ? `${values[key]}` : `${inWords(key)} ${values[key]}`,
  );
  return words.length === 0 ? title : `${title} (${words.join(', ')})`;
}

/** 'maxFpr' as 'max FPR', 'zeroDivision' as 'zero division'. */
function inWords(key: string): string {
  return key.replace(/[A-Z][a-z]*/g, (word) => ` ${word === 'Fpr' ? 'FPR' : word.toLowerCase()}`).trim();
}

function readValue(entry: MetricEntry, key: string, text: string, where: string, task?: Task): ParameterValue {
  const parameter = entry.parameters[key];
  if (parameter.kind === 'choice') {
    const fits = (choice: string) => task === undefined || (parameter.only?.[choice]?.includes(task) ?? true);
    const choices = parameter.choices.filter(fits);
    if (choices.includes(text)) return text;
    throw new InputError(`${where}, ${key}: expected one of ${choices.join(', ')}, found "${text}"`);
  }
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (isAllowed(parameter, value)) return value;
  throw new InputError(`${where}, ${key}: expected ${describeNumber(parameter)}, found "${text}"`);
}

function isAllowed({ kind, low, high, open }: NumberParameter, value: number): boolean {
  if (kind === 'integer' && !Number.isInteger(value)) return false;
  const aboveLow = open === 'low' || open === 'both' ? value > low : value >= low;
  const belowHigh = open === 'high' || open === 'both' ? value < high : value <= high;
  return aboveLow && belowHigh && Number.isFinite(value);
}

/** 'a whole number from 1', 'a number in (0, 1]'. */
export function describeNumber({ kind, low, high, open }: NumberParameter): string {
  const what = kind === 'integer' ? 'a whole number' : 'a number';
  const opensLow = open === 'low' || open === 'both';
  const opensHigh = open === 'high' || open === 'both';
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return what;
  if (high === Number.POSITIVE_INFINITY) return `${what} ${opensLow ? 'above' : 'from'} ${low}`;
  return `${what} in ${opensLow ? '(' : '['}${low}, ${high}${opensHigh ? ')' : ']'}`;
}
