import { InputError } from '../../core/errors.ts';
import { placeOf } from '../../data/lookup.ts';
import { parseNumberText } from '../../data/number.ts';
import { spelling } from '../../data/spelling.ts';
import type { Column } from '../../data/table.ts';
import { maxClasses } from '../../data/target.ts';
import { quoteText } from '../../data/text.ts';
import type { ClassPredictions, LabelSetPredictions, ValuePredictions } from '../../metrics/predictions.ts';
import type { PredictionsDocument } from '../../pipeline/predictions-schema.ts';
import { classIndices, classNames, numbersOn, twoClasses } from './labels.ts';
import type { GivenTable } from './read-given.ts';

type Asked = PredictionsDocument['predictions'];
type Note = (path: string, value: unknown) => void;

/** Actual and predicted numbers. */
export function valuePredictions(given: GivenTable): ValuePredictions {
  const { table, rows, columns } = given;
  return {
    kind: 'values',
    actual: numbersOn(table, columns('label')[0], rows, 'label'),
    predicted: numbersOn(table, columns('prediction')[0], rows, 'prediction'),
    weights: weightsOf(given),
  };
}

/** The weights of the rows; undefined when there is no column of weights. */
export function weightsOf({ table, rows, columns }: GivenTable): Float64Array | undefined {
  const [column] = columns('weight');
  if (!column) return undefined;
  const weights = numbersOn(table, column, rows, 'weight');
  const wrong = weights.findIndex((weight) => weight < 0);
  if (wrong < 0) return weights;
  throw new InputError(
    `${placeOf(table, rows[wrong])}, column ${quoteText(column.name)} (weight): expected a number from 0, found ${weights[wrong]}`,
  );
}

/** Predictions of two classes, from scores, predicted labels, or both. */
export function binaryPredictions(
  given: readonly [GivenTable, ...GivenTable[]],
  { path, positive, threshold: asked }: Asked,
  note: Note,
): { predictions: ClassPredictions; classes: string[] } {
  const [own] = given;
  const { table, rows, columns } = own;
  let [[scoreColumn], [predictionColumn]] = [columns('score'), columns('prediction')];
  const labels = given.flatMap((one) => one.columns('label'));
  const names = classNames(labels);
  if (!scoreColumn && predictionColumn?.kind === 'number' && !holdsOnly(predictionColumn, names)) {
    // A prediction column that holds other numbers than the labels holds scores.
    note('score', predictionColumn.name);
    [scoreColumn, predictionColumn] = [predictionColumn, undefined as unknown as Column];
  }
  const chosen = given
    .flatMap((one) => one.columns('prediction'))
    .filter((column) => holdsOnly(column, names) || column.kind === 'category');
  const classes = twoClasses(classNames([...labels, ...chosen]), positive, `${path}, label`);
  if (positive === undefined) note('positive', classes[1]);
  const actual = classIndices(table, columns('label')[0], rows, classes);
  const weights = weightsOf(own);
  if (!scoreColumn) {
    const predicted = classIndices(table, predictionColumn, rows, classes);
    return {
      classes,
      predictions: { kind: 'classes', classCount: 2, actual, predicted, probabilities: new Float64Array(0), weights },
    };
  }
  const scores = numbersOn(table, scoreColumn, rows, 'score');
  const areProbabilities = withinUnit(scores);
  const threshold = asked ?? (areProbabilities ? 0.5 : 0);
  if (!predictionColumn && asked === undefined) note('threshold', threshold);
  if (!areProbabilities) note('score', 'margins: some lie outside of [0, 1]');
  return {
    classes,
    predictions: {
      kind: 'classes',
      classCount: 2,
      actual,
      predicted: predictionColumn
        ? classIndices(table, predictionColumn, rows, classes)
        : reaching(scores, threshold, areProbabilities),
      ...(areProbabilities ? { probabilities: scores } : { probabilities: new Float64Array(0), margins: scores }),
      weights,
    },
  };
}

/** 1 for scores of at least the threshold; a margin of exactly 0 counts as negative. */
function reaching(scores: Float64Array, threshold: number, areProbabilities: boolean): Int32Array {
  const predicted = new Int32Array(scores.length);
  const isOpen = !areProbabilities && threshold === 0;
  for (let row = 0; row < scores.length; row++) {
    predicted[row] = isOpen ? Number(scores[row] > 0) : Number(scores[row] >= threshold);
  }
  return predicted;
}

function withinUnit(scores: Float64Array): boolean {
  for (let row = 0; row < scores.length; row++) if (!(scores[row] >= 0 && scores[row] <= 1)) return false;
  return true;
}

function holdsOnly(column: Column, classes: readonly string[]): boolean {
  if (column.kind === 'category') return column.levels.every((level) => classes.includes(level));
  const values = new Set(classes.map((text) => parseNumberText(text) + 0));
  for (const value of column.values) if (!Number.isNaN(value) && !values.has(value + 0)) return false;
  return true;
}

