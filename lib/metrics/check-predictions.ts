import { checkFinite, checkNotNegative, checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses } from './labels.ts';
import {
  type AnyPredictions,
  type ClassPredictions,
  kindOfTask,
  type LabelSetPredictions,
  type RankingPredictions,
  type Task,
  type TextPredictions,
} from './predictions.ts';

/**
 * Refuses predictions that are not of a task's kind, or whose parts do not fit together.
 *
 * Values, scores and weights are checked by the metrics that look at them.
 *
 * @throws InputError saying which part was expected how
 */
export function checkPredictions(task: Task, predictions: AnyPredictions): void {
  const expected = kindOfTask[task];
  if (predictions.kind !== expected) {
    throw new InputError(`predictions: expected ${expected} for a ${task} task, found ${predictions.kind}`);
  }
  if (predictions.kind === 'classes') checkClassPredictions(task, predictions);
  if (predictions.kind === 'labelSets') checkLabelSets(predictions);
  if (predictions.kind === 'rankings') checkRankings(predictions);
  if (predictions.kind === 'texts') checkTexts(predictions);
}

function checkClassPredictions(
  task: Task,
  { classCount, actual, predicted, probabilities, margins }: ClassPredictions,
): void {
  if (!Number.isInteger(classCount) || classCount < 2 || (task === 'binary' && classCount !== 2)) {
    throw new InputError(
      `predictions, classCount: expected ${task === 'binary' ? '2' : 'an integer from 2'} for a ${task} task, ` +
        `found ${classCount}`,
    );
  }
  const expectedLength = margins ? 0 : classCount === 2 ? actual.length : actual.length * classCount;
  // None at all is the word of a model that says nothing but a class.
  if (probabilities.length !== expectedLength && probabilities.length > 0) {
    throw new InputError(
      `predictions, probabilities: expected ${expectedLength} numbers for ${actual.length} rows of ${classCount} ` +
        `classes, found ${probabilities.length}`,
    );
  }
  checkSameLength('actual', actual, 'predicted', predicted);
  checkClasses('actual', actual, classCount);
  checkClasses('predicted', predicted, classCount);
}

function checkLabelSets({ labelCount, actual, predicted, scores }: LabelSetPredictions): void {
  if (!Number.isInteger(labelCount) || labelCount < 1 || actual.length % labelCount !== 0) {
    throw new InputError(
      `predictions, labelCount: expected a whole number from 1 that divides ${actual.length}, found ${labelCount}`,
    );
  }
  checkSameLength('actual', actual, 'predicted', predicted);
  if (scores) checkSameLength('actual', actual, 'scores', scores);
  checkClasses('actual', actual, 2);
  checkClasses('predicted', predicted, 2);
}

function checkRankings({ relevance, scores, queryOffsets }: RankingPredictions): void {
  checkSameLength('relevance', relevance, 'scores', scores);
  checkNotNegative('relevance', relevance);
  checkFinite('scores', scores);
  const isAscending = queryOffsets.every((offset, i) => i === 0 || offset >= queryOffsets[i - 1]);
  if (queryOffsets[0] === 0 && queryOffsets.at(-1) === relevance.length && isAscending) return;
  throw new InputError(
    `predictions, queryOffsets: expected ascending numbers from 0 to ${relevance.length}, found ${queryOffsets.length} others`,
  );
}

function checkTexts({ hypotheses, references, logProbabilities }: TextPredictions): void {
  checkSameLength('hypotheses', hypotheses, 'references', references);
  if (logProbabilities) checkSameLength('hypotheses', hypotheses, 'logProbabilities', logProbabilities);
  const without = references.findIndex((accepted) => accepted.length === 0);
  if (without >= 0) throw new InputError(`references[${without}]: expected at least one text, found none`);
}
