import { ConflictError } from '../core/errors.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { withReasons } from '../report/reasons.ts';
import { checkReport, type Report } from '../report/report.ts';
import { putJson, readJson } from '../store/json.ts';
import type { PutOptions, Store } from '../store/store.ts';
import { getText, putText } from '../store/text.ts';
import type { Context } from './context.ts';
import { runKey } from './runs.ts';

/** The last report that this process wrote to a store: it was checked then. */
const written = new WeakMap<Store, { key: string; text: string; report: Report }>();

/**
 * A report in the store, checked against its schema.
 *
 * @throws NotFoundError when there is none under `key`
 */
export async function readReport({ store }: Context, key: string): Promise<Report> {
  const last = written.get(store);
  if (last?.key === key && (await getText(store, key)) === last.text) return last.report;
  return checkReport(await readJson(store, key), `${store.location}${key}`);
}

/**
 * When a run's report was made first: made again, after a death on the way, it has the same bytes and the same key.
 *
 * Kept as runs/<run>/reported.json.
 */
export async function reportTime({ store, now }: Context, run: string): Promise<string> {
  const key = runKey(run, 'reported.json');
  try {
    const createdAt = new Date(now()).toISOString();
    await putJson(store, key, { createdAt }, { ifAbsent: true });
    return createdAt;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return (await readJson<{ createdAt: string }>(store, key)).createdAt;
  }
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
 * @param options.before what else must be written before the latter
 * @throws ConflictError when another report's page lies there, and `options` say that none may
 * @throws InputError when the report does not follow its schema
 */
export async function putReport(
  store: Store,
  base: string,
  found: Report,
  { before, ...options }: PutOptions & { before?: Promise<unknown> } = {},
): Promise<string> {
  const report = checkReport(withReasons(found));
  const words = () => putPart(store, `${base}.md`, renderMarkdown(report), 'text/markdown; charset=utf-8', options);
  const page = () => putPart(store, `${base}.html`, renderHtml(report), 'text/html; charset=utf-8', options);
  // When another report may lie there, the Markdown claims the place before the page is written.
  const parts = options.ifAbsent ? words().then(page) : Promise.all([words(), page()]);
  await Promise.all([parts, before]);
  const [key, text] = [`${base}.json`, renderJson(report)];
  await putText(store, key, text, 'application/json');
  written.set(store, { key, text, report });
  return key;
}

async function putPart(store: Store, key: string, text: string, type: string, options: PutOptions): Promise<void> {
  try {
    await putText(store, key, text, type, options);
  } catch (error) {
    // It may be this very report, whose writer died before the rest.
    if (!(error instanceof ConflictError) || (await getText(store, key)) !== text) throw error;
  }
}
