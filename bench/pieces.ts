// Measures one piece of hone in a process of its own: `node bench/pieces.ts PIECE [ARGUMENT …]` prints {"seconds": …}.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localContext } from '../cli/context.ts';
import { workerSource } from '../lib/data/kernel-worker.generated.ts';
import { readTable } from '../lib/data/read.ts';
import { openPool } from '../lib/jobs/open-pool.ts';
import { listDataset } from '../lib/jobs/sources.ts';
import { type KernelMemory, kernelMemory } from '../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../lib/kernels/pool.ts';
import { workerPool } from '../lib/kernels/worker-pool.ts';
import { measure } from '../lib/metrics/catalogue.ts';
import { createModel } from '../lib/models/create-model.ts';
import type { Examples } from '../lib/models/model.ts';
import { compileKernel, packKernel } from '../scripts/build/kernels.ts';
import { adamEpoch, gradientPass, lbfgsFit, newtonFit } from './training.ts';

type Figures = Record<string, number>;

/** Bytes of UTF-8. */
const [comma, newline] = [44, 10];

let predictions: Parameters<typeof measure>[2] | undefined;

const pieces: Record<string, (...given: string[]) => Promise<Figures> | Figures> = {
  csv: async (path, threads) => {
    const [plain, named] = await readFile(path, threads, [false, true]);
    return { seconds: plain, megabytesPerSecond: statSync(path).size / 1e6 / plain, hashShare: named / plain - 1 };
  },
  parquet: async (path, threads) => ({ seconds: (await readFile(path, threads, [false]))[0] }),
  gradient: (folder, threads) => {
    const examples = examplesIn(folder, 'features.f32', 'labels.f32', 28, Number(threads));
    const pass = gradientPass(examples, { products: 'float32' });
    const seconds = best(() => pass.run(), 3, 30);
    return { seconds, gigabytesPerSecond: examples.features.data.byteLength / 1e9 / seconds };
  },
  lbfgs: (folder) => {
    const examples = examplesIn(folder, 'features.f32', 'labels.f32', 28, 1);
    const fit = lbfgsFit(examples, { products: 'float32' }, 1e-9);
    const seconds = best(fit.run, 1, 3);
    return { seconds, objective: fit.lossReached() * examples.features.rowCount };
  },
  newton: (folder) => {
    const examples = examplesIn(folder, 'features.f32', 'labels.f32', 28, 1);
    return { seconds: best(() => newtonFit(examples, 1e-10).run(), 1, 3) };
  },
  epoch: (folder) => {
    const examples = examplesIn(folder, 'features.f32', 'labels.f32', 28, 1);
    return { seconds: best(adamEpoch(examples, { products: 'float32' }).run, 1, 3) };
  },
  softmax: (folder) => {
    const examples = examplesIn(folder, 'images.f32', 'digits.f32', 784, 1);
    const model = createModel({ kind: 'softmax', inputs: 784, classCount: 10 });
    const objective = model.objective(examples, { products: 'float32' });
    const gradient = model.initial();
    const parameters = model.initial().map((_, i) => 0.001 * ((i % 7) - 3));
    const pass = () => {
      // Other parameters each time, as an objective remembers its last answer.
      parameters[0] += 1e-6;
      return objective.evaluate(parameters, gradient, 0);
    };
    return { seconds: best(pass, 1, 8) };
  },
  mlp: (folder, threads) => {
    const all = examplesIn(folder, 'features.f32', 'labels.f32', 28, Number(threads));
    const rowCount = 200_000;
    const examples: Examples = {
      ...all,
      features: { rowCount, columnCount: 28, data: all.features.data.subarray(0, rowCount * 28) },
      targets: all.targets.subarray(0, rowCount),
      blockOffsets: offsets(rowCount),
    };
    const model = createModel({
      kind: 'mlp',
      inputs: 28,
      hidden: [64, 32],
      activation: 'relu',
      classCount: 2,
      seed: 1,
    });
    return { seconds: best(adamEpoch(examples, { products: 'float32' }, model).run, 1, 3) };
  },
  auc: (folder, count) => {
    const { actual, scores } = scoresIn(folder, Number(count));
    return { seconds: best(() => metrics(['auc'], actual, scores), 1, 3) };
  },
  counted: (folder, count) => {
    const { actual, scores } = scoresIn(folder, Number(count));
    return {
      accuracy: best(() => metrics(['accuracy'], actual, scores), 1, 3),
      f1: best(() => metrics(['f1'], actual, scores), 1, 3),
    };
  },
  predict: (folder) => {
    const { features } = examplesIn(folder, 'features.f32', 'labels.f32', 28, 1);
    const model = createModel({ kind: 'logistic', inputs: 28 });
    const parameters = model.initial().map((_, i) => 0.1 / (i + 1));
    const seconds = best(() => model.scores(parameters, features), 3, 20);
    return { seconds, rowsPerSecond: features.rowCount / seconds };
  },
  exact,
  bandwidth,
};

