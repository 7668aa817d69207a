import { ConflictError } from '../core/errors.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { checkReport, type Report } from '../report/report.ts';
import { readJson } from '../store/json.ts';
import type { PutOptions, Store } from '../store/store.ts';
import { putText } from '../store/text.ts';
import type { Context } from './context.ts';

/**
 * A report in the store, checked against its schema.
 *
 * @throws NotFoundError when there is none under `key`
 */
export async function readReport({ store }: Context, key: string): Promise<Report> {
  return checkReport(await readJson(store, key), `${store.location}${key}`);
}

/** Keeps a report as reports/<name>/<time>-<kind>.json, .html and .md; answers the first one's key. */
export async function writeReport({ store }: Context, report: Report): Promise<string> {
  const time = report.createdAt.replace(/[-:]/g, '').replace(/\.\d+/, '');
  for (let nth = 1; ; nth++) {
    const base = `reports/${report.name}/${time}-${report.kind}${nth === 1 ? '' : `-${nth}`}`;
    try {
      return await putReport(store, base, report, { ifAbsent: true });
    } catch (error) {
      if (!(error instanceof ConflictError && nth < 1000)) throw error;
    }
  }
}

/**
 * Writes a report as `<base>.md`, `<base>.html` and `<base>.json`, which comes last; answers the latter's key.
 *
 * @throws InputError when `report` does not follow its schema
 */
export async function putReport(store: Store, base: string, report: Report, options: PutOptions = {}): Promise<string> {
  await putText(store, `${base}.md`, renderMarkdown(report), 'text/markdown; charset=utf-8', options);
  await putText(store, `${base}.html`, renderHtml(report), 'text/html; charset=utf-8', options);
  await putText(store, `${base}.json`, renderJson(report), 'application/json');
  return `${base}.json`;
}
