import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDeadLetters } from '../../functions/adapter/dead-letters.ts';
import { runKey } from '../../lib/jobs/runs.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { putJson } from '../../lib/store/json.ts';
import { hone, temporaryFolder } from '../support/cli.ts';
import { readEvent } from '../support/events.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { objectCreated } from '../support/s3-events.ts';

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
  expect(left.stdout).toBe(`Left alone: training ${run} of houses: InputError: mend the data\n`);
  await putJson(opened, runKey(run, 'error.json'), { name: 'States.Timeout', message: 'out of time', attempt: 0 });
  const started = await hone(['replay', '--store', store]);
  expect(started.stdout).toBe(`Started: workflow training, name houses, id ${run}\n`);
  expect(await opened.head(key)).toBeDefined();
  expect((await hone(['replay', '--store', store])).stdout).toBe('Nothing to replay.\n');
});

test('on S3 hone replay asks for the state machine to start', async () => {
  const { code, stderr } = await hone(['replay', '--store', 's3://example-hone-data']);
  expect(code).toBe(2);
  expect(stderr).toContain('--training-arn');
});
