import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { blockMoments } from '../../lib/core/statistics.ts';

/** A dataset as a golden file of fitted models prepares it. */
export interface ModelDataset {
  rows: number[][];
  targets: number[];
}

/** How the datasets that the golden files name are read and prepared; undefined for another, or a file that is not there. */
export function modelDataset(name: string, folder: string): ModelDataset | undefined {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader?.files.every((file) => existsSync(join(folder, file)))) return undefined;
  return reader.read(...reader.files.map((file) => textOf(join(folder, file))));
}

/** Why the cases of a dataset are skipped. */
export function withoutDataset(name: string, folder: string | undefined): string {
  if (folder === undefined) return 'needs --datasets';
  return Object.hasOwn(readers, name) ? `no dataset ${name} in that folder` : `the runner knows no dataset ${name}`;
}

const readers: Record<string, { files: string[]; read(...texts: string[]): ModelDataset }> = {
  longley: {
    files: ['regression/longley.csv'],
    read: (text) => take(text, 'TOTEMP', ['GNPDEFL', 'GNP', 'UNEMP', 'ARMED', 'POP', 'YEAR']),
  },
  stackloss: {
    files: ['regression/stackloss.csv'],
    read: (text) => take(text, 'STACKLOSS', ['AIRFLOW', 'WATERTEMP', 'ACIDCONC']),
  },
  diabetes: {
    files: ['regression/diabetes_data_raw.csv.gz', 'regression/diabetes_target.csv.gz'],
    read: (features, targets) => ({
      rows: linesOf(features).map((line) =>
        line
          .trim()
          .split(/[\s,]+/)
          .map(Number),
      ),
      targets: linesOf(targets).map(Number),
    }),
  },
  boston: {
    files: ['housing/boston_corrected.csv'],
    read(text) {
      const names = 'crim zn indus chas nox rm age dis rad tax ptratio lstat'.split(' ');
      return zScored(take(text, 'cmedv', names));
    },
  },
  california: {
    files: ['housing/california_housing.csv'],
    read: californiaHousing,
  },
  breast_cancer: { files: ['classification/breast_cancer_sklearn.csv'], read: (text) => zScored(lastColumn(text)) },
  iris: { files: ['classification/iris_sklearn.csv'], read: (text) => lastColumn(text) },
  heart_scale: { files: ['libsvm/heart_scale'], read: heartScale },
  cpunish: {
    files: ['regression/cpunish_counts.csv'],
    read(text) {
      return zScored(take(text, 'EXECUTIONS', ['INCOME', 'PERPOVERTY', 'PERBLACK', 'VC100k96', 'SOUTH', 'DEGREE']));
    },
  },
};

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const linesOf = (text: string): string[] => text.trim().split(/\r?\n/);

/** Cells of a CSV without quoted commas, by the names in its first line. */
function cellsOf(text: string): Record<string, string>[] {
  const [head, ...lines] = linesOf(text).map((line) => line.split(',').map((cell) => cell.replace(/^"|"$/g, '')));
  return lines.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i]])));
}

function take(text: string, target: string, names: string[]): ModelDataset {
  const cells = cellsOf(text);
  return {
    rows: cells.map((row) => names.map((name) => Number(row[name]))),
    targets: cells.map((row) => Number(row[target])),
  };
}

function lastColumn(text: string): ModelDataset {
  const rows = linesOf(text)
    .slice(1)
    .map((line) => line.split(',').map(Number));
  return { rows: rows.map((row) => row.slice(0, -1)), targets: rows.map((row) => row[row.length - 1]) };
}

function heartScale(text: string): ModelDataset {
  const lines = linesOf(text).map((line) => line.trim().split(/\s+/));
  const rows = lines.map(([, ...pairs]) => {
    const row = new Array<number>(13).fill(0);
    for (const pair of pairs) row[Number(pair.split(':')[0]) - 1] = Number(pair.split(':')[1]);
    return row;
  });
  return { rows, targets: lines.map(([label]) => (Number(label) === 1 ? 1 : 0)) };
}

function californiaHousing(text: string): ModelDataset {
  const names =
    'longitude latitude housing_median_age total_rooms total_bedrooms population households median_income'.split(' ');
  const cells = cellsOf(text);
  const filled = cells.map((row) => ({ ...row, total_bedrooms: row.total_bedrooms || '435' }));
  const numbers = zScored({
    rows: filled.map((row) => names.map((name) => Number(row[name as keyof typeof row]))),
    targets: [],
  });
  const levels = ['INLAND', 'ISLAND', 'NEAR BAY', 'NEAR OCEAN'];
  return {
    rows: numbers.rows.map((row, i) => [...row, ...levels.map((level) => Number(cells[i].ocean_proximity === level))]),
    targets: cells.map((row) => Number(row.median_house_value) / 100_000),
  };
}

/** Less their mean, over their population deviation, column by column. */
export function zScored({ rows, targets }: ModelDataset): ModelDataset {
  const all = Int32Array.of(0, rows.length);
  const moments = rows[0].map((_, j) => {
    const { mean, variance } = blockMoments(
      Float64Array.from(rows, (row) => row[j]),
      undefined,
      all,
    );
    return { mean, deviation: Math.sqrt(variance) };
  });
  return { rows: rows.map((row) => moments.map(({ mean, deviation }, j) => (row[j] - mean) / deviation)), targets };
}
