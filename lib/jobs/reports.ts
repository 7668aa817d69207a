import { checkReport, type Report } from '../report/report.ts';
import type { Context } from './context.ts';
import { readJson } from './runs.ts';

/**
 * A report in the store, checked against its schema.
 *
 * @throws NotFoundError when there is none under `key`
 */
export async function readReport({ store }: Context, key: string): Promise<Report> {
  return checkReport(await readJson(store, key), `${store.location}${key}`);
}
