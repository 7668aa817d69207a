// Longer than most: data, not code.

import { measured } from '../../lib/report/measured.ts';
import type { Report } from '../../lib/report/report.ts';

// Reports as a training would write them, with numbers in the range of the real ones: a page to look at and to test.

const generatedBy = { name: 'hone', version: '0.1.0', recipe: 1 } as const;

export const regressionReport: Report = {
  schemaVersion: 1,
  kind: 'training',
  name: 'diamonds',
  title: 'Diamond prices',
  task: 'regression',
  run: '7c1e09d2b4a85f63',
  version: '4f2a9c81d7e3b605',
  createdAt: '2026-03-14T09:26:53.000Z',
  verdict: {
    gate: 'pass',
    sentence: 'The model explains 91.9% of the variance of price on held-out rows, and replaced the champion.',
    gates: [
      {
        sentence: 'R² at least 0.9; found 0.9187.',
        metric: 'r2',
        expected: 'at least 0.9',
        found: 0.91873,
        verdict: 'pass',
      },
      {
        sentence: 'RMSE no worse than the champion’s 1,162 by more than 1%; found 1,135.',
        metric: 'rmse',
        expected: 'at most 1173.6',
        found: 1134.56,
        verdict: 'pass',
      },
    ],
    champion: {
      moved: true,
      version: '4f2a9c81d7e3b605',
      sentence: 'Champion moved from 0b7d5e2f99c14a36 to 4f2a9c81d7e3b605.',
    },
  },
  data: {
    objects: [{ key: 'datasets/diamonds/diamonds.csv', size: 2_772_143, rowCount: 53_940 }],
    rowCount: 53_940,
    trainingRowCount: 43_187,
    testRowCount: 10_753,
    split: 'By a hash of each row, seed 7: about 20% are held out, and equal rows stay together.',
    target: 'price',
    columns: [
      numberColumn('carat', 0.2, 5.01, 0.798, 0.474, 273, [30, 22, 17, 14, 9, 4, 2, 1, 0.4, 0.1]),
      categoryColumn('cut', { Ideal: 21551, Premium: 13791, 'Very Good': 12082, Good: 4906, Fair: 1610 }),
      categoryColumn('color', { G: 11292, E: 9797, F: 9542, H: 8304, D: 6775, I: 5422, J: 2808 }),
      categoryColumn('clarity', {
        SI1: 13065,
        VS2: 12258,
        SI2: 9194,
        VS1: 8171,
        VVS2: 5066,
        VVS1: 3655,
        IF: 1790,
        I1: 741,
      }),
      numberColumn('depth', 43, 79, 61.749, 1.433, 184, [0, 0, 0, 1, 8, 60, 25, 4, 1, 0]),
      numberColumn('table', 43, 95, 57.457, 2.234, 127, [0, 2, 34, 50, 11, 2, 0.5, 0, 0, 0]),
      {
        ...numberColumn('price', 326, 18823, 3932.8, 3989.4, 11602, [46, 17, 14, 7, 5, 4, 3, 2, 1, 1]),
        role: 'target',
      },
      numberColumn('x', 0, 10.74, 5.731, 1.122, 554, [0, 0, 0, 6, 33, 22, 25, 11, 2, 0]),
      numberColumn('y', 0, 58.9, 5.735, 1.142, 552, [52, 47, 1, 0, 0, 0, 0, 0, 0, 0.1]),
      {
        ...numberColumn('z', 0, 31.8, 3.539, 0.706, 375, [1, 78, 20, 1, 0, 0, 0, 0, 0, 0]),
        role: 'excluded',
        reason: 'left out by data.exclude',
      },
    ],
    warnings: ['146 rows repeat an earlier one; equal rows were kept on the same side of the split.'],
  },
  model: {
    kind: 'linear',
    loss: 'squared',
    l2: 0.001,
    parameterCount: 26,
    optimizer: { name: 'adam', learningRate: 0.01, batchSize: 256, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, seed: 7 },
    coefficients: [
      ...Object.entries({
        carat: 5236.4,
        'clarity: I1': -3914.2,
        'clarity: IF': 1442.7,
        'color: J': -1381.5,
        'clarity: SI2': -1196.3,
        x: -1093.8,
        'clarity: VVS1': 1085.9,
        'clarity: VVS2': 1022.4,
        'color: D': 994.1,
        'cut: Fair': -741.2,
        'color: E': 782.6,
        'color: F': 716.9,
        'clarity: VS1': 648.3,
        'color: I': -468.6,
        'color: G': 512.4,
        'clarity: VS2': 341.1,
        depth: -91.4,
        'cut: Ideal': 233.8,
        table: -59.7,
        'cut: Premium': 162.3,
        'cut: Very Good': 121.9,
        'clarity: SI1': -71.2,
        'cut: Good': -38.1,
        y: 11.2,
      }),
    ]
      .map(([feature, value]) => ({ feature, value }))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    coefficientUnits: 'price, for one standard deviation of a number and for a category being there',
    intercepts: [{ value: 3811.27 }],
    sizeBytes: 1184,
  },
  training: {
    solution: 'converged',
    sentence: 'Converged after 48 epochs: the mean loss changed by less than 1e-7 of its size.',
    steps: 8112,
    epochs: 48,
    curve: curve(81, 100, (t) => 0.08 + 0.9 * Math.exp(-t * 18) + 0.02 * Math.exp(-t * 3)),
  },
  evaluation: {
    on: 'The 10,753 held-out rows, in US dollars.',
    rowCount: 10_753,
    metrics: {
      rmse: measured(1134.56),
      mae: measured(742.18),
      r2: measured(0.91873),
      mse: measured(1_287_226.4),
    },
    baseline: {
      name: 'mean of the training target',
      metrics: { rmse: measured(3980.1), mae: measured(3021.7), r2: measured(-0.0000213), mse: measured(15_841_196) },
    },
    champion: {
      version: '0b7d5e2f99c14a36',
      metrics: { rmse: measured(1162.02), mae: measured(739.9), r2: measured(0.91475), mse: measured(1_350_290.5) },
    },
    predictedVsActual: predictions(2000),
  },
  request: {
    name: 'diamonds',
    task: 'regression',
    data: { path: 'datasets/diamonds/', target: 'price', exclude: ['z'], split: { test: 0.2, by: 'hash', seed: 7 } },
    prepare: { scale: 'standard', impute: 'mean', target: 'standard' },
    model: { kind: 'linear', loss: 'squared', l2: 0.001 },
    optimizer: { name: 'adam', learningRate: 0.01, batchSize: 256 },
  },
  defaults: [
    { path: 'data.split', value: { test: 0.2, by: 'hash', seed: 7 } },
    { path: 'prepare.scale', value: 'standard' },
    { path: 'model.l2', value: 0.001 },
    { path: 'optimizer.learningRate', value: 0.01 },
    { path: 'stop.tolerance', value: 1e-7 },
  ],
  footprint: { seconds: 2.384, trainingSeconds: 1.412, readSeconds: 0.671, peakMemoryBytes: 181_400_000 },
  generatedBy,
};

