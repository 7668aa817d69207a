import { expect, test } from 'vitest';
import { localEngine, type Outcome } from '../../lib/engine/local.ts';

const call = (name: string, fields: object = {}) => ({
  Type: 'Task',
  Resource: { 'Fn::GetAtt': [name, 'Arn'] },
  End: true,
  ...fields,
});
const machine = (state: object, more: object = {}) => ({ StartAt: 'Only', States: { Only: state, ...more } });

function engineOf(training: object, task: (input: unknown) => unknown, options: object = {}) {
  const outcomes: [string, Outcome][] = [];
  const engine = localEngine({
    definitions: { training },
    tasks: { train: task },
    timeScale: 0,
    onSettled: (name, outcome) => outcomes.push([name, outcome]),
    ...options,
  });
  return { engine, outcomes };
}

test('a name that was used starts nothing, even when its execution has ended', async () => {
  let calls = 0;
  const { engine, outcomes } = engineOf(machine(call('train')), () => ++calls);
  const both = [engine.start('training', 'a', {}), engine.start('training', 'a', {})];
  expect((await Promise.all(both)).sort()).toEqual(['exists', 'started']);
  await engine.idle();
  expect(await engine.start('training', 'a', { other: 1 })).toBe('exists');
  expect(await engine.start('training', 'b', {})).toBe('started');
  await engine.idle();
  expect(calls).toBe(2);
  expect(outcomes.map(([name]) => name)).toEqual(['a', 'b']);
});

test.each(['', 'x'.repeat(81), 'a b', 'a/b', 'ü'])('the execution name %j is refused', async (name) => {
  const { engine } = engineOf(machine(call('train')), () => 0);
  await expect(engine.start('training', name, {})).rejects.toThrow(/execution name: expected 1 to 80/);
});

test('an input over 256 KiB is refused at the start, one of just so many bytes is not', async () => {
  const { engine, outcomes } = engineOf(machine(call('train')), () => 0);
  const room = 262_144 - JSON.stringify({ text: '' }).length;
  await expect(engine.start('training', 'a', { text: 'x'.repeat(room + 1) })).rejects.toThrow(/at most 262144 bytes/);
  // Two bytes in UTF-8, one character.
  await expect(engine.start('training', 'a', { text: 'é'.repeat(room / 2 + 1) })).rejects.toThrow(/262144/);
  expect(await engine.start('training', 'a', { text: 'x'.repeat(room) })).toBe('started');
  await engine.idle();
  expect(outcomes[0][1].status).toBe('succeeded');
});

test('States.ALL does not catch a payload over 256 KiB', async () => {
  const catching = call('train', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] });
  const { engine, outcomes } = engineOf(machine(catching, { Caught: { Type: 'Succeed' } }), () => 'x'.repeat(262_143));
  await engine.start('training', 'a', {});
  await engine.idle();
  expect(outcomes[0][1]).toMatchObject({ status: 'failed', error: 'States.DataLimitExceeded' });
});

test('state that grows over 256 KiB by merging ends the execution', async () => {
  const merging = call('train', { ResultPath: '$.more' });
  const { engine, outcomes } = engineOf(machine(merging), () => 'x'.repeat(200_000));
  await engine.start('training', 'a', { text: 'x'.repeat(200_000) });
  await engine.idle();
  expect(outcomes[0][1]).toMatchObject({ status: 'failed', error: 'States.DataLimitExceeded' });
});

test('tasks see and leave copies of JSON', async () => {
  const { engine, outcomes } = engineOf(machine(call('train')), (input) => {
    (input as { list: number[] }).list.push(2);
    return { at: new Date(0), nothing: undefined, undefinedNumber: Number.NaN };
  });
  const input = { list: [1] };
  await engine.start('training', 'a', input);
  await engine.idle();
  expect(input).toEqual({ list: [1] });
  expect(outcomes[0][1]).toMatchObject({ output: { at: '1970-01-01T00:00:00.000Z', undefinedNumber: null } });
});

