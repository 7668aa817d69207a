import { rankedScores } from './catalogue/adapters.ts';
import { cocoKeys, cocoMatches, inOrderOfIds } from './catalogue/detection.ts';
import { type MetricCall, ofKind, rememberShared, unshared } from './catalogue/entry.ts';
import { type Measurement, type Metric, measure, metricNamed } from './catalogue.ts';
import { summarise } from './detection/coco.ts';
import { averagePrecisionAgainstChance, averagePrecisionInterval } from './intervals/average-precision.ts';
import { type BootstrapOptions, drawCounts, drawTogether, percentileInterval } from './intervals/bootstrap.ts';
import type { Comparison } from './intervals/comparison.ts';
import { delongAgainstChance, delongInterval } from './intervals/delong.ts';
import { type Interval, unknownInterval } from './intervals/interval.ts';
import { groupsDrawn, pooledSums, rowLimit, rowSums } from './intervals/row-sums.ts';
import { sectionOffsets, sectionsInterval } from './intervals/sections.ts';
import { wilsonInterval } from './intervals/wilson.ts';
import type { AnyPredictions, ClassPredictions, DetectionPredictions, Task } from './predictions.ts';
import { type ScoreTable, scoreTable, unweightedScoreTable } from './score-table.ts';
import { reweighted, unitsBetween } from './selection.ts';
import { type SummedMetric, type Terms, termsOf, unitCountOf } from './terms/terms.ts';

/** How intervals are found. */
export interface UncertaintyOptions extends BootstrapOptions {
  /** Where each canonical block begins, the end of the last appended: groups of neighbouring rows lie within a block. */
  blockOffsets?: ArrayLike<number>;
  /**
   * Above this many rows, and up to 100,000, random groups of rows are drawn instead of single rows; never by default. Above
   * 100,000, groups of neighbours are.
   */
  pooledFrom?: number;
}

/** A metric's value, and how sure it is. */
export interface UncertainMeasurement extends Measurement {
  interval?: Interval;
}

/** Measured predictions: the values, and what is needed to compare them with others on the same rows. */
export interface Measured {
  task: Task;
  predictions: AnyPredictions;
  metrics: Metric[];
  /** By the name as it was asked for. */
  values: Record<string, UncertainMeasurement>;
  /** A metric's value in each draw of units; measured predictions of as many units have the same draws. */
  draws: Map<string, Float64Array>;
  /** A metric's value on each section of the rows, if it is not drawn. */
  sections: Map<string, Float64Array>;
  /** How metrics of scores differ from those of constant scores, as far as that is known already. */
  chance: Map<string, Comparison>;
  /** How groups of units were drawn, in words, if single ones were not. */
  drawnUnits: Map<string, string>;
  shared: MetricCall['shared'];
  options: UncertaintyOptions;
}

/** Fewest units to be cut into sections: sections of fewer than ten units say nothing. */
const leastForSections = 300;

/** Up to this many units, a metric that is no function of sums is measured on each draw; beyond, on sections. */
const wholeLimit = 2000;

/**
 * Measures predictions, with an interval for each metric: DeLong's for the area under the ROC curve of two classes,
 * Wilson's for shares of rows, the jackknife's for average precision, a bootstrap of sums for whatever is made of them,
 * and for the rest a bootstrap of up to 2,000 rows or sections of more.
 *
 * Above 100,000 rows, groups of neighbouring rows are drawn instead of single ones; the interval's note says so.
 *
 * @param names as `measure` takes them
 * @param options.intervals whether to find intervals; comparisons do not need them
 * @throws InputError as `measure`
 */
export function measureUncertain(
  task: Task,
  names: readonly string[],
  predictions: AnyPredictions,
  { intervals = true, ...options }: UncertaintyOptions & { intervals?: boolean } = {},
): Measured {
  const shared = rememberShared();
  const metrics = names.map((name) => metricNamed(name, task));
  const values: Measured['values'] = measure(task, names, predictions, { shared });
  const measured: Measured = {
    task,
    predictions,
    metrics,
    values,
    draws: new Map(),
    sections: new Map(),
    chance: new Map(),
    drawnUnits: new Map(),
    shared,
    options,
  };
  const summed = new Map<string, SummedMetric>();
  for (const [i, name] of names.entries()) {
    if (!Number.isFinite(values[name].value)) continue;
    const terms = termsOf(metrics[i], predictions, shared);
    if (terms) summed.set(name, terms);
  }
  drawSummed(measured, summed);
  const table = tableOf(measured);
  for (const [i, name] of names.entries()) {
    if (intervals && Number.isFinite(values[name].value)) {
      values[name].interval = intervalOf(measured, { name, metric: metrics[i], summed: summed.get(name), table });
    }
  }
  return measured;
}

