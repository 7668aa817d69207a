import { beforeEach, describe, expect, test } from 'vitest';
import { type ApiClient, apiClient } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { putText, sampleCsv } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';

const none = '0'.repeat(32);

let hone: TestHone;
let api: ApiClient;

beforeEach(() => {
  api = apiClient();
  hone = api.hone;
});

describe('trainings', () => {
  test('begin with 202, are looked at while they run, and end with a result and a report', async () => {
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    const begun = await api.send('POST', '/trainings', { pipeline: 'houses' });
    expect(begun).toMatchObject({ status: 202, body: { status: 'running' } });
    const { run } = begun.body;
    expect(begun.headers.get('location')).toBe(`/trainings/${run}`);
    expect(hone.starts).toMatchObject([{ workflow: 'training', name: `${run}-0`, status: 'started' }]);
    await hone.engine.idle();
    const done = await api.send('GET', `/trainings/${run}`);
    expect(done.body).toMatchObject({ status: 'done', result: { status: 'trained', gate: 'pass' } });
    const page = await api.send('GET', done.body.links.report);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await api.send('GET', `/trainings/${run}/report.json`)).body).toMatchObject({ kind: 'training', run });
    expect((await api.send('GET', `/trainings/${run}/report`, undefined, { accept: 'text/html' })).body).toBe(
      page.body,
    );
    expect((await api.send('GET', `/trainings/${run}/report`)).body).toMatchObject({ kind: 'training' });
  });

  test('asked for again, answer 200 with the result, and start nothing', async () => {
    const { run } = await api.train();
    expect(await api.send('POST', '/trainings', { pipeline: 'houses' })).toMatchObject({
      status: 200,
      body: { run, status: 'done', result: { run } },
    });
    expect(hone.starts).toEqual([]);
  });

  test('take a document in the request', async () => {
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    const document = {
      name: 'inline',
      task: 'regression',
      data: { path: 'datasets/houses/', target: 'value' },
      stop: { steps: 3 },
    };
    const { status, body } = await api.send('POST', '/trainings', { pipeline: document });
    expect(status).toBe(202);
    await hone.engine.idle();
    expect((await api.send('GET', `/trainings/${body.run}`)).body.status).toBe('done');
  });

  test('show their latest step while they run', async () => {
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    const idle = { start: async () => 'started' as const };
    api = apiClient({ hone, services: { engine: async () => idle } });
    const { body } = await api.send('POST', '/trainings', { pipeline: 'houses' });
    expect((await api.send('GET', `/trainings/${body.run}`)).body).toMatchObject({ status: 'running', progress: null });
    const point = { step: 300, epoch: 3, loss: 0.5, gradientNorm: 0.1 };
    const lines = [{ ...point, step: 200 }, point, { milliseconds: { train: 5 } }].map((line) => JSON.stringify(line));
    await putText(hone.store, `runs/${body.run}/progress-000000000000.jsonl`, `${lines.join('\n')}\n`);
    expect((await api.send('GET', `/trainings/${body.run}`)).body.progress).toEqual(point);
  });

  test('that failed say why, and start anew when they are asked for again', async () => {
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    await putText(hone.store, 'datasets/houses/part-1.csv', 'id,size,value,class\n1,2,oops,a\n2,3,4,a\n');
    const { body } = await api.send('POST', '/trainings', { pipeline: 'houses' });
    await hone.engine.idle();
    expect((await api.send('GET', `/trainings/${body.run}`)).body).toMatchObject({
      status: 'failed',
      error: { name: 'InputError', message: expect.stringMatching(/part-1\.csv, line 2.*"oops"/) },
    });
    await api.send('POST', '/trainings', { pipeline: 'houses' });
    expect(hone.starts.map(({ name }) => name)).toEqual([`${body.run}-0`, `${body.run}-1`]);
    await hone.engine.idle();
  });

  test.each([
    [{ pipeline: 'nobody' }, 404, /expected pipelines\/nobody\.yml/],
    [{ pipeline: '../x' }, 400, /pipeline/],
    [{}, 400, /pipeline/],
    [
      { pipeline: { name: 'a', task: 'regression', data: { path: 'datasets/none/', target: 'y' } } },
      400,
      /found no object/,
    ],
    [{ pipeline: { name: 'a', task: 'regression', data: { path: '/etc/passwd', target: 'y' } } }, 400, /local path/],
    [{ pipeline: { name: 'a', task: 'regression', data: { path: '../x.csv', target: 'y' } } }, 400, /local path/],
    [
      { pipeline: { name: 'a', task: 'regression', data: { path: 'd/', traget: 'y' } } },
      400,
      /traget: expected no such key/,
    ],
    [{ pipeline: { name: 'a', task: 'guess', data: { path: 'd/', target: 'y' } } }, 400, /pipeline\.task/],
  ])('refuse %j with %i', async (body, status, detail) => {
    expect(await api.send('POST', '/trainings', body)).toMatchObject({
      status,
      body: { detail: expect.stringMatching(detail) },
    });
    expect(hone.starts).toEqual([]);
  });

  test.each([
    [`/trainings/${none}`, 404],
    [`/trainings/${none}/report.html`, 404],
    ['/trainings/..%2f..%2fx', 400],
    ['/trainings/1', 400],
  ])('GET %s answers %i', async (path, status) => {
    expect((await api.send('GET', path)).status).toBe(status);
  });
});
