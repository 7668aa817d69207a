import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createModel, type ModelOptions } from '../../lib/models/create-model.ts';
import type { Examples } from '../../lib/models/model.ts';
import { closedForm } from '../../lib/optimizers/closed-form.ts';
import { lbfgs } from '../../lib/optimizers/lbfgs.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { newton } from '../../lib/optimizers/newton.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import type { SearchRule } from '../../lib/optimizers/search-rule.ts';
import minima from '../golden/minima.json' with { type: 'json' };

interface Data {
  rows: number[][];
  targets: number[];
}

/** A real dataset as numbers, and the convex models that are fitted to it. */
interface Problem {
  name: string;
  files: string[];
  read(...texts: string[]): Data;
  models: (Pick<ModelOptions, 'kind' | 'loss' | 'classCount'> & { l2?: number })[];
}

const lines = (text: string) => text.trim().split('\n');
const cells = (text: string, separator: string | RegExp = ',') =>
  lines(text).map((line) => line.trim().split(separator));
const splitAt = (rows: number[][], column: number): Data => ({
  rows: rows.map((row) => row.toSpliced(column, 1)),
  targets: rows.map((row) => row.at(column) as number),
});
const numbers = (rows: string[][]) => rows.map((row) => row.map(Number));

const problems: Problem[] = [
  {
    name: 'stackloss',
    files: ['regression/stackloss.csv'],
    read: (text) => splitAt(numbers(cells(text).slice(1)), 0),
    models: [{ kind: 'linear' }, { kind: 'linear', l2: 0.1 }, { kind: 'linear', loss: 'log-cosh' }],
  },
  {
    name: 'diabetes',
    files: ['regression/diabetes_data_raw.csv.gz', 'regression/diabetes_target.csv.gz'],
    read: (features, targets) => ({
      rows: numbers(cells(features, /[\s,]+/)),
      targets: lines(targets).map(Number),
    }),
    models: [{ kind: 'linear' }, { kind: 'linear', loss: 'gamma' }],
  },
  {
    name: 'mpg',
    files: ['regression/mpg.csv'],
    read: (text) => {
      const whole = cells(text)
        .slice(1)
        .filter((row) => row[3] !== '');
      return splitAt(numbers(whole.map((row) => row.slice(0, 7))), 0);
    },
    models: [{ kind: 'linear' }, { kind: 'linear', l2: 0.01 }],
  },
  {
    name: 'cpunish',
    files: ['regression/cpunish_counts.csv'],
    read: (text) =>
      splitAt(
        numbers(
          cells(text)
            .slice(1)
            .map((row) => row.slice(1)),
        ),
        0,
      ),
    models: [
      { kind: 'linear', loss: 'poisson' },
      { kind: 'linear', loss: { name: 'tweedie', power: 1.5 } },
    ],
  },
  {
    name: 'heart_scale',
    files: ['libsvm/heart_scale'],
    read: (text) => ({
      rows: lines(text).map((line) => {
        const row = new Array<number>(13).fill(0);
        for (const pair of line.trim().split(/\s+/).slice(1))
          row[Number(pair.split(':')[0]) - 1] = Number(pair.split(':')[1]);
        return row;
      }),
      targets: lines(text).map((line) => (line.startsWith('+1') ? 1 : 0)),
    }),
    models: [{ kind: 'logistic' }, { kind: 'logistic', l2: 0.01 }],
  },
  {
    name: 'pima',
    files: ['classification/pima_no_header.csv'],
    read: (text) => splitAt(numbers(cells(text)), -1),
    models: [{ kind: 'logistic' }],
  },
  {
    name: 'breast_cancer',
    files: ['classification/breast_cancer_sklearn.csv'],
    read: (text) => splitAt(numbers(cells(text).slice(1)), -1),
    models: [
      { kind: 'logistic', l2: 0.001 },
      { kind: 'softmax', classCount: 2, l2: 0.001 },
    ],
  },
  {
    name: 'iris',
    files: ['classification/iris_sklearn.csv'],
    read: (text) => splitAt(numbers(cells(text).slice(1)), -1),
    models: [{ kind: 'softmax', classCount: 3, l2: 0.001 }],
  },
];

const folder = new URL('../../../shared/datasets/', import.meta.url);
const textOf = (file: string) => {
  const body = readFileSync(new URL(file, folder));
  return (file.endsWith('.gz') ? gunzipSync(body) : body).toString();
};
const missing = problems.filter(({ files }) => !files.every((file) => existsSync(new URL(file, folder))));
const note = missing.length > 0 ? ' (skipped: the datasets are not on this machine)' : '';

const titleOf = ({ kind, loss, l2 }: Problem['models'][number]) =>
  [kind, ...(loss ? [typeof loss === 'object' ? loss.name : loss] : []), ...(l2 ? [`l2 ${l2}`] : [])].join(', ');

/** The least mean losses as scipy finds them: figures, where the datasets are not kept here. */
const kept: Record<string, number> = minima.minima;

test('the minima of at least six real datasets are kept', () => {
  expect(new Set(Object.keys(kept).map((key) => key.split(':')[0])).size).toBeGreaterThanOrEqual(6);
});

describe.each(problems)('$name', ({ name, files, read, models }) => {
  const isThere = !missing.some((problem) => problem.name === name);
  test.skipIf(!isThere).each(models.map((model) => [titleOf(model), model] as const))(
    `%s: to tolerance 1e-10, every optimizer for convex models finds the same minimum to 1e-8${note}`,
    (title, { l2 = 0, ...options }) => {
      const data = standardised(read(...files.map(textOf)));
      const model = createModel({ inputs: data.features.columnCount, ...options });
      const rules: (Rule | SearchRule)[] = [
        newton(),
        lbfgs(),
        ...(options.kind === 'linear' && !options.loss ? [closedForm()] : []),
      ];
      const losses = rules.map((rule) => {
        const initial = model.initial();
        const solution = minimise(model.objective(data, { l2 }), {
          rule,
          initial,
          stop: { tolerance: 1e-10, steps: 5000 },
        });
        expect(solution.status).toBe('converged');
        return solution.loss;
      });
      for (const loss of losses) {
        expect(Math.abs(loss / losses[0] - 1)).toBeLessThan(1e-8);
        expect(Math.abs(loss / kept[`${name}: ${title}`] - 1)).toBeLessThan(1e-8);
      }
    },
  );
});

/** Each column with mean 0 and deviation 1, as float32; in three blocks, so that merged sums are what is tested. */
function standardised({ rows, targets }: Data): Examples {
  const [rowCount, columnCount] = [rows.length, rows[0].length];
  const data = new Float32Array(rowCount * columnCount);
  for (let j = 0; j < columnCount; j++) {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / rowCount;
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / rowCount) || 1;
    for (const [i, row] of rows.entries()) data[i * columnCount + j] = (row[j] - mean) / deviation;
  }
  return {
    features: { rowCount, columnCount, data },
    targets: Float64Array.from(targets),
    blockOffsets: Int32Array.of(0, Math.ceil(rowCount / 3), Math.ceil((2 * rowCount) / 3), rowCount),
  };
}