/** The middle share of the draws, where there are any, and what is known better otherwise. */
function intervalOf(
  measured: Measured,
  {
    name,
    metric,
    summed,
    table,
  }: { name: string; metric: Metric; summed: SummedMetric | undefined; table: () => ScoreTable },
): Interval | undefined {
  const { predictions, values, draws, options } = measured;
  const { confidence } = options;
  if (summed?.shareOfAll) {
    const { hits, asked } = summed.shareOfAll;
    return wilsonInterval(hits / asked, asked, { confidence });
  }
  if (summed?.share) return shareInterval(summed.share, summed.terms.unitCount, predictions.weights, confidence);
  if (predictions.kind === 'classes' && predictions.classCount === 2) {
    if (metric.entry.name === 'auc' && metric.parameters.maxFpr === 1) {
      measured.chance.set(name, delongAgainstChance(table(), { confidence }));
      const { auc: _, ...interval } = delongInterval(table(), { confidence });
      return interval;
    }
    if (metric.entry.name === 'averagePrecision') {
      measured.chance.set(name, averagePrecisionAgainstChance(table(), { confidence }));
      const { averagePrecision: _, ...interval } = averagePrecisionInterval(table(), { confidence });
      return interval;
    }
  }
  const unitCount = unitCountOf(predictions);
  const drawn = draws.get(name) ?? drawWhole(measured, name, metric);
  if (drawn) return noted(percentileInterval(drawn, unitCount, options), measured.drawnUnits.get(name));
  if (unitCount < leastForSections) {
    return unknownInterval('sections', confidence ?? 0.95, `${unitCount} units are too few to cut into sections`);
  }
  return sectionsInterval(values[name].value, onSections(measured, name), { confidence, range: metric.range });
}

/**
 * Answers a function that makes the table of two classes' scores at its first call.
 *
 * The rows are sorted once for all tables; a table takes as much memory again, and is kept only as long as the function.
 */
export function tableOf({ predictions, shared }: Pick<Measured, 'predictions' | 'shared'>): () => ScoreTable {
  let table: ScoreTable | undefined;
  return () => {
    const classes = ofKind(predictions, 'classes');
    table ??= classes.weights
      ? scoreTable(classes.actual, scoresOf(classes), classes)
      : unweightedScoreTable(shared('ranked scores', () => rankedScores(classes)));
    return table;
  };
}

/** The scores by which rows of two classes are ranked. */
export const scoresOf = ({ margins, probabilities }: ClassPredictions): Float64Array => margins ?? probabilities;

function shareInterval(
  share: (unit: number) => number,
  unitCount: number,
  weights: Float64Array | undefined,
  confidence: number | undefined,
): Interval {
  let [hits, total, squares, asked] = [0, 0, 0, 0];
  for (let unit = 0; unit < unitCount; unit++) {
    const held = share(unit);
    if (held < 0) continue;
    const weight = weights ? weights[unit] : 1;
    asked++;
    hits += weight * held;
    total += weight;
    squares += weight * weight;
  }
  const trials = total === 0 ? 0 : (total * total) / squares;
  const interval = wilsonInterval(hits / total, trials, { confidence });
  if (trials === asked) return interval;
  return { ...interval, note: `weighted rows, which tell as much as ${Math.round(trials)} equal ones` };
}