export const binaryReport: Report = {
  schemaVersion: 1,
  kind: 'evaluation',
  name: 'churn',
  title: 'Customer churn',
  task: 'binary',
  version: '9d03be7714ac52f8',
  createdAt: '2026-03-15T00:00:07.412Z',
  verdict: {
    gate: 'fail',
    sentence: 'Recall fell below its gate on the rows that came since training.',
    gates: [
      {
        sentence: 'Recall at least 0.7; found 0.6412.',
        metric: 'recall',
        expected: 'at least 0.7',
        found: 0.6412,
        verdict: 'fail',
      },
      {
        sentence: 'ROC AUC at least 0.8; found 0.8321.',
        metric: 'auc',
        expected: 'at least 0.8',
        found: 0.8321,
        verdict: 'pass',
      },
    ],
    champion: { moved: false, version: '9d03be7714ac52f8', sentence: 'Champion stays at 9d03be7714ac52f8.' },
  },
  data: {
    objects: Array.from({ length: 24 }, (_, i) => ({
      key: `datasets/churn/2026-03-14/part-${String(i).padStart(5, '0')}.csv`,
      size: 81_220 + i * 137,
      rowCount: 294,
    })),
    rowCount: 7056,
    trainingRowCount: 0,
    testRowCount: 7056,
    split: 'None of these rows was there when the champion was trained.',
    target: 'churned',
    columns: [
      numberColumn('tenure_months', 0, 72, 32.4, 24.6, 73, [22, 12, 9, 8, 8, 7, 7, 8, 9, 12]),
      {
        ...numberColumn('monthly_charge', 18.25, 118.75, 64.8, 30.1, 1585, [24, 5, 6, 9, 9, 12, 12, 11, 8, 4]),
        missing: 112,
      },
      categoryColumn('contract', { 'month to month': 3875, 'two years': 1695, 'one year': 1486 }),
      { ...categoryColumn('churned', { no: 5183, yes: 1873 }), role: 'target' },
    ],
    warnings: [],
  },
  model: {
    kind: 'logistic',
    loss: 'logistic',
    l2: 0.0001,
    parameterCount: 6,
    optimizer: { name: 'gd', learningRate: 0.5 },
    coefficients: [
      { feature: 'contract: two years', value: -1.418 },
      { feature: 'tenure_months', value: -0.962 },
      { feature: 'monthly_charge', value: 0.811 },
      { feature: 'contract: month to month', value: 0.704 },
      { feature: 'contract: one year', value: -0.233 },
    ],
    coefficientUnits: 'log-odds of “yes”',
    intercepts: [{ value: -1.204 }],
    sizeBytes: 412,
  },
  evaluation: {
    on: '7,056 labelled rows that came after training.',
    rowCount: 7056,
    metrics: {
      accuracy: measured(0.8233),
      precision: measured(0.6771),
      recall: measured(0.6412),
      f1: measured(0.6587),
      auc: measured(0.8321),
      logLoss: measured(0.3924),
    },
    baseline: {
      name: 'the most frequent class',
      metrics: {
        accuracy: measured(0.7346),
        precision: measured(0, 'no row was predicted positive, so precision counts as 0'),
        recall: measured(0),
        f1: measured(0),
        auc: measured(0.5),
        logLoss: measured(0.5788),
      },
    },
    confusionMatrix: {
      labels: ['no', 'yes'],
      counts: [
        [4610, 573],
        [672, 1201],
      ],
    },
    roc: {
      auc: 0.8321,
      points: Array.from({ length: 301 }, (_, i) => {
        const falsePositiveRate = (i / 300) ** 2;
        return { falsePositiveRate, truePositiveRate: falsePositiveRate ** 0.2018 };
      }),
    },
    positiveClass: 'yes',
  },
  request: { name: 'churn', task: 'binary', data: { path: 'datasets/churn/', target: 'churned', positive: 'yes' } },
  defaults: [],
  footprint: { seconds: 0.412 },
  generatedBy,
};

