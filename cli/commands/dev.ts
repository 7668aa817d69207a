import { createApi } from '../../functions/triggers/api.ts';
import { InputError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/engine/local.ts';
import { readOutcome } from '../../lib/jobs/runs.ts';
import { openStore } from '../../lib/store/open.ts';
import type { Store } from '../../lib/store/store.ts';
import { command } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { serveHere } from '../local-server.ts';
import { localService } from '../local-service.ts';
import { progressPrinter } from '../progress.ts';
import { watchDatasets } from '../watch-datasets.ts';

/** Most bytes of a file that may be uploaded to this machine. */
const uploadLimitBytes = 1024 ** 3;

export const devCommand = command({
  name: 'dev',
  synopsis: '',
  summary: "Serve the API and its page on 127.0.0.1, and train what is put into the store's datasets/ folder.",
  positionals: [],
  options: { port: { type: 'string', value: 'PORT', summary: '3000 by default; 0 takes a free one' } },
  async run(_, { store: location = defaultStore, port = '3000' }) {
    const portWanted = readPort(port);
    const store = await openStore(location);
    const { services, engine } = await localService(store, {
      onProgress: progressPrinter(),
      onSettled: (name, outcome) => void printOutcome(name, outcome, { store, url: server.url }).catch(printError),
    });
    const server = await serveHere(createApi(services, { uploadLimitBytes }), portWanted);
    const stopWatching = location.startsWith('s3://') ? () => {} : await watchDatasets(location, services, printError);
    console.log(server.url);
    console.error(
      `Store: ${store.location}. Put data below datasets/ and a pipeline below pipelines/. End with Ctrl-C.`,
    );
    await interruption();
    stopWatching();
    server.close();
    await engine.stop();
    return ExitCode.done;
  },
});

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InputError(`hone dev, --port: expected 0 to 65535, found ${JSON.stringify(text)}`);
}

/** Says how a workflow ended, and where the report of its run is. */
async function printOutcome(
  name: string,
  outcome: Outcome,
  { store, url }: { store: Store; url: string },
): Promise<void> {
  const { workflow, status } = outcome;
  const why = status === 'failed' ? `: ${outcome.error}: ${messageOf(outcome.cause)}` : '';
  console.error(`Workflow ${workflow} ${name} ${status}${why}`);
  if (status !== 'succeeded') return;
  const { run } = outcome.output as { run?: string };
  const { result } = run === undefined ? {} : await readOutcome(store, run);
  if (!result) return;
  const report = `${url}trainings/${run}/report.html`;
  console.error(`Model version ${result.version}, gate ${result.gate}; report: ${report}`);
}

/** The message in a failure's cause, which is JSON as Lambda gives it. */
function messageOf(cause: string): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
}

const printError = (error: unknown): void =>
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);

/** Resolves when the user, or whoever started this process, asks it to end. */
const interruption = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