test('a task that is tried again sees its input as it was, whatever the first try did to it', async () => {
  const seen: unknown[] = [];
  const retrying = call('train', { Retry: [{ ErrorEquals: ['StoreError'] }] });
  const { engine } = engineOf(machine(retrying), (input) => {
    seen.push(structuredClone(input));
    Object.assign(input as object, { touched: true });
    if (seen.length === 1) throw Object.assign(new Error('on purpose'), { name: 'StoreError' });
  });
  await engine.start('training', 'a', { run: 'run-1' });
  await engine.idle();
  expect(seen).toEqual([{ run: 'run-1' }, { run: 'run-1' }]);
});

test('waits take their seconds times the scale, and at most the longest allowed', async () => {
  const waiting = { Type: 'Wait', SecondsPath: '$.plan.seconds', Next: 'Then' };
  const input = { plan: { seconds: 3600 } };
  for (const options of [{ timeScale: 1 / 36_000 }, { timeScale: 1, maxWaitSeconds: 0.1 }]) {
    const { engine, outcomes } = engineOf(machine(waiting, { Then: { Type: 'Succeed' } }), () => 0, options);
    const begun = performance.now();
    await engine.start('training', 'a', input);
    await engine.idle();
    const elapsedMs = performance.now() - begun;
    expect(outcomes[0][1]).toMatchObject({ status: 'succeeded', output: input });
    expect(elapsedMs).toBeGreaterThanOrEqual(95);
    expect(elapsedMs).toBeLessThan(5_000);
  }
});

test.each([[undefined], [-1], [1.5], ['60']])('seconds of %j end the execution', async (seconds) => {
  const waiting = { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Then' };
  const { engine, outcomes } = engineOf(machine(waiting, { Then: { Type: 'Succeed' } }), () => 0);
  await engine.start('training', 'a', { seconds });
  await engine.idle();
  expect(outcomes[0][1]).toMatchObject({ status: 'failed', error: 'States.Runtime' });
});

test('stop gives up waits, and no further task begins', async () => {
  let calls = 0;
  const waiting = { Type: 'Wait', Seconds: 3600, Next: 'Then' };
  const { engine, outcomes } = engineOf(machine(waiting, { Then: call('train') }), () => ++calls, { timeScale: 1 });
  await engine.start('training', 'a', {});
  await engine.stop();
  await engine.idle();
  expect(outcomes).toEqual([['a', { workflow: 'training', status: 'aborted' }]]);
  expect(calls).toBe(0);
});

test('idle waits for executions that were started meanwhile', async () => {
  const { engine, outcomes } = engineOf(machine(call('train')), async (input) => {
    const { depth } = input as { depth: number };
    if (depth < 3) await engine.start('training', `depth-${depth + 1}`, { depth: depth + 1 });
  });
  await engine.start('training', 'depth-0', { depth: 0 });
  await engine.idle();
  expect(outcomes).toHaveLength(4);
});

test.each([
  ['JSONata', machine(call('train', { QueryLanguage: 'JSONata' })), /JSONPath only, found the field QueryLanguage/],
  ['JSONata for all', { QueryLanguage: 'JSONata', ...machine(call('train')) }, /JSONPath only/],
  ['variables', machine(call('train', { Assign: { a: 1 } })), /found the field Assign/],
  ['Map', machine({ Type: 'Map', End: true }), /found a Map/],
  ['a function of no name', machine({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:x' }), /Fn::GetAtt/],
  ['a function that is not there', machine(call('fly')), /expected one of the tasks train, found fly/],
])('a definition with %s is refused', (_, definition, message) => {
  expect(() => engineOf(definition, () => 0)).toThrow(message);
});

test('a definition that is no Amazon States Language is refused at its first start', async () => {
  const { engine } = engineOf({ ...machine(call('train')), StartAt: 'Nowhere' }, () => 0);
  await expect(engine.start('training', 'a', {})).rejects.toThrow(/workflow training: .*Nowhere/s);
});
