// preprocessing.json: scikit-learn's preparation of columns, and its folds, by the class in the key.
import assert from 'node:assert/strict';
import type { FeatureEncoding, ImputeOption, ScaleOption } from '../../../lib/data/feature-encoding.ts';
import { fitCategory, fitOrdinal } from '../../../lib/data/features/categories.ts';
import { cellEncoder } from '../../../lib/data/features/cell-encoder.ts';
import { imputedNumber } from '../../../lib/data/features/number.ts';
import { applyScaling, fitScaling } from '../../../lib/data/features/scaling.ts';
import { kFolds, type SplitOptions } from '../../../lib/data/split.ts';
import type { CategoryColumn, Column, Table } from '../../../lib/data/table.ts';
import { encodeTarget, fitTarget } from '../../../lib/data/target.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { Group } from '../group.ts';
import { near } from '../near.ts';

type Cell = number | string;
/** What the reference returned, or that it raised. */
type Answer = { value?: unknown; error?: string };
interface Both {
  train: Cell[][];
  test: Cell[][];
}

interface Golden {
  numeric?: (Both & { name: string; expected: Record<string, Answer> })[];
  /** The answers stand in `expected`, or in the case itself. */
  categorical?: ({ name: string; train: string[]; test: string[]; expected?: Record<string, Answer> } & object)[];
  splits?: { name: string; y: number[]; expected: Record<string, Answer> }[];
  feature_scores?: unknown[];
}

export const preprocessing: Group = {
  name: 'preprocessing',
  matches: (path) => path === 'preprocessing.json',
  check: (golden) => outcomesOf(casesOf(golden as Golden)),
};

function* casesOf({ numeric = [], categorical = [], splits = [], feature_scores = [] }: Golden): Iterable<GoldenCase> {
  for (const { name, train, test, expected } of numeric) {
    yield* holdAll(name, expected, (key, value) => numericCheck(key, { train, test }, value));
  }
  for (const { name, train, test, ...rest } of categorical) {
    const expected = rest.expected ?? (rest as Record<string, Answer>);
    yield* holdAll(name, expected, (key, value) => categoricalCheck(key, { train, test }, value));
  }
  for (const { name, y, expected } of splits) {
    yield* holdAll(name, expected, (key, value) => foldsCheck(key, y, value));
  }
  for (const _ of feature_scores) yield { name: 'feature_scores', skip: 'hone scores no features' };
}

/** @param checkOf what to run for a key, or undefined when hone has no such thing */
function* holdAll(
  name: string,
  expected: Record<string, Answer>,
  checkOf: (key: string, value: unknown) => (() => void) | undefined,
): Iterable<GoldenCase> {
  for (const [key, { value, error }] of Object.entries(expected)) {
    const run = value === undefined ? undefined : checkOf(key, value);
    if (run) yield { name: `${name}: ${key}`, run };
    else
      yield { name: key, skip: error === undefined ? 'hone has no such preparation' : 'the reference raised an error' };
  }
}

const tolerance = 1e-12;

function numericCheck(key: string, data: Both, value: unknown): (() => void) | undefined {
  const scale = scaleNamed(key);
  if (scale) return () => checkScaling(scale, data, value as Both & Record<string, Cell[]>);
  const imputer = /^SimpleImputer_(mean|median|most_frequent)(_indicator)?$/.exec(key);
  if (!imputer) return undefined;
  const option = imputer[1] === 'most_frequent' ? 'mostFrequent' : (imputer[1] as ImputeOption);
  return () => checkImputing(option, imputer[2] !== undefined, data, value as Both);
}

