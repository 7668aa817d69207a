import { expect, test } from 'vitest';
import { execute, type Finished, named } from './workflows.ts';

const event = { pipeline: null, dataset: 'datasets/houses/', trigger: 'event-1' };
const happy = {
  plan: () => ({ next: 'train', run: 'run-1' }),
  train: () => ({ run: 'run-1', done: true, found: false }),
  evaluate: () => ({ run: 'run-1' }),
  register: () => ({ run: 'run-1', done: true, version: 'v1', gate: 'pass' }),
};
const recording = { 'record-failure': () => ({}) };

test('an event goes the whole way: plan, train, evaluate, register', async () => {
  const { outcome, calls } = await execute('training', event, happy);
  expect(outcome).toEqual({
    workflow: 'training',
    status: 'succeeded',
    output: { run: 'run-1', done: true, version: 'v1', gate: 'pass' },
  });
  expect(calls).toEqual([
    { task: 'plan', input: event },
    { task: 'train', input: { run: 'run-1' } },
    { task: 'evaluate', input: { run: 'run-1' } },
    { task: 'register', input: { run: 'run-1' } },
  ]);
});

test('a run that is planned already begins with its training', async () => {
  const { outcome, calls } = await execute('training', { run: 'run-7' }, happy);
  expect(outcome.status).toBe('succeeded');
  expect(calls[0]).toEqual({ task: 'train', input: { run: 'run-7' } });
});

test('a dataset that is not complete is waited for, and looked at again with the same input', async () => {
  const { outcome, calls } = await execute('training', event, {
    ...happy,
    plan: (input, call) => (call < 3 ? { next: 'wait', waitSeconds: 60, ...input } : happy.plan()),
  });
  expect(outcome.status).toBe('succeeded');
  expect(callsOf('plan', calls)).toEqual([event, event, event, event]);
});

test('a dataset that never becomes complete ends in a recorded InputError', async () => {
  const { outcome, calls } = await execute('training', event, {
    ...recording,
    plan: (input) => ({ next: 'wait', waitSeconds: 60, ...input }),
  });
  expect(outcome).toMatchObject({ status: 'failed', error: 'InputError' });
  expect(callsOf('plan', calls)).toHaveLength(1441);
  expect(callsOf('record-failure', calls)).toMatchObject([
    { dataset: 'datasets/houses/', error: { Error: 'InputError' } },
  ]);
});

test('a dataset without a pipeline is inspected', async () => {
  const { outcome, calls } = await execute('training', event, {
    plan: () => ({ next: 'inspect', dataset: 'datasets/houses/' }),
    inspect: () => ({ report: 'reports/houses.json' }),
  });
  expect(outcome).toMatchObject({ status: 'succeeded', output: { report: 'reports/houses.json' } });
  expect(callsOf('inspect', calls)).toEqual([{ next: 'inspect', dataset: 'datasets/houses/' }]);
});

test('an event about work that is done ends at once', async () => {
  const { outcome, calls } = await execute('training', event, { plan: () => ({ next: 'done', run: 'run-1' }) });
  expect(outcome).toMatchObject({ status: 'succeeded', output: { next: 'done', run: 'run-1' } });
  expect(calls).toHaveLength(1);
});

test('a training that runs out of time is called until it is done', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...happy,
      train: (_, call) => ({ run: 'run-1', done: call === 4, found: false }),
    },
  );
  expect(outcome.status).toBe('succeeded');
  expect(callsOf('train', calls)).toEqual(Array(5).fill({ run: 'run-1' }));
});

test('a training that is never done ends in a recorded InputError after 1,000 calls', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...recording,
      train: () => ({ run: 'run-1', done: false, found: false }),
    },
  );
  expect(outcome).toMatchObject({ status: 'failed', error: 'InputError' });
  expect(callsOf('train', calls)).toHaveLength(1000);
  expect(callsOf('record-failure', calls)).toMatchObject([{ run: 'run-1', error: { Error: 'InputError' } }]);
});

test('a version that was found is neither evaluated nor registered', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      train: () => ({ run: 'run-1', done: true, found: true }),
    },
  );
  expect(outcome).toMatchObject({ status: 'succeeded', output: { run: 'run-1', done: true, found: true } });
  expect(calls).toHaveLength(1);
});

