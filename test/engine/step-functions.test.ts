import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { stepFunctionsEngine } from '../../lib/engine/step-functions.ts';

const training = 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-dev-training';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The real client against a server that gives one answer; the answer's form is AWS JSON 1.0. */
async function engineThatHears(status: number, answer: object) {
  const requests: { target: string | undefined; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const body = await json(request);
    requests.push({ target: request.headers['x-amz-target'] as string | undefined, body });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SFNClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  closing.push(
    () => client.destroy(),
    () => server.close(),
  );
  return { engine: stepFunctionsEngine({ stateMachineArns: { training }, client }), requests, server };
}

const refusal = (name: string) => ({ __type: `com.amazonaws.states#${name}`, message: `${name} on purpose` });

test('a start names the machine and the execution, and hands on the input', async () => {
  const answer = { executionArn: `${training.replace('stateMachine', 'execution')}:run-1`, startDate: 1.7e9 };
  const { engine, requests } = await engineThatHears(200, answer);
  expect(await engine.start('training', 'run-1', { run: 'run-1' })).toBe('started');
  expect(requests).toEqual([
    {
      target: 'AWSStepFunctions.StartExecution',
      body: { stateMachineArn: training, name: 'run-1', input: '{"run":"run-1"}' },
    },
  ]);
});

test('an execution that exists is no error', async () => {
  const { engine } = await engineThatHears(400, refusal('ExecutionAlreadyExists'));
  expect(await engine.start('training', 'run-1', {})).toBe('exists');
});

test.each([
  [400, 'ThrottlingException', 'StoreError'],
  [400, 'ExecutionLimitExceeded', 'StoreError'],
  [500, 'InternalFailure', 'StoreError'],
  [503, 'ServiceUnavailable', 'StoreError'],
  [400, 'StateMachineDoesNotExist', 'NotFoundError'],
  [400, 'InvalidExecutionInput', 'InputError'],
  [400, 'InvalidName', 'InputError'],
  [400, 'AccessDeniedException', 'AccessDeniedException'],
])('the answer %i %s is a %s', async (status, answer, error) => {
  const { engine } = await engineThatHears(status, refusal(answer));
  await expect(engine.start('training', 'run-1', {})).rejects.toMatchObject({ name: error });
});

test('no answer at all is a StoreError', async () => {
  const { engine, server } = await engineThatHears(200, {});
  await new Promise((resolve) => server.close(resolve));
  await expect(engine.start('training', 'run-1', {})).rejects.toMatchObject({ name: 'StoreError' });
});

test('a bad name, a large input and a machine that is not configured are refused without a request', async () => {
  const { engine, requests } = await engineThatHears(200, {});
  await expect(engine.start('training', 'a b', {})).rejects.toMatchObject({ name: 'InputError' });
  await expect(engine.start('training', 'a', { x: 'x'.repeat(262_144) })).rejects.toMatchObject({ name: 'InputError' });
  await expect(engine.start('scoring', 'a', {})).rejects.toThrow(/workflow scoring: expected the ARN/);
  expect(requests).toEqual([]);
});
