import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, testContext } from '../support/jobs.ts';

const folder = fileURLToPath(new URL('../../../shared/datasets', import.meta.url));
const isThere = existsSync(folder);

// Each is a pipeline of at most five lines; the stop is short, as what counts is that the data comes through.
const cases: [file: string, lines: string[], metric: string, atLeast: number][] = [
  [
    'housing/california_housing.csv',
    ['task: regression', 'data: { path: PATH, target: median_house_value }'],
    'r2',
    0.5,
  ],
  [
    'housing/ames.csv',
    ['task: regression', 'data: { path: PATH, target: Sale_Price, exclude: [rownames] }'],
    'r2',
    0.6,
  ],
  [
    'classification/titanic.csv',
    ['task: binary', 'data: { path: PATH, target: survived, exclude: [alive] }'],
    'auc',
    0.75,
  ],
  ['formats/penguins.jsonl', ['task: multiclass', 'data: { path: PATH, target: species }'], 'accuracy', 0.9],
  ['formats/vega_cars.json', ['task: regression', 'data: { path: PATH, target: Miles_per_Gallon }'], 'r2', 0.6],
  ['libsvm/agaricus.txt.train.gz', ['task: binary', 'data: { path: PATH, target: label }'], 'auc', 0.99],
  [
    'classification/lightgbm_binary_train.tsv.gz',
    ['task: binary', 'data: { path: PATH, target: "0", header: false }'],
    'auc',
    0.6,
  ],
  [
    'parquet/california_snappy_rg5000.parquet',
    ['task: regression', 'data: { path: PATH, target: median_house_value }'],
    'r2',
    0.5,
  ],
];

describe.skipIf(!isThere)(`datasets of ../shared${isThere ? '' : ' (skipped: it is not here)'}`, () => {
  test.each(cases)(
    '%s trains by a pipeline of five lines',
    async (file, lines, metric, atLeast) => {
      const context = testContext();
      const path = `datasets/d/${file.split('/')[1]}`;
      await context.store.put(path, readFileSync(`${folder}/${file}`));
      const yaml = ['name: d', ...lines, `evaluate: { metrics: [${metric}] }`, 'stop: { epochs: 12 }'].join('\n');
      const { metrics } = await runPipeline(context, pipelineOf(yaml.replace('PATH', path)));
      expect(metrics[metric].value).toBeGreaterThan(atLeast);
    },
    120_000,
  );
});
