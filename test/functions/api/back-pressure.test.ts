import { beforeEach, describe, expect, test } from 'vitest';
import { type ApiClient, apiClient } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { putText, sampleCsv } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';

const limit = 7;
/** An engine that starts nothing, so that whatever was requested stays at work. */
const engine = async () => ({ start: async () => 'started' as const });

let hone: TestHone;
let api: ApiClient;

beforeEach(async () => {
  ({ hone } = apiClient());
  api = apiClient({ hone, services: { engine, openLimit: limit } });
  await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
});

const document = (nth: number) => ({
  name: `houses-${nth}`,
  task: 'regression',
  data: { path: 'datasets/houses/', target: 'value' },
});

const ask = (nth: number) => api.send('POST', '/trainings', { pipeline: document(nth) });

describe('trainings that clients ask for', () => {
  test('of 500 different ones at once, as many begin as allowed, and the others are told when to ask again', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, nth) => ask(nth)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(limit);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(500 - limit);
    expect(refused[0].headers.get('retry-after')).toBe('60');
    expect(refused[0].body).toMatchObject({
      error: 'RequestError',
      detail: expect.stringContaining('found 7 at work'),
    });
  });

  test('that are at work already are never refused, and count once', async () => {
    for (let nth = 0; nth < limit; nth++) expect((await ask(nth)).status).toBe(202);
    expect((await ask(0)).status).toBe(202);
    expect((await ask(limit)).status).toBe(429);
  });

  test('are accepted again when one has ended, or has shown no sign of life for an hour', async () => {
    const begun = [];
    for (let nth = 0; nth < limit; nth++) begun.push(await ask(nth));
    expect((await ask(limit)).status).toBe(429);
    const failed = { attempt: 0, name: 'InputError', message: 'It was wrong.' };
    await putText(hone.store, `runs/${begun[0].body.run}/error.json`, JSON.stringify(failed));
    expect((await ask(limit)).status).toBe(429); // It looks again after five seconds.
    hone.clock.nowMs += 5_000;
    expect((await ask(limit)).status).toBe(202);
    expect((await ask(limit + 1)).status).toBe(429);
    hone.clock.nowMs += 3_600_000;
    expect((await ask(limit + 1)).status).toBe(202);
  });

  test('leave room for scorings, which have a limit of their own', async () => {
    await api.train();
    for (let nth = 0; nth < limit; nth++) await ask(nth);
    const score = (nth: number) =>
      api.send('POST', '/models/houses/predictions', { input: `datasets/to-score-${nth}/` });
    for (let nth = 0; nth <= limit; nth++) {
      await putText(hone.store, `datasets/to-score-${nth}/a.csv`, 'size,age,zone\n50,10,a\n');
      expect((await score(nth)).status).toBe(nth < limit ? 202 : 429);
    }
  });
});

test('evaluations beyond four at once are told to come again, and those answer', async () => {
  await api.train(housesPipeline());
  const evaluate = (nth: number) =>
    api.send('POST', '/evaluations', { model: 'houses', data: { path: `datasets/houses-${nth}/` } });
  for (let nth = 0; nth < 10; nth++) await putText(hone.store, `datasets/houses-${nth}/a.csv`, sampleCsv(20 + nth));
  const answers = await Promise.all(Array.from({ length: 10 }, (_, nth) => evaluate(nth)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  expect(answers.filter(({ status, headers }) => status === 429 && headers.get('retry-after') === '5')).toHaveLength(6);
  expect((await evaluate(9)).status).toBe(200);
});