export const multiclassReport: Report = {
  schemaVersion: 1,
  kind: 'training',
  name: 'penguins',
  title: 'Penguin species',
  task: 'multiclass',
  run: 'a0c4f81b22d9e657',
  version: 'e51b7c90aa3d4f28',
  createdAt: '2026-03-14T09:26:55.120Z',
  verdict: {
    gate: 'none',
    sentence: 'The model tells 66 of 67 held-out penguins apart, where the most frequent species is right for 30.',
    gates: [],
    champion: {
      moved: true,
      version: 'e51b7c90aa3d4f28',
      sentence: 'There was no champion: e51b7c90aa3d4f28 is the first.',
    },
  },
  data: {
    objects: [{ key: 'datasets/penguins/penguins.csv', size: 13_478, rowCount: 344 }],
    rowCount: 344,
    trainingRowCount: 277,
    testRowCount: 67,
    split: 'By a hash of each row, seed 7.',
    target: 'species',
    columns: [
      { ...categoryColumn('species', { Adelie: 152, Gentoo: 124, Chinstrap: 68 }), role: 'target' },
      categoryColumn('island', { Biscoe: 168, Dream: 124, Torgersen: 52 }),
      {
        ...numberColumn('culmen_length_mm', 32.1, 59.6, 43.92, 5.452, 164, [4, 12, 17, 15, 14, 18, 12, 6, 1, 1]),
        missing: 2,
      },
      {
        ...numberColumn('culmen_depth_mm', 13.1, 21.5, 17.15, 1.972, 80, [7, 11, 9, 8, 10, 18, 18, 12, 5, 2]),
        missing: 2,
      },
      {
        ...numberColumn('flipper_length_mm', 172, 231, 200.9, 14.04, 55, [1, 7, 19, 22, 13, 5, 12, 11, 6, 4]),
        missing: 2,
      },
      {
        ...numberColumn('body_mass_g', 2700, 6300, 4201.8, 800.8, 94, [4, 14, 21, 16, 13, 11, 9, 8, 3, 1]),
        missing: 2,
      },
      { ...categoryColumn('sex', { MALE: 168, FEMALE: 165 }), missing: 11 },
    ],
    warnings: ['Column "sex": 3.2% of its cells are missing; the most frequent value of the training rows stands in.'],
  },
  model: {
    kind: 'softmax',
    loss: 'cross-entropy',
    l2: 0.001,
    parameterCount: 30,
    optimizer: { name: 'adam', learningRate: 0.05, batchSize: 64 },
    coefficients: [
      { feature: 'culmen_length_mm', class: 'Adelie', value: -2.871 },
      { feature: 'culmen_depth_mm', class: 'Gentoo', value: -1.964 },
      { feature: 'culmen_length_mm', class: 'Chinstrap', value: 1.842 },
      { feature: 'island: Biscoe', class: 'Gentoo', value: 1.377 },
      { feature: 'island: Dream', class: 'Chinstrap', value: 1.291 },
      { feature: 'flipper_length_mm', class: 'Gentoo', value: 1.205 },
      { feature: 'body_mass_g', class: 'Gentoo', value: 1.088 },
      { feature: 'culmen_depth_mm', class: 'Adelie', value: 1.012 },
    ],
    intercepts: [
      { class: 'Adelie', value: 1.021 },
      { class: 'Chinstrap', value: -0.664 },
      { class: 'Gentoo', value: -0.357 },
    ],
    sizeBytes: 980,
  },
  training: {
    solution: 'step-limit',
    sentence: 'Stopped after 200 epochs, the most that were allowed; the loss was still falling.',
    steps: 1000,
    epochs: 200,
    curve: curve(101, 10, (t) => 0.012 + 1.086 * Math.exp(-t * 14) + 0.05 * Math.exp(-t * 4)),
  },
  evaluation: {
    on: 'The 67 held-out rows.',
    rowCount: 67,
    metrics: {
      accuracy: measured(66 / 67),
      f1: measured(0.9812),
      logLoss: measured(0.0419),
      auc: measured(Number.NaN, 'defined for two classes; these rows have three'),
    },
    baseline: {
      name: 'the most frequent class',
      metrics: {
        accuracy: measured(30 / 67),
        f1: measured(0.2062),
        logLoss: measured(1.0561),
        auc: measured(Number.NaN),
      },
    },
    confusionMatrix: {
      labels: ['Adelie', 'Chinstrap', 'Gentoo'],
      counts: [
        [29, 1, 0],
        [0, 13, 0],
        [0, 0, 24],
      ],
    },
  },
  request: { name: 'penguins', task: 'multiclass', data: { path: 'datasets/penguins/', target: 'species' } },
  defaults: [
    { path: 'model.kind', value: 'softmax' },
    { path: 'prepare.impute', value: 'mean' },
  ],
  footprint: { seconds: 0.318, trainingSeconds: 0.121 },
  generatedBy,
};

