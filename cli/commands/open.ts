import { InputError, NotFoundError } from '../../lib/core/errors.ts';
import { listAll } from '../../lib/store/list.ts';
import { openStore } from '../../lib/store/open.ts';
import type { Store } from '../../lib/store/store.ts';
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

/** The key of a page: a run's, a report's by its own key, or the latest below reports/ of a model. */
async function findPage(store: Store, name: string): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(name)) return present(store, `runs/${name}/report.html`);
  if (name.includes('/')) {
    if (!/^(runs|reports)\//.test(name))
      throw new InputError(`hone open: expected a key below runs/ or reports/, found ${name}`);
    return present(store, name.replace(/\.json$/, '.html'));
  }
  let latest: string | undefined;
  for await (const { key } of listAll(store, `reports/${name}/`)) if (key.endsWith('.html')) latest = key;
  if (latest === undefined) throw new NotFoundError(`reports/${name}/: expected a report, found none`);
  return latest;
}

async function present(store: Store, key: string): Promise<string> {
  if (await store.head(key)) return key;
  throw new NotFoundError(`${key}: expected a report, found none`);
}