/** Predictions of several classes, from a probability of each, predicted labels, or both. */
export function multiclassPredictions(given: GivenTable, classes: readonly string[], path: string): ClassPredictions {
  const { table, rows, columns, roles } = given;
  if (classes.length < 2) {
    throw new InputError(`${path}, label: expected at least two classes, found ${classes.length}`);
  }
  if (classes.length > maxClasses) {
    throw new InputError(`${path}, label: expected at most ${maxClasses} classes, found ${classes.length}`, {
      advice: 'For a quantity, use --task regression',
    });
  }
  const actual = classIndices(table, columns('label')[0], rows, classes);
  const [predictionColumn] = columns('prediction');
  const { score } = roles;
  let probabilities = new Float64Array(0);
  if (score) {
    if ('name' in score) {
      throw new InputError(
        `${path}, score: expected a column for each class, such as p_*, found "${score.name}" alone`,
      );
    }
    const byClass = new Map(score.columns.map(({ name, part }) => [spelling(part), name]));
    probabilities = new Float64Array(rows.length * classes.length);
    for (const [k, text] of classes.entries()) {
      const name = byClass.get(spelling(text));
      // A class without a column has probability 0.
      if (name === undefined) continue;
      const column = columns('score').find((one) => one.name === name) as Column;
      const values = numbersOn(table, column, rows, 'score');
      checkUnit(given, column, values);
      for (let i = 0; i < rows.length; i++) probabilities[i * classes.length + k] = values[i];
    }
  }
  const predicted = predictionColumn
    ? classIndices(table, predictionColumn, rows, classes)
    : likeliest(probabilities, classes.length);
  return {
    kind: 'classes',
    classCount: classes.length,
    actual,
    predicted,
    // For two classes, metrics take the probability of the second.
    probabilities: classes.length === 2 ? probabilities.filter((_, i) => i % 2 === 1) : probabilities,
    weights: weightsOf(given),
  };
}

function checkUnit({ table, rows }: GivenTable, column: Column, values: Float64Array): void {
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  throw new InputError(
    `${placeOf(table, rows[wrong])}, column ${quoteText(column.name)}: expected a probability in [0, 1], found ${values[wrong]}`,
  );
}

function likeliest(probabilities: Float64Array, classCount: number): Int32Array {
  const chosen = new Int32Array(probabilities.length / classCount);
  for (let row = 0; row < chosen.length; row++) {
    for (let k = 1; k < classCount; k++) {
      if (probabilities[row * classCount + k] > probabilities[row * classCount + chosen[row]]) chosen[row] = k;
    }
  }
  return chosen;
}

/** Predictions of label sets: for each label a column of 0 or 1, and a column of scores, or of 0 or 1, as predicted. */
export function multilabelPredictions(
  given: GivenTable,
  { path, threshold: asked }: Asked,
  note: Note,
): { predictions: LabelSetPredictions; classes: string[] } {
  const { roles, rows } = given;
  const partsOf = (role: 'label' | 'score' | 'prediction') => {
    const found = roles[role];
    return found === undefined ? undefined : 'name' in found ? [{ name: found.name, part: found.name }] : found.columns;
  };
  const labels = partsOf('label') ?? [];
  const classes = labels.map(({ part }) => part);
  const matching = (role: 'score' | 'prediction') => {
    const parts = partsOf(role);
    if (!parts) return undefined;
    if (labels.length === 1 && parts.length === 1) return parts;
    return classes.map((name) => {
      const found = parts.find(({ part }) => part === name);
      if (found) return found;
      throw new InputError(
        `${path}, ${role}: expected a column for the label "${name}", found ${parts.map((one) => one.name).join(', ')}`,
      );
    });
  };
  const matrix = (parts: { name: string }[], role: 'label' | 'score' | 'prediction') => {
    const cells = new Float64Array(rows.length * labels.length);
    for (const [k, { name }] of parts.entries()) {
      const column = given.columns(role).find((one) => one.name === name) as Column;
      const values = numbersOn(given.table, column, rows, role);
      const wrong = role === 'score' ? -1 : values.findIndex((value) => value !== 0 && value !== 1);
      if (wrong >= 0) {
        throw new InputError(
          `${placeOf(given.table, rows[wrong])}, column ${quoteText(name)} (${role}): expected 0 or 1, found ${values[wrong]}`,
        );
      }
      for (let i = 0; i < rows.length; i++) cells[i * labels.length + k] = values[i];
    }
    return cells;
  };
  const [scoreParts, predictionParts] = [matching('score'), matching('prediction')];
  const scores = scoreParts && matrix(scoreParts, 'score');
  const threshold = asked ?? (scores && !withinUnit(scores) ? 0 : 0.5);
  if (!predictionParts && asked === undefined) note('threshold', threshold);
  const predicted = predictionParts
    ? Uint8Array.from(matrix(predictionParts, 'prediction'))
    : Uint8Array.from(scores ?? [], (score) => Number(score >= threshold));
  return {
    classes,
    predictions: {
      kind: 'labelSets',
      labelCount: labels.length,
      actual: Uint8Array.from(matrix(labels, 'label')),
      predicted,
      scores,
      weights: weightsOf(given),
    },
  };
}