test('a champion that moved meanwhile is evaluated against again', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...happy,
      register: (_, call) => ({ run: 'run-1', done: call === 2, version: 'v1', gate: 'pass' }),
    },
  );
  expect(outcome.status).toBe('succeeded');
  expect(calls.map(({ task }) => task)).toEqual([
    'train',
    'evaluate',
    'register',
    'evaluate',
    'register',
    'evaluate',
    'register',
  ]);
});

test('a champion that moves under 20 decisions ends in a recorded ConflictError', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...happy,
      ...recording,
      register: () => ({ run: 'run-1', done: false }),
    },
  );
  expect(outcome).toMatchObject({ status: 'failed', error: 'ConflictError' });
  expect(callsOf('register', calls)).toHaveLength(20);
  expect(callsOf('record-failure', calls)).toHaveLength(1);
});

test.each([
  ['StoreError', 6],
  ['ConflictError', 4],
  ['Lambda.ServiceException', 6],
  ['Lambda.TooManyRequestsException', 30],
  ['Sandbox.Timedout', 2],
])('%s is tried %i times more, and then succeeds', async (name, attempts) => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...happy,
      evaluate: (_, call) => {
        if (call < attempts) throw named(name);
        return { run: 'run-1' };
      },
    },
  );
  expect(outcome.status).toBe('succeeded');
  expect(callsOf('evaluate', calls)).toHaveLength(attempts + 1);
});

test.each(['StoreError', 'ConflictError', 'Lambda.Unknown'])(
  '%s that does not pass ends as a failure',
  async (name) => {
    const { outcome, calls } = await execute(
      'training',
      { run: 'run-1' },
      {
        ...happy,
        ...recording,
        train: () => {
          throw named(name);
        },
      },
    );
    expect(outcome).toMatchObject({ status: 'failed', error: name });
    expect(callsOf('record-failure', calls)).toHaveLength(1);
  },
);

test.each(['plan', 'train', 'evaluate', 'register', 'inspect'])(
  'what goes wrong in %s is not tried again but recorded once, with its name and message',
  async (failing) => {
    for (const name of ['InputError', 'NumericError', 'NotFoundError', 'TypeError']) {
      const { outcome, calls } = await execute('training', event, {
        ...happy,
        ...recording,
        ...(failing === 'inspect' ? { plan: () => ({ next: 'inspect', dataset: 'datasets/houses/' }) } : {}),
        [failing]: () => {
          throw named(name, 'column "price": expected a number');
        },
      });
      expect(outcome).toMatchObject({ status: 'failed', error: name });
      expect(callsOf(failing, calls)).toHaveLength(1);
      const [recorded, ...more] = callsOf('record-failure', calls);
      expect(more).toEqual([]);
      const { Error: recordedName, Cause } = recorded.error as { Error: string; Cause: string };
      expect(recordedName).toBe(name);
      expect(JSON.parse(Cause)).toMatchObject({ errorType: name, errorMessage: 'column "price": expected a number' });
      const asked = ['plan', 'inspect'].includes(failing) ? event : { run: 'run-1' };
      expect(recorded).toMatchObject(asked);
    }
  },
);

test('a failure that cannot be recorded still ends as the failure that it was', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      train: () => {
        throw named('NumericError');
      },
      'record-failure': () => {
        throw named('StoreError');
      },
    },
  );
  expect(outcome).toMatchObject({ status: 'failed', error: 'NumericError' });
  expect(callsOf('record-failure', calls)).toHaveLength(7);
});

test('an answer over 256 KiB is refused, and recorded', async () => {
  const { outcome, calls } = await execute(
    'training',
    { run: 'run-1' },
    {
      ...recording,
      train: () => ({ run: 'run-1', done: true, found: false, weights: 'x'.repeat(262_144) }),
    },
  );
  expect(outcome).toMatchObject({ status: 'failed', error: 'States.DataLimitExceeded' });
  expect(callsOf('record-failure', calls)).toMatchObject([{ error: { Error: 'States.DataLimitExceeded' } }]);
});

function callsOf(task: string, calls: Finished['calls']) {
  return calls.filter((call) => call.task === task).map(({ input }) => input);
}
