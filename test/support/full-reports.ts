// Longer than most: data, not code.

import { measured } from '../../lib/report/measured.ts';
import type { Evaluation, Measured, Metrics, Report } from '../../lib/report/report.ts';
import { binaryReport, regressionReport } from './sample-reports.ts';

// Reports with all that an evaluation can hold, for each task. Numbers are in the range of real ones.

/** A metric with an interval. */
function sure(value: number, low: number, high: number, method = 'bootstrap', note?: string): Measured {
  const resamples = method === 'bootstrap' ? { resamples: 1000 } : {};
  return {
    value,
    interval: { low, high, confidence: 0.95, method, ...resamples, ...(note !== undefined && { note }) },
  };
}

function slice(metric: string, name: string, rowCount: number, value: number, reach: number, gap: number) {
  const [low, high] = [gap - reach, gap + reach];
  const interval = { low, high, confidence: 0.95, method: 'delta' };
  return {
    name,
    columns: name.split(', ').map((part) => part.split(/ = | from /)[0]),
    rowCount,
    metrics: { [metric]: sure(value, value - reach, value + reach, 'delta') },
    difference: {
      metric,
      value: gap,
      interval,
      verdict: low > 0 ? ('worse' as const) : high < 0 ? ('worse' as const) : ('undecided' as const),
    },
  };
}

