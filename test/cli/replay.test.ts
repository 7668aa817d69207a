import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDeadLetters } from '../../functions/adapter/dead-letters.ts';
import { runKey } from '../../lib/jobs/runs.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { putJson } from '../../lib/store/json.ts';
import { s3Store } from '../../lib/store/s3.ts';
import { hone, temporaryFolder } from '../support/cli.ts';
import { readEvent } from '../support/events.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { housesPipeline, objectCreated } from '../support/s3-events.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

/** What AWS Lambda sends to the queue when an event failed three times. */
const letterOf = (event: object): string =>
  JSON.stringify({
    version: '1.0',
    timestamp: '2026-01-15T09:33:00.000Z',
    requestContext: { requestId: 'a', functionArn: 'arn', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'StoreError', errorMessage: 'try again' },
  });

const event = objectCreated('datasets/houses/a.csv');

describe('dead letters are read', () => {
  test.each([
    ['as the queue gives them', JSON.stringify({ Messages: [{ Body: letterOf(event), ReceiptHandle: 'r1' }] }), 'r1'],
    ['as the body of one', letterOf(event), undefined],
    ['a line each', `${letterOf(event)}\n`, undefined],
    ['as a list of texts', JSON.stringify([letterOf(event)]), undefined],
    ['as the bare event', JSON.stringify(event), undefined],
  ])('%s', (_, text, receipt) => {
    expect(parseDeadLetters(text, 'file')).toEqual([
      { handler: 'dataset-created', event, ...(receipt && { receipt }) },
    ]);
  });

  test('of several lines, each for its own handler', () => {
    const text = `${letterOf(event)}\n\n${letterOf(readEvent('scheduled'))}\n`;
    expect(parseDeadLetters(text, 'file').map(({ handler }) => handler)).toEqual(['dataset-created', 'scheduled']);
    expect(parseDeadLetters('{"Messages":[]}', 'file')).toEqual([]);
  });

  test.each([
    ['{"a":1}', 'file, letter 1: expected an event of S3 or of the schedule, found neither'],
    ['{}\nnonsense', 'file, line 2: expected JSON, found something else'],
    ['[7]', 'file, letter 1: expected a JSON object, found something else'],
    ['[null]', 'file, letter 1: expected a JSON object, found something else'],
  ])('and what is none is refused: %s', (text, message) => {
    expect(() => parseDeadLetters(text, 'file')).toThrow(message);
  });
});

async function begin(): Promise<{ folder: string; store: string }> {
  const folder = temporaryFolder();
  const store = join(folder, 'store');
  mkdirSync(store);
  await putText(folderStore(store), 'datasets/houses/a.csv', sampleCsv(40));
  await putText(
    folderStore(store),
    'pipelines/houses.yml',
    'name: houses\ntask: regression\ndata: { path: datasets/houses/, target: value, exclude: [id, class], ready: { quiet: 0 s } }\nstop: { steps: 4 }\n',
  );
  return { folder, store };
}

test('hone replay starts what dead letters asked for, and names the receipts to delete; once more it finds it done', async () => {
  const { folder, store } = await begin();
  const file = join(folder, 'letters.json');
  writeFileSync(file, JSON.stringify({ Messages: [{ Body: letterOf(event), ReceiptHandle: 'r1' }] }));
  const first = await hone(['replay', file, '--store', store, '--json']);
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({
    started: [{ pipeline: 'houses', status: 'started' }],
    skipped: [],
    receipts: ['r1'],
    failed: [],
  });
  const champions = await readAlias(folderStore(store), 'houses', champion);
  expect(champions?.version).toMatch(/^[0-9a-f]{32}$/);
  expect((await hone(['replay', file, '--store', store])).code).toBe(0);
  expect(await readAlias(folderStore(store), 'houses', champion)).toEqual(champions);
});

test('without letters hone replay starts what failed in the store, but not what would fail again', async () => {
  const { folder, store } = await begin();
  const file = join(folder, 'letters.json');
  writeFileSync(file, letterOf(event));
  expect((await hone(['replay', file, '--store', store])).code).toBe(0);
  const opened = folderStore(store);
  const [{ key }] = (await opened.list('runs/')).objects.filter((object) => object.key.endsWith('/result.json'));
  const run = key.split('/')[1];
  await opened.delete(key);
  await putJson(opened, runKey(run, 'error.json'), { name: 'InputError', message: 'mend the data', attempt: 0 });
  const left = await hone(['replay', '--store', store]);
  expect(left.stdout).toBe(
    `Left alone: training ${run} of houses: its data or its request is wrong, and stays so until somebody mends it: InputError: mend the data\nWith --all, they are started again, too.\n`,
  );
  await putJson(opened, runKey(run, 'error.json'), { name: 'States.Timeout', message: 'out of time', attempt: 0 });
  const started = await hone(['replay', '--store', store]);
  expect(started.stdout).toBe(`Started: workflow training, name houses, id ${run}\n`);
  expect(await opened.head(key)).toBeDefined();
  expect((await hone(['replay', '--store', store])).stdout).toBe('Nothing to replay.\n');
});

