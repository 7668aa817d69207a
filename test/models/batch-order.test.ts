import { expect, test } from 'vitest';
import { batchOrder } from '../../lib/models/batch-order.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { someExamples } from './some-examples.ts';

interface Shape {
  rowCount: number;
  columnCount: number;
  batchSize: number;
}

const shape: Shape = { rowCount: 9000, columnCount: 28, batchSize: 256 };

/** All rows of an epoch as they are visited. */
function order(epoch: number, { seed = 4, ...rest }: Partial<Shape> & { seed?: number } = {}): number[] {
  const batches = batchOrder({ ...shape, ...rest }, seed);
  const { rowCount } = { ...shape, ...rest };
  return Array.from({ length: Math.ceil(rowCount / batches.windowRows) }, (_, index) => {
    const { visited, count } = batches.window(epoch, index);
    return [...visited.subarray(0, count)];
  }).flat();
}

const ascending = (a: number, b: number) => a - b;

test.each([
  {},
  { rowCount: 1 },
  { rowCount: 63 },
  { rowCount: 4097 },
  { rowCount: 70, batchSize: 3 },
  { rowCount: 20_000, batchSize: 5000 },
  { rowCount: 700, columnCount: 0 },
  { rowCount: 700, columnCount: 5000, batchSize: 1 },
])('an epoch visits each row once: %j', (given) => {
  const all = [...Array(given.rowCount ?? shape.rowCount).keys()];
  for (const epoch of [0, 1, 50]) expect(order(epoch, given).toSorted(ascending)).toEqual(all);
});

test('windows hold whole batches, and say where each row comes', () => {
  for (const batchSize of [1, 3, 256, 5000]) {
    const batches = batchOrder({ ...shape, batchSize }, 1);
    expect(batches.windowRows).toBe(batches.batchesPerWindow * batchSize);
    const { rows, places, visited, count } = batches.window(2, 0);
    for (let i = 0; i < count; i++) expect(visited[places[i]]).toBe(rows[i]);
  }
});

test('the order is a function of seed and epoch, whichever windows came before', () => {
  const batches = batchOrder(shape, 4);
  const seen = [0, 1, 2].map((epoch) => [...batches.window(epoch, 1).visited]);
  expect([...batches.window(1, 1).visited]).toEqual(seen[1]);
  expect([...batchOrder(shape, 4).window(2, 1).visited]).toEqual(seen[2]);
  expect(new Set(seen.map(String)).size).toBe(3);
  expect(order(0, { seed: 5 })).not.toEqual(order(0));
});

test('the same window is not arranged again', () => {
  const batches = batchOrder(shape, 4);
  batches.window(3, 1).visited[0] = -1;
  expect(batches.window(3, 1).visited[0]).toBe(-1);
  expect(batches.window(3, 0).visited[0]).not.toBe(-1);
});

test('the rows of a window are read in stretches of neighbours', () => {
  const { rows, count } = batchOrder(shape, 4).window(0, 0);
  let breaks = 0;
  for (let i = 1; i < count; i++) if (rows[i] !== rows[i - 1] + 1) breaks++;
  // The last one may be cut, and the short one at the end of the data leaves room for another.
  expect(breaks).toBeLessThanOrEqual(65);
});

test('every batch of a file that is sorted by label holds rows of both labels', () => {
  const [rowCount, batchSize] = [200_000, 256];
  const rows = order(0, { rowCount, batchSize });
  // A window's share varies by 1/16 (64 stretches), that of its batches by another 1/32: five of both together.
  for (let first = 0; first + batchSize <= rowCount; first += batchSize) {
    const late = rows.slice(first, first + batchSize).filter((row) => row >= rowCount / 2).length;
    expect(Math.abs(late / batchSize - 0.5)).toBeLessThan(5 * Math.hypot(1 / 16, 1 / 32));
  }
});

test('a small file is shuffled whole', () => {
  const rows = order(0, { rowCount: 4000 });
  // Sorted, the first half would hold no row of the second. 2,000 of 4,000 drawn: sd 16, so ±5 sd.
  expect(Math.abs(rows.slice(0, 2000).filter((row) => row >= 2000).length - 1000)).toBeLessThan(80);
});

test('a mini-batch step looks at its slice of the order', () => {
  const examples = someExamples('linear', { rowCount: 23, inputs: 1 });
  const model = createModel({ kind: 'linear', inputs: 1 });
  const objective = model.objective(examples, { batchSize: 5, seed: 11 });
  for (const step of [0, 4, 5, 13]) {
    const epoch = order(Math.floor(step / 5), { rowCount: 23, columnCount: 1, batchSize: 5, seed: 11 });
    const rows = epoch.slice((step % 5) * 5, (step % 5) * 5 + 5);
    const loss = objective.evaluate(model.initial(), model.initial(), step);
    // At zero parameters a row's loss is its squared target.
    const expected = rows.reduce((sum, row) => sum + examples.targets[row] ** 2, 0) / rows.length;
    expect(loss).toBeCloseTo(expected, 13);
  }
});