const binaryEvaluation: Evaluation = {
  on: '7,056 labelled rows that came after training.',
  rowCount: 7056,
  metrics: {
    auc: sure(0.8321, 0.8216, 0.8426, 'delong'),
    averagePrecision: sure(0.6612, 0.6391, 0.6834),
    logLoss: sure(0.3924, 0.3801, 0.4048),
    accuracy: sure(0.8233, 0.8142, 0.832, 'wilson'),
    precision: sure(0.6771, 0.6548, 0.6987, 'wilson'),
    recall: sure(0.6412, 0.6192, 0.6626, 'wilson'),
    f1: sure(0.6587, 0.6391, 0.6776),
    brier: sure(0.1271, 0.1226, 0.1318),
  },
  baseline: {
    name: 'most frequent class of the training rows',
    metrics: {
      auc: measured(0.5),
      averagePrecision: measured(0.2655),
      logLoss: measured(0.5788),
      accuracy: measured(0.7346),
      precision: measured(0, 'no row was predicted positive, so precision counts as 0'),
      recall: measured(0),
      f1: measured(0),
      brier: measured(0.195),
    },
  },
  champion: {
    version: '0b7d5e2f99c14a36',
    metrics: {
      auc: measured(0.8274),
      averagePrecision: measured(0.6533),
      logLoss: measured(0.3981),
      accuracy: measured(0.8226),
      precision: measured(0.6803),
      recall: measured(0.6294),
      f1: measured(0.6539),
      brier: measured(0.1284),
    },
  },
  comparisons: [
    {
      against: 'champion',
      name: '0b7d5e2f99c14a36',
      metric: 'auc',
      value: 0.8321,
      other: 0.8274,
      difference: 0.0047,
      interval: { low: 0.0012, high: 0.0082, confidence: 0.95, method: 'delong' },
      pValue: 0.0083,
      test: 'DeLong',
      verdict: 'better',
      sentence: 'ROC AUC is higher than champion’s by 0.0047 (0.0012 to 0.0082): better, beyond chance (p = 0.0083).',
    },
    {
      against: 'champion',
      name: '0b7d5e2f99c14a36',
      metric: 'accuracy',
      value: 0.8233,
      other: 0.8226,
      difference: 0.0007,
      interval: { low: -0.0021, high: 0.0035, confidence: 0.95, method: 'wilson' },
      pValue: 0.68,
      test: 'McNemar',
      verdict: 'undecided',
      sentence:
        'Accuracy differs from champion’s by 0.0007 (−0.0021 to 0.0035): these rows do not say which is better.',
    },
    {
      against: 'baseline',
      name: 'most frequent class of the training rows',
      metric: 'logLoss',
      value: 0.3924,
      other: 0.5788,
      difference: -0.1864,
      interval: { low: -0.1972, high: -0.1757, confidence: 0.95, method: 'bootstrap', resamples: 1000 },
      pValue: 0,
      test: 'paired bootstrap',
      verdict: 'better',
      sentence: 'Log loss is lower than the baseline’s by 0.1864 (0.1757 to 0.1972): better, beyond chance.',
    },
  ],
  confusionMatrix: binaryReport.evaluation?.confusionMatrix,
  classes: [
    { label: 'no', support: 5183, metrics: rates(0.8728, 0.8894, 0.8811) },
    { label: 'yes', support: 1873, metrics: rates(0.6771, 0.6412, 0.6587) },
  ],
  roc: binaryReport.evaluation?.roc,
  precisionRecall: {
    points: Array.from({ length: 401 }, (_, i) => {
      const recall = i / 400;
      return { recall, precision: 0.2655 + 0.7345 * (1 - recall) ** 0.62 * (1 - 0.012 * Math.sin(i) * (1 - recall)) };
    }).map(({ recall, precision }) => ({ recall, precision: Math.min(1, precision) })),
    averagePrecision: 0.6612,
    prevalence: 0.2655,
  },
  calibrationCurve: {
    bins: Array.from({ length: 10 }, (_, i) => {
      const predicted = 0.05 + i / 10;
      const observed = predicted + 0.05 * Math.sin(predicted * 6.3);
      const rowCount = [2711, 1302, 811, 566, 421, 371, 302, 256, 204, 112][i];
      const reach = 1.96 * Math.sqrt((observed * (1 - observed)) / rowCount);
      return { predicted, observed, rowCount, low: Math.max(0, observed - reach), high: Math.min(1, observed + reach) };
    }),
    binning: '10 bins of equal width',
    expectedCalibrationError: 0.0312,
    maximumCalibrationError: 0.0498,
  },
  gain: { points: Array.from({ length: 101 }, (_, i) => ({ share: i / 100, gain: 1 - (1 - i / 100) ** 2.6 })) },
  positiveClass: 'yes',
  slices: {
    metric: 'accuracy',
    examined: 64,
    leastRows: 100,
    correction: 'Bonferroni',
    slices: [
      slice('accuracy', 'contract = month to month, tenure_months from 0 to 6', 1184, 0.7061, 0.0413, -0.1172),
      slice('accuracy', 'contract = month to month', 3875, 0.7541, 0.0221, -0.0692),
      slice('accuracy', 'monthly_charge from 70.5 to 89.9', 1764, 0.7812, 0.0312, -0.0421),
      slice('accuracy', 'tenure_months from 0 to 6', 1764, 0.7874, 0.0309, -0.0359),
      slice('accuracy', 'monthly_charge missing', 112, 0.7946, 0.1304, -0.0287),
      ...Array.from({ length: 12 }, (_, i) =>
        slice('accuracy', `region = district ${i + 1}`, 420 - 17 * i, 0.8101 + i * 0.006, 0.061, -0.0132 + i * 0.006),
      ),
    ],
  },
  fairness: [
    {
      column: 'sex',
      groups: [
        { value: 'female', rowCount: 3492, selectionRate: 0.2581, truePositiveRate: 0.6522, falsePositiveRate: 0.1131 },
        { value: 'male', rowCount: 3564, selectionRate: 0.2447, truePositiveRate: 0.6304, falsePositiveRate: 0.1081 },
        { value: 'not stated', rowCount: 41, selectionRate: 0.1951, truePositiveRate: null, falsePositiveRate: 0.1026 },
      ],
      demographicParity: { difference: 0.063, ratio: 0.7559 },
      equalOpportunity: { difference: null, ratio: null },
      equalisedOdds: { difference: null, ratio: null },
    },
  ],
  threshold: { value: 0.3861, aim: 'highest F1', on: 'a fifth of the training rows, which took no part in fitting' },
  calibration: {
    method: 'isotonic',
    on: 'the same rows as the threshold',
    before: { logLoss: sure(0.4187, 0.4062, 0.4311), brier: sure(0.1335, 0.1288, 0.1383) },
  },
  worstRows: Array.from({ length: 8 }, (_, i) => ({
    place: `datasets/churn/2026-03-14/part-0000${i}.csv, line ${117 + 31 * i}`,
    actual: i % 3 === 0 ? 'no' : 'yes',
    predicted: i % 3 === 0 ? 'yes (0.971)' : `no (0.0${31 + i})`,
    loss: 3.54 - i * 0.11,
    features: {
      tenure_months: String(70 - i),
      monthly_charge: i === 3 ? null : (21.4 + i).toFixed(2),
      contract: 'two years',
    },
  })),
};

