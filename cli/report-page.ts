import { resolve } from 'node:path';
import type { Context } from '../lib/jobs/context.ts';
import { readReport } from '../lib/jobs/reports.ts';
import { renderTable } from '../lib/report/terminal.ts';
import { defaultStore } from './context.ts';

/** Where a user opens the page beside a report's JSON: a file's path, or an s3:// URL. */
export function reportPage(reportKey: string, store: string = defaultStore): string {
  const key = reportKey.replace(/\.json$/, '.html');
  return store.startsWith('s3://') ? `${store.replace(/\/$/, '')}/${key}` : resolve(store, key);
}

/** Prints a report as a table that says where its page lies. */
export async function printReport(context: Context, reportKey: string, { store }: { store?: string }): Promise<void> {
  const report = await readReport(context, reportKey);
  process.stdout.write(renderTable(report, { path: reportPage(reportKey, store) }));
}
