import { InputError, NotFoundError } from '../../lib/core/errors.ts';
import type { RunRequest } from '../../lib/jobs/runs.ts';
import { notFoundOf } from '../../lib/registry/not-found.ts';
import { readIfThere } from '../../lib/store/json.ts';
import { listAll } from '../../lib/store/list.ts';
import { openStore } from '../../lib/store/open.ts';
import type { ObjectInfo, Store } from '../../lib/store/store.ts';
import { command } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { reportPage } from '../report-page.ts';

/** Seconds for which a link to S3 works. */
const linkSeconds = 3600;

export const openCommand = command({
  name: 'open',
  synopsis: 'RUN | REPORT | MODEL',
  summary: "Print where a report's page can be opened: a file, or a link to S3 that works for an hour.",
  positionals: ['RUN | REPORT | MODEL'],
  options: {},
  async run([name], { store: location = defaultStore, json }) {
    const store = await openStore(location);
    const key = await findPage(store, name);
    const url = store.presignGet
      ? await store.presignGet(key, { expiresInSeconds: linkSeconds })
      : reportPage(key, location);
    if (json) printJson({ key, url });
    else console.log(url);
    return ExitCode.done;
  },
});

/** The key of a page: a run's, a report's by its own key, or a model's: the latest below reports/, else of its latest training. */
async function findPage(store: Store, name: string): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(name)) return present(store, `runs/${name}/report.html`);
  if (name.includes('/')) {
    if (!/^(runs|reports)\//.test(name))
      throw new InputError(`hone open: expected a key below runs/ or reports/, found ${name}`);
    return present(store, name.replace(/\.json$/, '.html'));
  }
  let latest: string | undefined;
  for await (const { key } of listAll(store, `reports/${name}/`)) if (key.endsWith('.html')) latest = key;
  latest ??= await findTraining(store, name);
  if (latest === undefined) throw await notFoundOf(store, name, 'expected a report, found none');
  return latest;
}

/** Most runs that are looked into for a model's. */
const runLimit = 200;

/** The page of the model's latest training, among the latest runs; undefined when it has none there. */
async function findTraining(store: Store, model: string): Promise<string | undefined> {
  const pages: ObjectInfo[] = [];
  for await (const info of listAll(store, 'runs/')) if (info.key.endsWith('/report.html')) pages.push(info);
  pages.sort((a, b) => b.modifiedMs - a.modifiedMs);
  for (const { key } of pages.slice(0, runLimit)) {
    const run = await readIfThere<Partial<RunRequest>>(store, key.replace(/report\.html$/, 'request.json'));
    if (run?.request?.name === model) return key;
  }
  return undefined;
}

async function present(store: Store, key: string): Promise<string> {
  if (await store.head(key)) return key;
  throw new NotFoundError(`${key}: expected a report, found none`);
}