/** Draws the metrics that are functions of sums: all in the same draws, those of the same sums together. */
function drawSummed(
  { predictions, draws, drawnUnits, options }: Measured,
  summed: ReadonlyMap<string, SummedMetric>,
): void {
  const groups = new Map<Terms, string[]>();
  for (const [name, { terms }] of summed) groups.set(terms, [...(groups.get(terms) ?? []), name]);
  if (groups.size === 0) return;
  const { pooledFrom = rowLimit } = options;
  const rowCount = unitCountOf(predictions);
  const drawn = [...groups].map(([terms, names]) => {
    const metrics = names.map((name) => (summed.get(name) as SummedMetric).of);
    if (rowCount <= Math.min(pooledFrom, rowLimit) && terms.places) {
      const { places, width } = terms;
      return { sums: { places, width, weights: predictions.weights }, metrics, unitCount: rowCount, words: undefined };
    }
    const add = (unit: number, kept: Float64Array, at: number) => terms.add(unit, kept, at);
    const isPooled = rowCount > pooledFrom && rowCount <= rowLimit;
    const sums = isPooled ? pooledSums(rowCount, terms.width, add) : rowSums(rowCount, terms.width, add, options);
    const { unitCount, width, values } = sums;
    const columns = Array.from({ length: width }, (_, j) => everyNth(values, width, j));
    return {
      sums: { columns },
      metrics,
      unitCount,
      words: sums.unitRows > 1 ? groupsDrawn(sums, isPooled ? 'random' : 'neighbouring') : undefined,
    };
  });
  const found = drawTogether(drawn[0].unitCount, drawn, options);
  for (const [g, names] of [...groups.values()].entries()) {
    for (const [k, name] of names.entries()) {
      draws.set(name, found[g][k]);
      const { words } = drawn[g];
      if (words !== undefined) drawnUnits.set(name, words);
    }
  }
}

function everyNth(values: Float64Array, width: number, first: number): Float64Array {
  const column = new Float64Array(values.length / width);
  for (let i = 0; i < column.length; i++) column[i] = values[i * width + first];
  return column;
}

/** Draws a metric that is measured anew each time; undefined where that takes too long, or no weights can be given. */
function drawWhole(measured: Measured, name: string, { entry, parameters }: Metric): Float64Array | undefined {
  const { predictions, draws, options } = measured;
  const unitCount = unitCountOf(predictions);
  if (predictions.kind === 'detections' && Object.hasOwn(cocoKeys, entry.name)) {
    drawDetections(measured, predictions);
  } else if (unitCount <= wholeLimit && entry.weighted) {
    const value = (counts: Float64Array) =>
      entry.compute(reweighted(predictions, counts), { parameters, shared: unshared });
    draws.set(name, drawCounts(unitCount, value, options));
  }
  return draws.get(name);
}

/** Most boxes that are ranked in all draws together, and the fewest draws for an interval. */
const boxDraws = 1_000_000;
const fewestDraws = 100;

/** Draws of all of COCO's figures at once, as each draw's matches give them all. */
function drawDetections({ metrics, draws, options, shared }: Measured, predictions: DetectionPredictions) {
  const matches = cocoMatches(predictions, shared);
  const affordable = Math.max(fewestDraws, Math.floor(boxDraws / Math.max(1, predictions.detected.length)));
  const resamples = Math.min(options.resamples ?? 1000, affordable);
  const found = new Map(
    metrics.flatMap(({ entry }) => {
      return Object.hasOwn(cocoKeys, entry.name) ? [[entry.name, new Float64Array(resamples)] as const] : [];
    }),
  );
  let draw = 0;
  const values = (counts: Float64Array) => {
    const figures = summarise(matches, inOrderOfIds(reweighted(predictions, counts)));
    for (const [name, drawn] of found) drawn[draw] = figures[cocoKeys[name]];
    draw++;
    return 0;
  };
  drawCounts(predictions.images.length, values, { ...options, resamples });
  for (const [name, drawn] of found) draws.set(name, drawn);
}

/** A metric on each section of the rows. */
export function onSections({ task, predictions, sections }: Measured, name: string): Float64Array {
  let found = sections.get(name);
  if (!found) {
    const offsets = sectionOffsets(unitCountOf(predictions));
    found = Float64Array.from({ length: offsets.length - 1 }, (_, i) => {
      const part = unitsBetween(predictions, offsets[i], offsets[i + 1]);
      return measure(task, [name], part)[name].value;
    });
    sections.set(name, found);
  }
  return found;
}

/** An interval that says which groups were drawn. */
export const noted = (interval: Interval, drawn: string | undefined): Interval =>
  drawn === undefined ? interval : { ...interval, note: interval.note ? `${drawn}; ${interval.note}` : drawn };