/** The scaling that a class and its options, such as `RobustScaler_10_90`, are in hone. */
function scaleNamed(key: string): ScaleOption | undefined {
  const [name, ...options] = key.split('_');
  const numbers = options.map((text) => Number(text.replace(/^m/, '-')));
  const isPair = numbers.length === 2 && numbers.every(Number.isFinite);
  if (name === 'StandardScaler' && options.length === 0) return 'standard';
  if (name === 'MinMaxScaler' && options.length === 0) return 'minMax';
  if (name === 'MinMaxScaler' && isPair) return { kind: 'minMax', range: [numbers[0], numbers[1]] };
  if (name === 'RobustScaler' && options.length === 0) return 'robust';
  if (name === 'RobustScaler' && isPair) return { kind: 'robust', quantiles: [numbers[0] / 100, numbers[1] / 100] };
  const quantile = /^QuantileTransformer(?:_(\d+))?(?:_(uniform|normal))?$/.exec(key);
  if (!quantile) return undefined;
  const count = quantile[1] === undefined ? {} : { count: Number(quantile[1]) };
  return { kind: 'quantile', ...count, output: quantile[2] === 'normal' ? 'normal' : 'uniform' };
}

function checkScaling(scale: ScaleOption, data: Both, value: Both & Record<string, Cell[]>): void {
  for (const column of data.train[0].keys()) {
    const training = Float64Array.from(data.train, (row) => Number(row[column]));
    const scaling = fitScaling(training, Int32Array.of(0, training.length), scale, `c${column}`);
    const isLinear = !scaling.quantiles;
    const attribute = (name: string) => (isLinear ? value[name]?.[column] : undefined);
    const centre = attribute('mean_') ?? attribute('center_');
    if (centre !== undefined) near('centre', scaling.mean, Number(centre), tolerance, 1);
    const spread = attribute('scale_');
    // MinMaxScaler keeps what it multiplies by, the others what they divide by.
    const byRange = value.data_min_ !== undefined;
    if (spread !== undefined) near('scale_', byRange ? 1 / scaling.scale : scaling.scale, Number(spread), tolerance);
    for (const part of ['train', 'test'] as const) {
      for (const [i, row] of data[part].entries()) {
        // Of a missing cell hone scales what takes its place.
        if (row[column] === 'NaN') continue;
        const wanted = Number(value[part][i][column]);
        near(`${part}[${i}][${column}]`, applyScaling(scaling, Number(row[column])), wanted, tolerance, 1);
      }
    }
  }
}

function checkImputing(option: ImputeOption, hasIndicator: boolean, data: Both, value: Both): void {
  const training = Int32Array.from(data.train, (_, row) => row);
  const columns = [...data.train[0].keys()].map((column) => ({
    column,
    values: Float64Array.from(data.train, (row) => Number(row[column])),
  }));
  // A column without any value has nothing to take the place of its cells: both leave it out.
  const kept = columns.filter(({ values }) => !values.every(Number.isNaN));
  const fills = kept.map(({ column, values }) => {
    return imputedNumber(values, training, Int32Array.of(0, values.length), option, `c${column}`);
  });
  const indicated = hasIndicator ? columns.filter(({ values }) => values.some(Number.isNaN)) : [];
  for (const part of ['train', 'test'] as const) {
    for (const [i, row] of data[part].entries()) {
      const filled = kept.map(({ column }, k) => (row[column] === 'NaN' ? fills[k] : Number(row[column])));
      const flags = indicated.map(({ column }) => Number(row[column] === 'NaN'));
      const wanted = value[part][i].map(Number);
      assert.equal(filled.length + flags.length, wanted.length, `${part}[${i}]: columns`);
      for (const [k, cell] of [...filled, ...flags].entries()) near(`${part}[${i}][${k}]`, cell, wanted[k], tolerance);
    }
  }
}

interface Texts {
  train: string[];
  test: string[];
}

function categoricalCheck(key: string, data: Texts, value: unknown): (() => void) | undefined {
  const column = textColumn('c', data.train);
  const table = tableOf([column]);
  const rows = allRows(table);
  const context = { table, rows, offsets: Int32Array.of(0, rows.length) };
  const choices = { scale: 'none', impute: 'mostFrequent', dates: 'none' } as const;
  if (key === 'OneHotEncoder_ignore') {
    return () => {
      const feature = fitCategory(context, column, choices);
      const { categories, train, test } = value as { categories: string[][]; train: Cell[][]; test: Answer };
      assert.deepEqual(feature.levels, categories[0], 'categories');
      checkEncoded(feature, data, { train, test: test.value as Cell[][] });
    };
  }
  if (key === 'OrdinalEncoder_unknown_-1') {
    return () => checkEncoded(fitOrdinal(context, column, choices), data, value as Both);
  }
  // hone learns classes of which there are two at least.
  if (key !== 'LabelEncoder_train' || column.levels.length < 2) return undefined;
  return () => {
    const target = fitTarget(table, rows, { task: 'multiclass', target: 'c' });
    assert.deepEqual([...encodeTarget(target, table, rows)], value);
  };
}

