import { expect, test } from 'vitest';
import { type Experiment, type RowSpec, run } from '../../bench/experiment.ts';

const experiment = (row: Partial<RowSpec>): Experiment => ({
  id: 'one',
  title: 'one',
  contenders: [
    { name: 'hone', measure: async () => ({ seconds: 2 }) },
    { name: 'peer', measure: async () => ({ seconds: 6 }) },
    { name: 'absent', measure: async () => ({ missing: 'absent' }) },
  ],
  rows: [{ what: 'it', hone: 'hone.seconds', unit: 's', ...row }],
});

test.each<[Partial<RowSpec>, string, number | undefined]>([
  [{ against: 'peer.seconds', atLeast: 2, aim: 3 }, 'aim', 3],
  [{ against: 'peer.seconds', atLeast: 2, aim: 4 }, 'at least', 3],
  [{ against: 'peer.seconds', atLeast: 4, aim: 5 }, 'short', 3],
  [{ against: 'peer.seconds' }, 'for information', 3],
  [{ against: 'absent.seconds' }, 'missing', undefined],
  [{ atLeast: 2, aim: 1 }, 'at least', 2],
  [{ atLeast: 1, aim: 0.5 }, 'short', 2],
  [{ isRate: true, atLeast: 3, aim: 4 }, 'short', 2],
])('a row of 2 s against 6 s that says %j is called "%s"', async (row, verdict, ratio) => {
  const [found] = await run(experiment(row), { rounds: 1 });
  expect([found.verdict, found.ratio]).toEqual([verdict, ratio]);
});