export const fullBinaryReport: Report = {
  ...binaryReport,
  kind: 'training',
  run: '7c1e09d2b4a85f63',
  verdict: {
    gate: 'undecided',
    sentence: '1 of 4 gates is undecided.',
    why: [
      'It is better than champion in ROC AUC beyond chance: 0.8321 against 0.8274.',
      'It is surely worse on 3 slices than on all rows, most of all where contract is month to month and tenure is below 6 months.',
      'Its forecasts come true about as often as they say: they are off by 3.1 points of a hundred on average.',
    ],
    gates: [
      {
        sentence: 'ROC AUC: expected at least 0.82, found 0.8321, surely at 95%.',
        metric: 'auc',
        expected: 'at least 0.82',
        found: 0.8321,
        verdict: 'pass',
        confidence: 0.95,
      },
      {
        sentence:
          'Accuracy: expected no worse than champion’s 0.8226, found 0.8233, which 7056 rows do not settle at 95%.',
        metric: 'accuracy',
        expected: 'no worse than champion’s 0.8226',
        found: 0.8233,
        verdict: 'undecided',
        confidence: 0.95,
      },
      {
        sentence: 'Accuracy where contract is month to month: expected at least 0.7, found 0.7541.',
        metric: 'accuracy',
        expected: 'at least 0.7',
        found: 0.7541,
        verdict: 'pass',
        slice: 'contract = month to month',
      },
      {
        sentence: 'Model size: expected at most 1 MB, found 412 bytes.',
        metric: 'modelBytes',
        expected: 'at most 1 MB',
        found: 412,
        verdict: 'pass',
      },
    ],
    champion: {
      moved: false,
      version: '0b7d5e2f99c14a36',
      sentence: 'A gate is undecided. Champion stays at version 0b7d5e2f99c14a36.',
    },
  },
  training: regressionReport.training,
  evaluation: binaryEvaluation,
  footprint: {
    seconds: 2.384,
    trainingSeconds: 1.412,
    gbSeconds: 4.22,
    costUsd: 0.0000562,
    energyKwh: 0.0000171,
    carbonGrams: 0.0069,
    modelBytes: 412,
    predictionMs: 0.0031,
  },
  footprintBasis: 'Cost by list prices, energy and carbon by estimates, of June 2025 in eu-central-1.',
};

const residualPoints = (regressionReport.evaluation?.predictedVsActual ?? []).map(({ actual, predicted }) => ({
  predicted,
  residual: actual - predicted,
}));

export const fullRegressionReport: Report = {
  ...regressionReport,
  evaluation: {
    ...(regressionReport.evaluation as Evaluation),
    metrics: {
      rmse: sure(1134.56, 1101.2, 1168.3),
      mae: sure(742.18, 726.4, 758.1),
      r2: sure(0.91873, 0.9139, 0.9232),
      mse: sure(1_287_226.4, 1_212_641, 1_364_925),
    },
    comparisons: [
      {
        against: 'champion',
        name: '0b7d5e2f99c14a36',
        metric: 'rmse',
        value: 1134.56,
        other: 1162.02,
        difference: -27.46,
        interval: { low: -44.8, high: -10.2, confidence: 0.95, method: 'bootstrap', resamples: 1000 },
        pValue: 0.002,
        test: 'paired bootstrap',
        verdict: 'better',
        sentence: 'RMSE is lower than champion’s by 27.46 (10.2 to 44.8): better, beyond chance (p = 0.002).',
      },
    ],
    residuals: {
      points: residualPoints,
      histogram: {
        from: -6000,
        to: 6000,
        counts: [3, 12, 55, 190, 610, 1502, 2911, 2703, 1560, 710, 310, 121, 47, 14, 5],
      },
    },
    slices: {
      metric: 'mae',
      examined: 40,
      leastRows: 100,
      correction: 'Bonferroni',
      slices: [
        slice('mae', 'carat from 1.04 to 5.01', 2681, 1483.2, 92.1, 741),
        slice('mae', 'clarity = IF', 361, 1120.7, 210.4, 378.5),
        slice('mae', 'color = J', 556, 811.2, 120.6, 69),
      ],
    },
    worstRows: [
      {
        place: 'datasets/diamonds/diamonds.csv, line 27632',
        actual: '18018',
        predicted: '41000',
        loss: 528_172_324,
        features: { carat: '5.01', cut: 'Fair', color: 'J', clarity: 'I1', table: null },
      },
    ],
  },
};

