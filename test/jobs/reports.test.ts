import { expect, test } from 'vitest';
import { putReport, readReport } from '../../lib/jobs/reports.ts';
import { putJson, readJson } from '../../lib/store/json.ts';
import { testContext } from '../support/jobs.ts';
import { binaryReport } from '../support/sample-reports.ts';

test('a report that this process wrote is read as it was written, and one that was changed since is checked', async () => {
  const context = testContext();
  const { store } = context;
  const key = await putReport(store, 'reports/houses/x', binaryReport);
  const written = await readReport(context, key);
  expect(written).toEqual(await readJson(store, key));
  await putJson(store, key, { ...written, kind: 'novel' });
  await expect(readReport(context, key)).rejects.toThrow(/kind/);
  await putJson(store, key, { ...written, title: 'Changed' });
  expect((await readReport(context, key)).title).toBe('Changed');
});
