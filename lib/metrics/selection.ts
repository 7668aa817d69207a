import { compareIds } from './detection/boxes.ts';
import type { AnyPredictions, ClassPredictions, DetectionPredictions, ValuePredictions } from './predictions.ts';

/**
 * The units (rows, queries, images, texts) from `start` to `end`, as predictions of their own.
 *
 * Arrays are views of the same memory.
 */
export function unitsBetween(predictions: AnyPredictions, start: number, end: number): AnyPredictions {
  const weights = predictions.weights?.subarray(start, end);
  switch (predictions.kind) {
    case 'values': {
      const { actual, predicted } = predictions;
      return {
        ...predictions,
        actual: actual.subarray(start, end),
        predicted: predicted.subarray(start, end),
        weights,
      };
    }
    case 'classes': {
      const { actual, predicted, probabilities, margins } = predictions;
      const width = actual.length === 0 ? 0 : probabilities.length / actual.length;
      return {
        ...predictions,
        actual: actual.subarray(start, end),
        predicted: predicted.subarray(start, end),
        probabilities: probabilities.subarray(start * width, end * width),
        margins: margins?.subarray(start, end),
        weights,
      };
    }
    case 'labelSets': {
      const { labelCount, actual, predicted, scores } = predictions;
      const [from, to] = [start * labelCount, end * labelCount];
      const sets = { actual: actual.subarray(from, to), predicted: predicted.subarray(from, to) };
      return { ...predictions, ...sets, scores: scores?.subarray(from, to), weights };
    }
    case 'rankings': {
      const { relevance, scores, queryOffsets } = predictions;
      const [from, to] = [queryOffsets[start], queryOffsets[end]];
      return {
        ...predictions,
        relevance: relevance.subarray(from, to),
        scores: scores.subarray(from, to),
        queryOffsets: queryOffsets.slice(start, end + 1).map((offset) => offset - from),
        weights,
      };
    }
    case 'texts': {
      const { hypotheses, references, logProbabilities } = predictions;
      return {
        ...predictions,
        hypotheses: hypotheses.slice(start, end),
        references: references.slice(start, end),
        logProbabilities: logProbabilities?.slice(start, end),
        weights,
      };
    }
    case 'detections':
      return imagesBetween(predictions, start, end, weights);
  }
}

function imagesBetween(
  predictions: DetectionPredictions,
  start: number,
  end: number,
  weights: Float64Array | undefined,
): DetectionPredictions {
  const images = predictions.images.slice(start, end);
  const kept = new Set(images);
  const { truth, detected } = predictions;
  return {
    ...predictions,
    images: images.toSorted(compareIds),
    truth: truth.filter(({ image }) => kept.has(image)),
    detected: detected.filter(({ image }) => kept.has(image)),
    weights,
  };
}

/** The same predictions, in which unit `i` counts `counts[i]` times as much. */
export function reweighted<P extends AnyPredictions>(predictions: P, counts: Float64Array): P {
  const { weights } = predictions;
  return { ...predictions, weights: weights ? counts.map((count, unit) => count * weights[unit]) : counts };
}

/** The rows at `places`, in their order, as predictions of their own. */
export function unitsAt<P extends ValuePredictions | ClassPredictions>(predictions: P, places: Int32Array): P {
  const at = (values: Float64Array): Float64Array => Float64Array.from(places, (place) => values[place]);
  const weights = predictions.weights && at(predictions.weights);
  if (predictions.kind === 'values') {
    return { ...predictions, actual: at(predictions.actual), predicted: at(predictions.predicted), weights };
  }
  const { actual, predicted, probabilities, margins } = predictions;
  const width = actual.length === 0 ? 0 : probabilities.length / actual.length;
  const chosen = new Float64Array(places.length * width);
  places.forEach((place, row) => {
    chosen.set(probabilities.subarray(place * width, (place + 1) * width), row * width);
  });
  return {
    ...predictions,
    actual: Int32Array.from(places, (place) => actual[place]),
    predicted: Int32Array.from(places, (place) => predicted[place]),
    probabilities: chosen,
    margins: margins && at(margins),
    weights,
  };
}