export const sampleReports = {
  regression: regressionReport,
  binary: binaryReport,
  multiclass: multiclassReport,
};

/** Text that would do harm wherever it is not escaped. */
export const hostileTexts = [
  '</script><img src=x onerror=alert(1)>',
  '</title></style><script>document.title = "taken"</script>',
  '" onmouseover="alert(1)" x="',
  "' autofocus onfocus='alert(1)",
  '{{constructor.constructor("alert(1)")()}} $\u007Balert(1)}',
  '<!--<script>',
  ']]> --> &lt;b&gt; &amp;',
  '\u202Egnp.exe\u2028line\u2029\u0000\u001B[31mred',
  '日本語 😀 e\u0301 \uD800',
  'x'.repeat(5000),
];

/** The regression report with hostile text wherever text may come from the data or the user. */
export function hostileReport(): Report {
  const [script, title, attribute, single, template, comment, entity, control, unicode, long] = hostileTexts;
  const report = structuredClone(regressionReport);
  report.name = attribute;
  report.title = script;
  report.version = single;
  report.run = title;
  report.verdict.sentence = template;
  report.verdict.gates[0].sentence = comment;
  report.verdict.champion.sentence = entity;
  report.data.objects[0].key = `datasets/${script}`;
  report.data.split = script;
  report.data.target = script;
  report.data.warnings = hostileTexts;
  report.data.columns = hostileTexts.map((name, i) => ({
    ...report.data.columns[i],
    name,
    reason: hostileTexts[(i + 1) % hostileTexts.length],
    mostFrequent: [{ value: name, count: 7 }],
  }));
  if (report.model && report.training && report.evaluation) {
    report.model.kind = single;
    report.model.optimizer = { name: script, [title]: attribute };
    report.model.coefficients = hostileTexts.map((feature, i) => ({ feature, class: feature, value: 10 - i }));
    report.model.coefficientUnits = unicode;
    report.model.intercepts = [{ class: script, value: 1 }];
    report.training.sentence = control;
    report.evaluation.on = long;
    report.evaluation.metrics[script] = measured(Number.NaN, title);
    report.evaluation.baseline = {
      name: script,
      metrics: { ...report.evaluation.baseline?.metrics, [script]: measured(Number.NaN, attribute) },
    };
    report.evaluation.positiveClass = script;
    report.evaluation.confusionMatrix = {
      labels: hostileTexts,
      counts: hostileTexts.map((_, i) => hostileTexts.map((_, j) => (i === j ? 9 : 1))),
    };
    if (report.evaluation.champion) report.evaluation.champion.version = script;
  }
  report.request = { [script]: [title, attribute], name: control };
  report.defaults = [{ path: script, value: title }];
  report.footprint = { [`${script}Seconds`]: 1 };
  report.draft = { key: script, text: hostileTexts.join('\n') };
  return report;
}