function checkEncoded(feature: FeatureEncoding, data: Texts, expected: Both): void {
  const { width, text: encode } = cellEncoder(feature);
  assert.ok(encode, 'expected an encoder of texts');
  for (const part of ['train', 'test'] as const) {
    for (const [i, text] of data[part].entries()) {
      const row = new Array<number>(width).fill(0);
      const { columns, values } = encode(text);
      for (let k = 0; k < columns.length; k++) row[columns[k]] = values[k];
      assert.deepEqual(row, expected[part][i].map(Number), `${part}[${i}], ${JSON.stringify(text)}`);
    }
  }
}

/** Folds in the order of the rows where the key says nothing of shuffling; hone draws some of its folds by a seed. */
function foldsCheck(key: string, y: number[], value: unknown): (() => void) | undefined {
  const classes = textColumn(
    'y',
    y.map((label) => `class ${label}`),
  );
  const index: Column = { kind: 'number', name: 'i', values: Float64Array.from(y, (_, i) => i) };
  const folds = (count: string, options: SplitOptions, extra: Column[] = []) => {
    const table = tableOf([classes, index, ...extra]);
    return kFolds(table, allRows(table), { folds: Number(count), ...options });
  };
  const rowsOf = (parts: { test: Int32Array }[]) => parts.map(({ test }) => [...test]);

  const plain = /^KFold_(\d+)_noshuffle$/.exec(key);
  if (plain) {
    return () => {
      const found = rowsOf(folds(plain[1], { by: 'random' })).map((rows) => rows.length);
      assert.deepEqual(
        found,
        (value as number[][]).map((rows) => rows.length),
        'rows of each fold',
      );
    };
  }
  const stratified = /^StratifiedKFold_(\d+)_noshuffle$/.exec(key);
  if (stratified) {
    const labels = (parts: number[][]) => parts.map((rows) => rows.map((row) => y[row]).sort((a, b) => a - b));
    return () => {
      const found = labels(rowsOf(folds(stratified[1], { by: 'stratified', target: 'y' })));
      assert.deepEqual(found, labels(value as number[][]), 'classes of each fold');
    };
  }
  const time = /^TimeSeriesSplit_(\d+)$/.exec(key);
  if (time) {
    return () => {
      const parts = folds(time[1], { by: 'time', column: 'i' });
      assert.deepEqual(
        parts.map(({ training, test }) => ({ train: [...training], test: [...test] })),
        value,
      );
    };
  }
  const group = /^GroupKFold_(\d+)_groups_i\/\/(\d+)$/.exec(key);
  if (!group) return undefined;
  const groups: Column = { ...index, name: 'g', values: index.values.map((i) => Math.floor(i / Number(group[2]))) };
  return () => assert.deepEqual(rowsOf(folds(group[1], { by: 'group', column: 'g' }, [groups])), value);
}

function textColumn(name: string, texts: readonly string[]): CategoryColumn {
  const levels = [...new Set(texts)].sort();
  return { kind: 'category', name, levels, codes: Int32Array.from(texts, (text) => levels.indexOf(text)) };
}

function tableOf(columns: Column[]): Table {
  const [first] = columns;
  const rowCount = first.kind === 'number' ? first.values.length : first.codes.length;
  return {
    rowCount,
    columns,
    objects: [],
    blocks: [{ firstRow: 0, rowCount, hash: '' }],
    rowHashes: Uint32Array.from({ length: rowCount }, (_, row) => row),
    lines: Uint32Array.from({ length: rowCount }, (_, row) => row + 1),
    warnings: [],
  };
}

const allRows = ({ rowCount }: Table): Int32Array => Int32Array.from({ length: rowCount }, (_, row) => row);