/** What reports of predictions that others made have in common. */
function evaluationReport(task: NonNullable<Report['task']>, title: string, evaluation: Evaluation): Report {
  const { verdict: _verdict, model: _model, training: _training, ...rest } = binaryReport;
  return {
    ...rest,
    kind: 'evaluation',
    task,
    name: title,
    title,
    verdict: {
      gate: 'none',
      sentence: 'No gates were asked for.',
      why: ['No gate was asked for, so nothing says how good is good enough.'],
      gates: [],
      champion: { moved: false, version: null, sentence: 'An evaluation moves no alias.' },
    },
    evaluation,
    request: null,
  };
}

export const rankingReport = evaluationReport('ranking', 'search-results.csv', {
  on: '241,521 rows.',
  rowCount: 241_521,
  groupCount: 2_000,
  metrics: {
    'ndcg@10': sure(0.4821, 0.4702, 0.494, 'bootstrap', 'queries were drawn, not rows'),
    'map@10': sure(0.4417, 0.4291, 0.4542),
    mrr: sure(0.5512, 0.5361, 0.566),
    'recall@10': sure(0.6121, 0.6002, 0.6241),
  },
  against: {
    name: 'yesterday.csv',
    metrics: {
      'ndcg@10': measured(0.4764),
      'map@10': measured(0.4371),
      mrr: measured(0.549),
      'recall@10': measured(0.607),
    },
  },
  comparisons: [
    {
      against: 'file',
      name: 'yesterday.csv',
      metric: 'ndcg@10',
      value: 0.4821,
      other: 0.4764,
      difference: 0.0057,
      interval: interval(0.0031, 0.0083, 'queries were drawn, not rows'),
      pValue: 0.001,
      test: 'paired bootstrap',
      verdict: 'better',
      sentence: 'NDCG@10 is higher than that of yesterday.csv by 0.0057 (0.0031 to 0.0083): better, beyond chance.',
    },
  ],
});

export const detectionReport = evaluationReport('detection', 'detections.json', {
  on: '36,781 boxes in 5,000 images.',
  rowCount: 36_781,
  groupCount: 5000,
  metrics: {
    'AP@[.50:.95]': sure(0.5045, 0.491, 0.518),
    'AP@.50': sure(0.697, 0.681, 0.712),
    'AP@.75': sure(0.573, 0.556, 0.589),
    'AP small': sure(0.586, 0.544, 0.627),
    'AR@100': sure(0.594, 0.582, 0.606),
  },
  classes: Array.from({ length: 80 }, (_, i) => ({
    label: ['person', 'bicycle', 'car', 'motorcycle'][i] ?? `category ${i + 1}`,
    support: 10_777 - i * 131,
    metrics: { 'AP@[.50:.95]': measured(0.61 - i * 0.004), 'AP@.50': measured(0.82 - i * 0.005) },
  })),
});

export const textReport = evaluationReport('text', 'summaries.jsonl', {
  on: '2,000 answers with their references.',
  rowCount: 2000,
  metrics: {
    rougeL: sure(0.3612, 0.3541, 0.3683),
    bleu: sure(0.2417, 0.2331, 0.2502),
    chrf: sure(0.5121, 0.5062, 0.518),
    exactMatch: sure(0.041, 0.0332, 0.0506, 'wilson'),
  },
  worstRows: [
    {
      place: 'summaries.jsonl, line 118',
      actual: 'The council voted on Tuesday to keep the library open at weekends.',
      predicted: 'The the the the the the the the the the the the the the the the the the the the the the the.',
      loss: 1,
      features: {},
    },
  ],
});

export const fullReports = {
  'full-binary': fullBinaryReport,
  'full-regression': fullRegressionReport,
  ranking: rankingReport,
  detection: detectionReport,
  text: textReport,
};

function interval(low: number, high: number, note: string) {
  return { low, high, confidence: 0.95, method: 'bootstrap', resamples: 1000, note };
}

function rates(precision: number, recall: number, f1: number): Metrics {
  return { precision: measured(precision), recall: measured(recall), f1: measured(f1) };
}
