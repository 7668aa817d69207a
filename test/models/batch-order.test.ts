import { expect, test } from 'vitest';
import { batchOrder } from '../../lib/models/batch-order.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { blocksOf, someExamples } from './some-examples.ts';

const blocks = Int32Array.of(0, 10, 10, 25, 30);
const order = (epoch: number, { seed = 4, offsets = blocks } = {}) => [...batchOrder(offsets, seed).order(epoch)];

test('an epoch visits each row once', () => {
  for (const epoch of [0, 1, 50]) expect(order(epoch).toSorted((a, b) => a - b)).toEqual([...Array(30).keys()]);
});

test('the order is a function of seed and epoch, whichever epochs came before', () => {
  const batches = batchOrder(blocks, 4);
  const seen = [0, 1, 2].map((epoch) => [...batches.order(epoch)]);
  expect([...batches.order(1)]).toEqual(seen[1]);
  expect(order(2)).toEqual(seen[2]);
  expect(new Set(seen.map(String)).size).toBe(3);
  expect(order(0, { seed: 5 })).not.toEqual(seen[0]);
});

test('the same epoch is not arranged again', () => {
  const batches = batchOrder(blocks, 4);
  const rows = batches.order(3);
  rows[0] = -1;
  expect(batches.order(3)[0]).toBe(-1);
});

test('blocks come one after the other, in an order that changes, and so do the rows of each', () => {
  const blockOf = (row: number) => (row < 10 ? 0 : row < 25 ? 2 : 3);
  const orders = new Set<string>();
  for (let epoch = 0; epoch < 20; epoch++) {
    const runs = order(epoch)
      .map(blockOf)
      .filter((block, i, all) => block !== all[i - 1]);
    expect(runs).toHaveLength(3);
    orders.add(String(runs));
  }
  expect(orders.size).toBe(6);
});

test("a block's order does not depend on the size of the others, nor on which comes first", () => {
  const first = (rows: number[]) => rows.filter((row) => row < 10);
  for (let epoch = 0; epoch < 8; epoch++)
    expect(first(order(epoch, { offsets: Int32Array.of(0, 10, 500) }))).toEqual(
      first(order(epoch, { offsets: Int32Array.of(0, 10, 11) })),
    );
});

test('a file sorted by label is shuffled whole when it is one block', () => {
  const rows = order(0, { offsets: Int32Array.of(0, 10_000) });
  // Sorted, the first half would hold no row of the second label. 5,000 of 10,000 drawn: sd 25, so ±5 sd.
  const late = rows.slice(0, 5000).filter((row) => row >= 5000).length;
  expect(Math.abs(late - 2500)).toBeLessThan(250);
});

test('a mini-batch step looks at its slice of the order, across blocks as well', () => {
  const examples = someExamples('linear', { rowCount: 23, inputs: 1 });
  const model = createModel({ kind: 'linear', inputs: 1 });
  const objective = model.objective(examples, { batchSize: 5, seed: 11 });
  const visited = batchOrder(blocksOf(23, 7), 11);
  for (const step of [0, 4, 5, 13]) {
    const rows = [...visited.order(Math.floor(step / 5))].slice((step % 5) * 5, (step % 5) * 5 + 5);
    const loss = objective.evaluate(model.initial(), model.initial(), step);
    // At zero parameters a row's loss is its squared target.
    const expected = rows.reduce((sum, row) => sum + examples.targets[row] ** 2, 0) / rows.length;
    expect(loss).toBeCloseTo(expected, 13);
  }
});
