// The library's public surface, one block a folder. What is not here may change without notice.

// core: shared types, errors named by their remedy, seeded randomness, and functions with the same bits everywhere.
export { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from './core/elementary.ts';
export { ConflictError, HoneError, InputError, NotFoundError, NumericError, StoreError } from './core/errors.ts';
export { type LeastSquares, leastSquares } from './core/least-squares.ts';
export type { Matrix } from './core/matrix.ts';
export type { Objective } from './core/objective.ts';
export { seededRandom } from './core/random.ts';
export { recipe } from './core/recipe.ts';
export type { Vector } from './core/vector.ts';
// data: from bytes to a matrix.
export { type Encoding, encodeRecord, encodeRows } from './data/encode.ts';
export { fitEncoding } from './data/fit-encoding.ts';
export { profileTable } from './data/profile.ts';
export { readTable } from './data/read.ts';
export { splitRows } from './data/split.ts';
export type { Block, Column, DataObject, Table } from './data/table.ts';
export { decodeValue, encodeTarget, fitTarget, labelledRows, type TargetEncoding } from './data/target.ts';
// jobs: the use cases, as functions and the command line run them.
export type { Context } from './jobs/context.ts';
export { evaluateModel } from './jobs/evaluate-model.ts';
export { inspect } from './jobs/inspect.ts';
export { openModel } from './jobs/open-model.ts';
export { predictRecords } from './jobs/predict.ts';
export { runPipeline } from './jobs/run.ts';
// losses: what a model is trained by.
export { absolute } from './losses/absolute.ts';
export { balancedWeights, weighClasses } from './losses/class-weights.ts';
export { crossEntropy, smoothCrossEntropy } from './losses/cross-entropy.ts';
export { focal, softmaxFocal } from './losses/focal.ts';
export { gamma } from './losses/gamma.ts';
export { hinge, squaredHinge } from './losses/hinge.ts';
export { huber } from './losses/huber.ts';
export { logCosh } from './losses/log-cosh.ts';
export { logistic, smoothLogistic } from './losses/logistic.ts';
export type { Link, Loss } from './losses/loss.ts';
export { type LossName, type LossRequest, lossNames, makeLoss } from './losses/losses.ts';
export { type Penalty, penalty } from './losses/penalties.ts';
export { poisson } from './losses/poisson.ts';
export { quantile } from './losses/quantile.ts';
export { squared } from './losses/squared.ts';
export { tweedie } from './losses/tweedie.ts';
// metrics: how good predictions are. The catalogue names them all; docs/metrics.md is made from it.
export { balancedAccuracyScore, cohenKappa, matthewsCorrelation } from './metrics/agreement.ts';
export { type Calibration, calibrate, isotonicCalibration, plattScaling } from './metrics/calibrate.ts';
export { calibrationCurve, expectedCalibrationError, maximumCalibrationError } from './metrics/calibration.ts';
export { catalogue, findMetric, measure, metricNamed, metricsOf } from './metrics/catalogue.ts';
export {
  accuracyScore,
  f1Score,
  fBetaScore,
  hammingLoss,
  jaccardScore,
  precisionScore,
  recallScore,
  scoresByClass,
  specificityScore,
} from './metrics/classification.ts';
export { confusionMatrix } from './metrics/confusion.ts';
export { detectionErrorCurve, gainCurve, precisionRecallCurve, rocCurve } from './metrics/curves.ts';
export { type Box, type DetectedBox, intersectionOverUnion, type TruthBox } from './metrics/detection/boxes.ts';
export { type CocoEvaluation, cocoEvaluation } from './metrics/detection/coco.ts';
export { readCocoDetections, readCocoTruth } from './metrics/detection/coco-json.ts';
export { pascalVocEvaluation, type VocEvaluation } from './metrics/detection/pascal-voc.ts';
export { meanGammaDeviance, meanPoissonDeviance, meanTweedieDeviance } from './metrics/deviance.ts';
export {
  adjustedR2Score,
  d2PinballScore,
  d2TweedieScore,
  explainedVarianceScore,
  r2Score,
} from './metrics/explained.ts';
export { dcgScore, ndcgScore } from './metrics/gains.ts';
export { decideGate, decideGates, type GateDecision, type GateEvidence, type GateRule } from './metrics/gates.ts';
export { averagePrecisionInterval } from './metrics/intervals/average-precision.ts';
export { type BootstrapOptions, bootstrap, bootstrapSums } from './metrics/intervals/bootstrap.ts';
export {
  type Comparison,
  lossDifference,
  mcnemarTest,
  pairedBootstrap,
  pairedBootstrapSums,
} from './metrics/intervals/comparison.ts';
export { delongDifference, delongInterval } from './metrics/intervals/delong.ts';
export type { Interval } from './metrics/intervals/interval.ts';
export { meanInterval } from './metrics/intervals/mean-interval.ts';
export { type RowSums, rowSums } from './metrics/intervals/row-sums.ts';
export { proportionInterval, wilsonInterval } from './metrics/intervals/wilson.ts';
export { coverageError, labelRankingAveragePrecision, labelRankingLoss } from './metrics/label-ranking.ts';
export { labelConfusion, labelHammingLoss, labelSetScore, subsetAccuracyScore } from './metrics/multilabel.ts';
export { brierLoss, brierSumLoss, hingeLoss, logLoss, topKAccuracyScore } from './metrics/probability.ts';
export {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanPinballLoss,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  rootMeanSquaredError,
  symmetricMeanAbsolutePercentageError,
} from './metrics/regression.ts';
export {
  hitRate,
  meanAveragePrecision,
  meanReciprocalRank,
  precisionAtK,
  recallAtK,
} from './metrics/retrieval.ts';
export {
  averagePrecisionScore,
  gainScore,
  kolmogorovSmirnov,
  liftScore,
  rocAucScore,
} from './metrics/score-metrics.ts';
export { type ScoreTable, scoreTable } from './metrics/score-table.ts';
export { type Fairness, groupFairness } from './metrics/slices/fairness.ts';
export { type Slice, type SliceColumn, sliceRows } from './metrics/slices/slice-rows.ts';
export { measureSlices, type SliceMetric, type SliceReport } from './metrics/slices/worst-slices.ts';
export { bleu, sentenceBleu } from './metrics/text/bleu.ts';
export { chrf } from './metrics/text/chrf.ts';
export { characterErrorRate, wordErrorRate } from './metrics/text/edit-distance.ts';
export { compilePattern, patternScore } from './metrics/text/pattern.ts';
export { rougeL, rougeLsum, rougeN } from './metrics/text/rouge.ts';
export { exactMatchScore, squadF1Score } from './metrics/text/squad.ts';
export { translationEditRate } from './metrics/text/translation-edit-rate.ts';
export { jsonValidityScore, perplexity } from './metrics/text/validity.ts';
export { type ChosenThreshold, chooseThreshold, type ThresholdAim } from './metrics/threshold.ts';
// models: a layout of one flat parameter vector, and a prediction.
export { createModel, type ModelOptions } from './models/create-model.ts';
export type { Examples, Model, ObjectiveOptions } from './models/model.ts';
export { toPredictions } from './models/predictions.ts';
// optimizers: update rules that compose, and the loop that follows them.
export { adadelta } from './optimizers/adadelta.ts';
export { adagrad } from './optimizers/adagrad.ts';
export { adam } from './optimizers/adam.ts';
export { adamax } from './optimizers/adamax.ts';
export { adamw } from './optimizers/adamw.ts';
export { addDecay } from './optimizers/add-decay.ts';
export { chain } from './optimizers/chain.ts';
export { clipByNorm } from './optimizers/clip-by-norm.ts';
export { clipByValue } from './optimizers/clip-by-value.ts';
export { closedForm } from './optimizers/closed-form.ts';
export { fista } from './optimizers/fista.ts';
export { gd } from './optimizers/gd.ts';
export { lbfgs } from './optimizers/lbfgs.ts';
export { lion } from './optimizers/lion.ts';
export { type MinimiseOptions, minimise } from './optimizers/minimise.ts';
export { nadam } from './optimizers/nadam.ts';
export { newton } from './optimizers/newton.ts';
export { proximal } from './optimizers/proximal.ts';
export { radam } from './optimizers/radam.ts';
export { reduceOnPlateau } from './optimizers/reduce-on-plateau.ts';
export { rmsprop } from './optimizers/rmsprop.ts';
export type { Rule } from './optimizers/rule.ts';
export { makeRule } from './optimizers/rules.ts';
export { scale } from './optimizers/scale.ts';
export { scaleByAdadelta } from './optimizers/scale-by-adadelta.ts';
export { scaleByAdagrad } from './optimizers/scale-by-adagrad.ts';
export { scaleByAdam } from './optimizers/scale-by-adam.ts';
export { scaleByAdamax } from './optimizers/scale-by-adamax.ts';
export { scaleByLearningRate } from './optimizers/scale-by-learning-rate.ts';
export { scaleByLion } from './optimizers/scale-by-lion.ts';
export { scaleByNadam } from './optimizers/scale-by-nadam.ts';
export { scaleByRadam } from './optimizers/scale-by-radam.ts';
export { scaleByRms } from './optimizers/scale-by-rms.ts';
export { scaleBySchedule } from './optimizers/scale-by-schedule.ts';
export { chained, sequential } from './optimizers/schedules/combine.ts';
export { constant } from './optimizers/schedules/constant.ts';
export { cosine } from './optimizers/schedules/cosine.ts';
export { cosineRestarts } from './optimizers/schedules/cosine-restarts.ts';
export { cyclic } from './optimizers/schedules/cyclic.ts';
export { exponential } from './optimizers/schedules/exponential.ts';
export { inverse } from './optimizers/schedules/inverse.ts';
export { linear } from './optimizers/schedules/linear.ts';
export { makeSchedule, type ScheduleRequest } from './optimizers/schedules/make-schedule.ts';
export { oneCycle } from './optimizers/schedules/one-cycle.ts';
export { polynomial } from './optimizers/schedules/polynomial.ts';
export type { Schedule } from './optimizers/schedules/schedule.ts';
export { step } from './optimizers/schedules/step.ts';
export type { Point, Search, SearchOutcome, SearchRule } from './optimizers/search-rule.ts';
export { sgd } from './optimizers/sgd.ts';
export type { Checkpoint, Progress, Solution, Status, StopCriteria } from './optimizers/solution.ts';
export { trace } from './optimizers/trace.ts';
// pipeline: the user's document.
export { checkPipeline } from './pipeline/check-pipeline.ts';
export { parsePipeline } from './pipeline/parse.ts';
export { type AppliedDefault, type Request, resolvePipeline } from './pipeline/resolve.ts';
export { type PipelineDocument, pipelineSchema } from './pipeline/schema.ts';
// registry: versions, aliases, and files that other programs read.
export { listAliases, moveAlias, readAlias, rollBackAlias } from './registry/aliases.ts';
export type { Manifest } from './registry/manifest.ts';
export { decodeSafetensors, encodeSafetensors } from './registry/safetensors.ts';
export { listModels, listVersions, readVersion } from './registry/versions.ts';
// report: one report, as JSON and as a page.
export { renderHtml } from './report/html.ts';
export { renderJson } from './report/json.ts';
export { checkReport, type Report, reportSchema } from './report/report.ts';
// store: where objects lie. A folder, or S3, behind one interface.
export { listAll } from './store/list.ts';
export { openStore } from './store/open.ts';
export type { GetOptions, ObjectInfo, ObjectPage, PutOptions, Store, StoredObject } from './store/store.ts';