type Column = Report['data']['columns'][number];

function numberColumn(
  name: string,
  min: number,
  max: number,
  mean: number,
  standardDeviation: number,
  distinct: number,
  shares: number[],
): Column {
  const counts = shares.map((share) => Math.round(share * 100));
  const histogram = { from: min, to: max, counts };
  return { name, kind: 'number', role: 'feature', missing: 0, distinct, min, max, mean, standardDeviation, histogram };
}

function categoryColumn(name: string, counts: Record<string, number>): Column {
  const mostFrequent = Object.entries(counts).map(([value, count]) => ({ value, count }));
  return { name, kind: 'category', role: 'feature', missing: 0, distinct: mostFrequent.length, mostFrequent };
}

/** A curve of `count` points, one each `stride` steps, with `loss` as a function of the share that is done. */
function curve(count: number, stride: number, loss: (share: number) => number) {
  return Array.from({ length: count }, (_, i) => ({
    step: i * stride || 1,
    epoch: Math.floor((i * stride) / 169),
    loss: loss(i / count) * (1 + 0.015 * Math.sin(i * 12.9898)),
  }));
}

/** Prices and forecasts that miss by more where prices are higher, with a few far off. */
function predictions(count: number): { actual: number; predicted: number }[] {
  let state = 20260314;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, i) => {
    const actual = 326 + 18_000 * random() ** 3;
    const noise = random() + random() + random() + random() - 2;
    const predicted = i % 997 === 0 ? 41_000 : actual * (1.02 - actual / 120_000) + noise * (350 + actual * 0.16);
    return { actual: Math.round(actual), predicted };
  });
}
