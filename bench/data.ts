// The data that the bench works on, made up once from fixed seeds, into a folder of temporary files.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { exp } from '../lib/core/elementary.ts';
import { seededRandom } from '../lib/core/random.ts';
import { type ParquetOptions, writeParquet } from '../test/support/parquet-writer.ts';

export const featureCount = 28;

export interface BenchData {
  folder: string;
  /** Of so many rows: a label and 28 features of seven digits, as the HIGGS dataset has them. */
  csv(rows: number): string;
  /** A million of the same rows in Parquet: nullable FLOAT, one page to a column, snappy, row groups of 120,000. */
  parquet(): string;
  /** 250,000 rows of 18 digits with an exponent. */
  longCsv(): string;
  /** features.f32 and labels.f32: a million standardised rows, and the labels, as raw float32. */
  matrix(): string;
  /** images.f32 and digits.f32: 60,000 × 784, and one of ten labels. */
  images(): string;
  /** scores.f32 and actual.f32: ten million scores of four digits, so that there are ties. */
  scores(): string;
}

export function benchData(folder: string): BenchData {
  mkdirSync(folder, { recursive: true });
  const made = (name: string, make: (path: string) => void): string => {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    console.error(`Making ${name} …`);
    make(`${path}.part`);
    renameSync(`${path}.part`, path);
    return path;
  };
  return {
    folder,
    csv: (rows) => made(`rows-${rows}.csv`, (path) => writeRows(path, rows, shortDigits)),
    parquet: () => made('rows-1000000.parquet', (path) => writeRowGroups(path, 1_000_000, 120_000)),
    longCsv: () => made('long.csv', (path) => writeRows(path, 250_000, (value) => value.toExponential(17))),
    matrix: () => {
      made('labels.f32', (path) => writeMatrix(path, join(folder, 'features.f32'), 1_000_000));
      return folder;
    },
    images: () => {
      made('digits.f32', (path) => writeImages(path, join(folder, 'images.f32')));
      return folder;
    },
    scores: () => {
      made('actual.f32', (path) => writeScores(path, join(folder, 'scores.f32')));
      return folder;
    },
  };
}

/** Rows of correlated features, some skewed, and a label that follows a logistic model of them with two products. */
function* rowsOf(count: number): Generator<{ label: number; features: Float32Array }> {
  const random = seededRandom(20_26);
  const coefficients = Float64Array.from({ length: featureCount }, () => 0.28 * random.normal());
  const features = new Float32Array(featureCount);
  for (let row = 0; row < count; row++) {
    let score = -0.2;
    for (let j = 0; j < featureCount; j++) {
      const z = random.normal();
      features[j] = j % 4 === 0 ? exp(0.5 * z) : j % 4 === 3 ? 3.486 * (random.nextFloat() - 0.5) : z;
      score += coefficients[j] * (j % 4 === 0 ? features[j] - 1.1 : features[j]);
    }
    features[3] = 0.7 * features[1] + 0.7 * features[3];
    features[6] = 0.6 * features[0] + 0.4 * Math.abs(features[6]);
    score += 0.5 * features[1] * features[2] - 0.4 * features[5] * features[9];
    yield { label: random.nextFloat() < 1 / (1 + exp(-score)) ? 1 : 0, features };
  }
}

function writeRows(path: string, count: number, format: (value: number) => string): void {
  const file = openSync(path, 'w');
  const lines = [`label,${Array.from({ length: featureCount }, (_, j) => `f${j}`).join(',')}`];
  const flush = () => {
    writeSync(file, `${lines.join('\n')}\n`);
    lines.length = 0;
  };
  for (const { label, features } of rowsOf(count)) {
    let line = String(label);
    for (let j = 0; j < featureCount; j++) line += `,${format(features[j])}`;
    lines.push(line);
    if (lines.length === 10_000) flush();
  }
  if (lines.length > 0) flush();
  closeSync(file);
}

function writeRowGroups(path: string, count: number, groupRows: number): void {
  const names = ['label', ...Array.from({ length: featureCount }, (_, j) => `f${j}`)];
  const columns = Object.fromEntries(names.map((name) => [name, new Array<number>(count)]));
  let row = 0;
  for (const { label, features } of rowsOf(count)) {
    columns.label[row] = label;
    for (let j = 0; j < featureCount; j++) columns[`f${j}`][row] = features[j];
    row++;
  }
  const types = Object.fromEntries(names.map((name) => [name, name === 'label' ? 'INT32' : 'FLOAT']));
  writeFileSync(path, writeParquet(columns, groupRows, { types, codec: 'SNAPPY' } as ParquetOptions));
}

/** Seven significant digits, never an exponent. */
function shortDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 10 ? 5 : size >= 1 ? 6 : 7);
}

function writeMatrix(labelsPath: string, featuresPath: string, count: number): void {
  const features = new Float32Array(count * featureCount);
  const labels = new Float32Array(count);
  let row = 0;
  for (const { label, features: values } of rowsOf(count)) {
    labels[row] = label;
    features.set(values, row++ * featureCount);
  }
  for (let j = 0; j < featureCount; j++) {
    let [sum, squares] = [0, 0];
    for (let i = j; i < features.length; i += featureCount) {
      sum += features[i];
      squares += features[i] ** 2;
    }
    const mean = sum / count;
    const scale = Math.sqrt(squares / count - mean ** 2);
    for (let i = j; i < features.length; i += featureCount) features[i] = (features[i] - mean) / scale;
  }
  writeFileSync(featuresPath, features);
  writeFileSync(labelsPath, labels);
}

function writeImages(labelsPath: string, imagesPath: string): void {
  const [count, width, classes] = [60_000, 784, 10];
  const random = seededRandom(784);
  const coefficients = Float64Array.from({ length: width * classes }, () => 0.1 * random.normal());
  const images = new Float32Array(count * width);
  const labels = new Float32Array(count);
  const scores = new Float64Array(classes);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < classes; k++) scores[k] = 2 * random.normal();
    for (let j = 0; j < width; j++) {
      const value = random.nextUint32() / 2 ** 32;
      images[row * width + j] = value;
      for (let k = 0; k < classes; k++) scores[k] += coefficients[j * classes + k] * value;
    }
    labels[row] = scores.indexOf(Math.max(...scores));
  }
  writeFileSync(imagesPath, images);
  writeFileSync(labelsPath, labels);
}

function writeScores(actualPath: string, scoresPath: string): void {
  const count = 10_000_000;
  const random = seededRandom(10);
  const scores = new Float32Array(count);
  const actual = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    actual[row] = random.nextUint32() & 1;
    scores[row] = Math.round((random.normal() + actual[row]) * 1e4) / 1e4;
  }
  writeFileSync(scoresPath, scores);
  writeFileSync(actualPath, actual);
}