test('what fails again is reported with its own error', async () => {
  const { folder, store } = await begin();
  await putText(folderStore(store), 'datasets/houses/b.csv', 'another\n1\n');
  const file = join(folder, 'letters.json');
  writeFileSync(file, letterOf(event));
  const { code, stdout } = await hone(['replay', file, '--store', store]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^Failed again: [\w-]+: InputError: datasets\/houses\/b\.csv, line 1: expected the columns of/m,
  );
  expect(stdout).not.toContain('trace');
});

test('on S3 hone replay asks for the state machine to start', async () => {
  const { code, stderr } = await hone(['replay', '--store', 's3://example-hone-data']);
  expect(code).toBe(2);
  expect(stderr).toContain('--training-arn');
});

describe('on AWS', () => {
  const bucket = 'example-hone-data';
  const arn = 'arn:aws:states:us-east-1:123456789012:stateMachine:hone-dev-training';
  let s3: S3Server;
  let started: { stateMachineArn: string; name: string; input: string }[];
  let workflows: Server;
  let env: Record<string, string>;

  beforeEach(async () => {
    s3 = await startS3Server({ buckets: [bucket] });
    const store = s3Store({ bucket, client: s3.client() });
    await putText(store, 'datasets/houses/a.csv', sampleCsv(40));
    await putText(store, 'pipelines/houses.yml', housesPipeline());
    started = [];
    workflows = createServer(async (request, response) => {
      const asked = (await json(request)) as (typeof started)[number];
      const isKnown = started.some(({ name }) => name === asked.name);
      started.push(asked);
      response.writeHead(isKnown ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      const fault = { __type: 'com.amazonaws.states#ExecutionAlreadyExists', message: asked.name };
      response.end(
        JSON.stringify(isKnown ? fault : { executionArn: `${arn}:${asked.name}`, startDate: 1_768_469_580 }),
      );
    });
    await new Promise<void>((resolve) => workflows.listen(0, '127.0.0.1', resolve));
    env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${(workflows.address() as AddressInfo).port}`,
      HONE_TRAINING_ARN: arn,
    };
  });

  afterEach(async () => {
    workflows.close();
    workflows.closeAllConnections();
    await s3.close();
  });

  test('hone replay starts the state machine for what `aws sqs receive-message` printed; a second time, it finds it started', async () => {
    const file = join(temporaryFolder(), 'letters.json');
    const message = {
      MessageId: '5fea7756-0ea4-451a-a703-a558b933e274',
      ReceiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      MD5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      Body: letterOf(objectCreated('datasets/houses/a.csv', bucket)),
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1768469580000' },
    };
    writeFileSync(file, JSON.stringify({ Messages: [message] }, null, 4));
    const replay = () => hone(['replay', file, '--store', `s3://${bucket}`, '--json'], { env });
    const first = await replay();
    expect(first.stderr).toBe('');
    expect(JSON.parse(first.stdout)).toMatchObject({
      started: [{ pipeline: 'houses', status: 'started' }],
      receipts: [message.ReceiptHandle],
    });
    expect(started).toMatchObject([{ stateMachineArn: arn }]);
    expect(JSON.parse(started[0].input)).toMatchObject({ pipeline: 'houses', dataset: 'datasets/houses/' });
    const second = JSON.parse((await replay()).stdout);
    expect(second.started).toMatchObject([{ pipeline: 'houses', status: 'exists' }]);
    expect(new Set(started.map(({ name }) => name)).size).toBe(1);
  });

  test('a letter of another bucket is not for this store', async () => {
    const file = join(temporaryFolder(), 'letters.json');
    writeFileSync(file, letterOf(objectCreated('datasets/houses/a.csv', 'another-bucket')));
    const { code, stdout, stderr } = await hone(['replay', file, '--store', `s3://${bucket}`], { env });
    expect([code, started, stdout + stderr]).toEqual([0, [], expect.stringContaining('Left alone')]);
  });
});
