import { expect, test } from 'vitest';
import { execute, named } from './workflows.ts';

const input = { scoring: 'scoring-1' };
const recording = { 'record-failure': () => ({}) };

test('a scoring is called until it is done', async () => {
  const { outcome, calls } = await execute('scoring', input, {
    score: (_, call) => ({ scoring: 'scoring-1', done: call === 3 }),
  });
  expect(outcome).toMatchObject({ status: 'succeeded', output: { scoring: 'scoring-1', done: true } });
  expect(calls).toEqual(Array(4).fill({ task: 'score', input }));
});

test('a scoring that is never done ends in a recorded InputError after 1,000 calls', async () => {
  const { outcome, calls } = await execute('scoring', input, {
    ...recording,
    score: () => ({ scoring: 'scoring-1', done: false }),
  });
  expect(outcome).toMatchObject({ status: 'failed', error: 'InputError' });
  expect(calls).toHaveLength(1001);
  expect(calls.at(-1)).toMatchObject({ task: 'record-failure', input });
});

test('a StoreError passes, an InputError is recorded once', async () => {
  const passing = await execute('scoring', input, {
    score: (_, call) => {
      if (call === 0) throw named('StoreError');
      return { scoring: 'scoring-1', done: true };
    },
  });
  expect(passing.outcome.status).toBe('succeeded');
  const failing = await execute('scoring', input, {
    ...recording,
    score: () => {
      throw named('InputError', 'no such model');
    },
  });
  expect(failing.outcome).toMatchObject({ status: 'failed', error: 'InputError' });
  expect(failing.calls.map(({ task }) => task)).toEqual(['score', 'record-failure']);
  expect(failing.calls[1].input).toMatchObject({ scoring: 'scoring-1', error: { Error: 'InputError' } });
});
