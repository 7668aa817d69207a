import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { giveUpAhead, readAhead, readData } from '../../lib/jobs/read-data.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { beginRun, type RunRequest } from '../../lib/jobs/runs.ts';
import type { SourceObject } from '../../lib/jobs/sources.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-reading-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Large enough for kernels to read, without the ids, which are too many for them.
const rows = sampleCsv(20_000).replace(/^[^,\n]*,/gm, '');
const pipeline = (name: string, key = 'rows.csv') =>
  pipelineOf(
    `name: ${name}\ntask: regression\ndata: { path: datasets/${key}, target: value, exclude: [class] }\nthreads: 2`,
  );

/** A store in a folder, and what was done with it, in order. */
async function watched(name: string): Promise<{ store: Store; done: string[]; context: Context }> {
  const store = folderStore(join(folder, name));
  await putText(store, 'datasets/rows.csv', rows);
  await putText(store, 'datasets/fewer.csv', rows.slice(0, rows.lastIndexOf('\n', 800_000) + 1));
  const done: string[] = [];
  const watching: Store = {
    ...store,
    put(key, ...more) {
      done.push(`put ${key.replace(/[0-9a-f]{32}/, '…')}`);
      return store.put(key, ...more);
    },
    async openFile(key, ...more) {
      const file = await store.openFile?.(key, ...more);
      if (!file) throw new Error('a folder has files');
      done.push(`open ${key}`);
      const close = () => {
        done.push(`close ${key}`);
        return file.close();
      };
      return { ...file, close };
    },
  };
  const onProgress: Context['onProgress'] = ({ kind }) => void done.push(kind);
  return { store: watching, done, context: testContext({ store: watching, onProgress }) };
}

/** A run that was planned, and its objects. */
async function planned(context: Context, name: string, key?: string): Promise<[RunRequest, readonly SourceObject[]]> {
  let objects: readonly SourceObject[] = [];
  const { request } = await beginRun(context, pipeline(name, key), (_, found) => {
    objects = found;
  });
  return [request, objects];
}

test('a run begins to read its data before it has settled that it is one, and reads it once; when found, not at all', async () => {
  const { done, context } = await watched('once');
  expect(await runPipeline(context, pipeline('once'))).toMatchObject({ status: 'trained' });
  expect(done.indexOf('reading')).toBeLessThan(done.indexOf('put runs/generations/once.json'));
  expect(done.filter((what) => /^(reading|read|open|close)/.test(what))).toEqual([
    'reading',
    'open datasets/rows.csv',
    'close datasets/rows.csv',
    'read',
  ]);
  done.length = 0;
  expect(await runPipeline({ ...context, memory: new Map() }, pipeline('once'))).toMatchObject({ status: 'found' });
  expect(done.filter((what) => /^(reading|read|open)/.test(what))).toEqual([]);
});

test('reading ahead ends the reading only when somebody asks for the data', async () => {
  const { done, context } = await watched('asked');
  const [run, objects] = await planned(context, 'asked');
  readAhead(context, run, objects);
  await vi.waitFor(() => expect(done).toContain('open datasets/rows.csv'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(done).not.toContain('close datasets/rows.csv');
  expect((await readData(context, run)).table.rowCount).toBe(20_000);
  expect(done.filter((what) => what.startsWith('open'))).toHaveLength(1);
});

test('a run does not take what was read ahead for another', async () => {
  const { done, context } = await watched('another');
  const [fewer, objects] = await planned(context, 'fewer', 'fewer.csv');
  readAhead(context, fewer, objects);
  const [run] = await planned(context, 'another');
  expect((await readData(context, run)).table.rowCount).toBe(20_000);
  await vi.waitFor(() => expect(done).toContain('close datasets/fewer.csv'));
});

test('what nobody asks for any more is given up, and its file closed', async () => {
  const { done, context } = await watched('given-up');
  const [run, objects] = await planned(context, 'given-up');
  readAhead(context, run, objects);
  await vi.waitFor(() => expect(done).toContain('open datasets/rows.csv'));
  giveUpAhead(context);
  await vi.waitFor(() => expect(done).toContain('close datasets/rows.csv'));
  expect((await readData(context, run)).table.rowCount).toBe(20_000);
});

test('a run that can not be opened leaves no file open', async () => {
  const { store, done, context } = await watched('closed');
  const refusing: Store = {
    ...store,
    async put(key, ...more) {
      if (key.endsWith('request.json')) {
        await vi.waitFor(() => expect(done).toContain('open datasets/rows.csv'));
        throw new StoreError(`${key}: no room`);
      }
      return store.put(key, ...more);
    },
  };
  await expect(runPipeline({ ...context, store: refusing }, pipeline('closed'))).rejects.toThrow('no room');
  await vi.waitFor(() => expect(done).toContain('close datasets/rows.csv'));
});

test('what is wrong with the data is told as ever', async () => {
  const { store, context } = await watched('wrong');
  await putText(store, 'datasets/rows.csv', `${rows}1,2,a,many,low\n`);
  await expect(runPipeline(context, pipeline('wrong'))).rejects.toThrow(
    /rows\.csv, line 20002, column "value": expected a number, found "many"/,
  );
});
