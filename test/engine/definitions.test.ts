import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, test } from 'vitest';
import { definitions } from './workflows.ts';

describe.each(Object.entries(definitions))('workflow %s', (_, definition) => {
  const states = Object.entries(definition.States);
  const tasks = states.filter(([, { Type }]) => Type === 'Task');
  const working = tasks.filter(([name]) => name !== 'RecordFailure');

  test('is valid Amazon States Language', () => {
    expect(() => new StateMachine(structuredClone(definition) as never)).not.toThrow();
    const broken = { ...structuredClone(definition), StartAt: 'Nowhere' };
    expect(() => new StateMachine(broken as never)).toThrow(/Nowhere/);
  });

  test('is JSONPath only', () => {
    const jsonata = /"(QueryLanguage|Arguments|Output|Assign|Condition)":|\{%/;
    expect(JSON.stringify({ States: { Any: { QueryLanguage: 'JSONata' } } })).toMatch(jsonata);
    expect(jsonata.exec(JSON.stringify(definition))).toBeNull();
  });

  test('never writes an explicit ResultPath of "$"', () => {
    expect(JSON.stringify(definition)).not.toContain('"ResultPath":"$"');
  });

  test('reaches every state', () => {
    const reached = new Set<string>();
    const visit = (name: string) => {
      if (reached.has(name)) return;
      reached.add(name);
      const { Next, Default, Choices = [], Catch = [] } = definition.States[name];
      for (const next of [Next, Default, ...[...Choices, ...Catch].map((rule) => rule.Next)]) if (next) visit(next);
    };
    visit(definition.StartAt);
    expect([...reached].sort()).toEqual(states.map(([name]) => name).sort());
  });

  test.each(tasks)('%s gives up a little after Lambda itself does', (_, { TimeoutSeconds }) => {
    expect(TimeoutSeconds).toBeGreaterThan(900);
    expect(TimeoutSeconds).toBeLessThanOrEqual(960);
  });

  test.each(tasks)('%s tries again only what passes, with backoff, jitter and an end', (_, { Retry = [] }) => {
    const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(retried).toEqual(
      expect.arrayContaining([
        'StoreError',
        'ConflictError',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
        'Sandbox.Timedout',
        'States.Timeout',
      ]),
    );
    for (const never of ['InputError', 'NumericError', 'NotFoundError', 'States.ALL', 'States.TaskFailed']) {
      expect(retried).not.toContain(never);
    }
    for (const { ErrorEquals, MaxAttempts, BackoffRate, JitterStrategy } of Retry) {
      // Whoever finds no room waits for hours: 500 trainings share ten functions.
      expect(MaxAttempts).toBeLessThanOrEqual(ErrorEquals.includes('Lambda.TooManyRequestsException') ? 300 : 30);
      expect(BackoffRate).toBeGreaterThan(1);
      expect(JitterStrategy).toBe('FULL');
    }
  });

  test.each(working)('%s hands every error to RecordFailure, under $.error', (_, { Catch = [] }) => {
    expect(Catch.map(({ ErrorEquals }) => ErrorEquals)).toEqual([['States.DataLimitExceeded'], ['States.ALL']]);
    for (const { Next, ResultPath } of Catch) expect([Next, ResultPath]).toEqual(['RecordFailure', '$.error']);
  });
});