const [name, ...given] = process.argv.slice(2);
console.log(JSON.stringify(await pieces[name](...given)));
process.exit(0);

/** Seconds of the best of some calls, after a few to warm up. */
function best(work: () => unknown, warm: number, count: number): number {
  for (let i = 0; i < warm; i++) work();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000;
}

/**
 * Reads a file into float32 columns with `threads` threads.
 *
 * @param ways whether rows and blocks are hashed, for each way to measure
 * @returns for each way, the seconds of the best of three readings
 */
async function readFile(path: string, threads: string, ways: boolean[]): Promise<number[]> {
  const least = ways.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; i < 3; i++) {
    for (const [way, named] of ways.entries()) {
      const start = performance.now();
      const pool = await openPool(Number(threads));
      const objects = await listDataset(await localContext({}), path);
      await readTable(objects, { single: () => true, named, hashed: named, packed: { pool } });
      least[way] = Math.min(least[way], performance.now() - start);
    }
  }
  return least.map((milliseconds) => milliseconds / 1000);
}

/** Fields of a file that came out as another number than the language's own parser makes of them, to float32. */
async function exact(path: string): Promise<Figures> {
  const pool = await openPool(2);
  const objects = await listDataset(await localContext({}), path);
  const { columns, rowCount } = await readTable(objects, { single: () => true, named: false, packed: { pool } });
  // A wrong number may make a column one that float32 can't hold, which is then not packed.
  const values = columns.map((column) => (column.kind === 'number' && column.packed ? column.values : undefined));
  const bytes = readFileSync(path);
  let [row, column, from, wrong] = [-1, 0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== comma && bytes[at] !== newline) continue;
    if (row >= 0) {
      const expected = Math.fround(Number(bytes.toString('latin1', from, at)));
      if (!Object.is(Math.fround(values[column]?.[row] ?? Number.NaN), expected)) wrong++;
    }
    from = at + 1;
    column++;
    if (bytes[at] === newline) [row, column] = [row + 1, 0];
  }
  return { wrong, fields: rowCount * columns.length };
}

function examplesIn(
  folder: string,
  features: string,
  labels: string,
  width: number,
  threads: number,
): Examples & { home: KernelMemory } {
  const bytes = readFileSync(join(folder, features));
  const home = kernelMemory();
  const rowCount = bytes.length / 4 / width;
  const address = home.allocate(bytes.length);
  new Uint8Array(home.memory.buffer, address, bytes.length).set(bytes);
  const data = new Float32Array(home.memory.buffer, address, rowCount * width);
  const text = readFileSync(join(folder, labels));
  const targets = Float64Array.from(new Float32Array(text.buffer, text.byteOffset, text.length / 4));
  attachPool(threads === 1 ? onThisThread(home) : workerPool({ memory: home, threads, workerSource }));
  return { features: { rowCount, columnCount: width, data }, targets, blockOffsets: offsets(rowCount), home };
}

function offsets(rowCount: number, blockRows = 29_800): Int32Array {
  const count = Math.ceil(rowCount / blockRows);
  return Int32Array.from({ length: count + 1 }, (_, block) => Math.min(rowCount, block * blockRows));
}

function scoresIn(folder: string, count: number): { actual: Uint8Array; scores: Float64Array } {
  const read = (file: string) => {
    const bytes = readFileSync(join(folder, file));
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  };
  return { actual: Uint8Array.from(read('actual.f32')), scores: Float64Array.from(read('scores.f32')) };
}

function metrics(names: string[], actual: Uint8Array, scores: Float64Array) {
  predictions ??= {
    kind: 'classes',
    classCount: 2,
    actual: Int32Array.from(actual),
    predicted: Int32Array.from(scores, (score) => (score > 0.5 ? 1 : 0)),
    probabilities: new Float64Array(0),
    margins: scores,
  };
  return measure('binary', names, predictions);
}

/** Gigabytes a second that WebAssembly reads from memory, four streams at once: what no pass over the data can beat. */
async function bandwidth(threads: string): Promise<Figures> {
  const wasm = packKernel(await compileKernel('bench/assembly/read-memory.ts', 2 ** 21));
  const home = kernelMemory();
  const pool =
    threads === '1' ? onThisThread(home) : workerPool({ memory: home, threads: Number(threads), workerSource });
  const [blocks, blockBytes] = [112, 2 ** 20];
  const data = home.allocate(blocks * blockBytes);
  new Float64Array(home.memory.buffer, data, (blocks * blockBytes) / 8).fill(1.5);
  const description = home.allocate(64 + 8 * blocks);
  new Uint32Array(home.memory.buffer, description, 2).set([data, blockBytes]);
  const seconds = best(() => pool.run({ wasm }, 'readBlock', description, blocks, 0), 3, 30);
  return { gigabytesPerSecond: (blocks * blockBytes) / 1e9 / seconds };
}
