import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../lib/report/report.ts';
import { hone, root, sharedDatasets, temporaryFolder } from '../support/cli.ts';

const isThere = existsSync(sharedDatasets);
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Dataset {
  file: string;
  task: string;
  target: string;
  /** What else stands under `data`. */
  more?: string;
  rows: number;
  /** A metric, and what is sensible for a linear model on this data. */
  metric: [name: string, from: number, to: number];
  /** What the report must say of the data, each a sentence in full or in part. */
  says?: (string | RegExp)[];
}

const datasets: Record<string, Dataset> = {
  California: {
    file: 'housing/california_housing.csv',
    task: 'regression',
    target: 'median_house_value',
    rows: 20_640,
    metric: ['r2', 0.6, 0.7],
  },
  // Two houses are far larger than all others, and went cheaply: where they are held out, no straight line meets them.
  Ames: {
    file: 'housing/ames.csv',
    task: 'regression',
    target: 'Sale_Price',
    rows: 2_930,
    metric: ['r2', 0.7, 0.95],
    says: [/^Column "rownames" was left out: \d+ different whole numbers, and the name says so\.$/],
  },
  Titanic: {
    file: 'classification/titanic.csv',
    task: 'binary',
    target: 'survived',
    rows: 891,
    metric: ['auc', 0.999, 1],
    says: [/^Column "alive" is suspected to leak the target: its value tells "survived" in (\d+) of \1 training rows/],
  },
  'Titanic without its leak': {
    file: 'classification/titanic.csv',
    task: 'binary',
    target: 'survived',
    more: 'exclude: [alive]',
    rows: 891,
    metric: ['auc', 0.8, 0.92],
  },
  penguins: {
    file: 'classification/penguins.csv',
    task: 'multiclass',
    target: 'species',
    rows: 344,
    metric: ['accuracy', 0.95, 1],
  },
  'cars.json': {
    file: 'formats/vega_cars.json',
    task: 'regression',
    target: 'Miles_per_Gallon',
    rows: 406,
    metric: ['r2', 0.75, 0.9],
    says: ['8 of 406 rows have no "Miles_per_Gallon" and were left out.', /^Column "Name" was left out: /],
  },
  agaricus: {
    file: 'libsvm/agaricus.txt.train.gz',
    task: 'binary',
    target: 'label',
    rows: 6_513,
    metric: ['accuracy', 0.999, 1],
    says: [/^Columns "33", "35", .* were left out: constant in the training rows\.$/],
  },
  HIGGS: {
    file: 'classification/lightgbm_binary_train.tsv.gz',
    task: 'binary',
    target: '0',
    more: 'header: false',
    rows: 7_000,
    metric: ['auc', 0.65, 0.72],
  },
  'California in Parquet': {
    file: 'parquet/california_snappy_rg5000.parquet',
    task: 'regression',
    target: 'median_house_value',
    rows: 20_640,
    metric: ['r2', 0.6, 0.7],
  },
};

describe.skipIf(!isThere)(`hone run on real data${isThere ? '' : ' (skipped: ../shared is not here)'}`, () => {
  test.each(Object.entries(datasets))('%s trains by a pipeline of five lines', async (name, dataset) => {
    const { file, task, target, more, rows, metric, says = [] } = dataset;
    const lines = ['name: d', `task: ${task}`, 'data:', `  path: ${join(sharedDatasets, file)}`];
    lines.push(
      more === undefined
        ? `  target: "${target}"`
        : `  { path: ${join(sharedDatasets, file)}, target: "${target}", ${more} }`,
    );
    if (more !== undefined) lines.splice(3, 1);
    expect(lines.length).toBeLessThanOrEqual(5);
    const document = join(folder, `${name}.yml`);
    writeFileSync(document, lines.join('\n'));

    const store = join(folder, `store of ${name}`);
    const { code, stdout, stderr } = await hone(['run', document, '--store', store, '--json']);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Read ${rows.toLocaleString('en')} rows`)]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ status: 'trained', solution: 'converged', gate: 'pass' });
    const [metricName, from, to] = metric;
    expect(result.metrics[metricName].value).toBeGreaterThanOrEqual(from);
    expect(result.metrics[metricName].value).toBeLessThanOrEqual(to);
    const report: Report = JSON.parse(readFileSync(join(store, result.report), 'utf8'));
    expect(report.data.rowCount).toBe(rows);
    expect(report.data.warnings).toEqual(
      says.map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))),
    );
  });

  test("README's long document trains on the housing data as it is, and holds its gates", async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, document] = /```yaml\n(# yaml-language-server[\s\S]*?)```/.exec(readme) ?? [];
    const file = join(folder, 'readme.yml');
    writeFileSync(file, document);
    const data = join(folder, 'readme/datasets/house-prices');
    mkdirSync(data, { recursive: true });
    copyFileSync(join(sharedDatasets, 'housing/california_housing.csv'), join(data, 'houses.csv'));
    const { code, stdout } = await hone(['run', file, '--store', join(folder, 'readme'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'trained', solution: 'converged', gate: 'pass' });
  });
});
