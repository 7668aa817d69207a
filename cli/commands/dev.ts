import { readProblem } from '../../functions/adapter/problems.ts';
import { resumeForgotten } from '../../functions/adapter/resume.ts';
import { contextOf } from '../../functions/adapter/services.ts';
import { createApi } from '../../functions/triggers/api.ts';
import { InputError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/engine/local.ts';
import type { InspectionResult } from '../../lib/jobs/inspect.ts';
import { readOutcome } from '../../lib/jobs/runs.ts';
import { openStore } from '../../lib/store/open.ts';
import type { Store } from '../../lib/store/store.ts';
import { command } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { signalled } from '../interruption.ts';
import { serveHere } from '../local-server.ts';
import { localService } from '../local-service.ts';
import { printable } from '../output.ts';
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
    const asked = Promise.withResolvers<void>();
    const end = signalled(asked.resolve);
    const print = progressPrinter();
    const { services, engine } = await localService(store, {
      onProgress(progress) {
        print(progress);
        // While data is read, this thread may calculate for long and hear nothing, and the next start begins it anew.
        if (progress.kind === 'reading') end.stopListening();
        if (progress.kind === 'read') end.listen();
      },
      onSettled(name, outcome) {
        end.listen();
        printOutcome(name, outcome, { store, url: server.url }).catch(printError);
      },
    });
    const server = await serveHere(createApi(services, { uploadLimitBytes }), portWanted);
    let stopWatching = () => {};
    try {
      if (!location.startsWith('s3://')) {
        // What a server that was ended left open goes on here; on S3, functions may be at work on it.
        await resumeForgotten(services, await contextOf(services), { isAlone: true });
        stopWatching = await watchDatasets(location, services, printError);
      }
      console.log(server.url);
      console.error(
        `Store: ${store.location}. Put data below datasets/ and a pipeline below pipelines/. End with Ctrl-C.`,
      );
      end.listen();
      await asked.promise;
      return ExitCode.done;
    } finally {
      stopWatching();
      server.close();
      await engine.stop();
    }
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
  console.error(
    `Workflow ${workflow} ${name} ${status}${status === 'failed' ? `: ${await reasonOf(store, outcome)}` : ''}`,
  );
  if (status !== 'succeeded') return;
  const { run, draft, report: inspection } = outcome.output as { run?: string } & Partial<InspectionResult>;
  if (inspection !== undefined && draft !== undefined) {
    const page = `${url}${inspection.replace(/\.json$/, '.html')}`;
    console.error(`Inspection report: ${page}; draft of a pipeline: ${store.location}${printable(draft)}`);
  }
  const { result } = run === undefined ? {} : await readOutcome(store, run);
  if (!result) return;
  const report = `${url}trainings/${run}/report.html`;
  console.error(`Model version ${result.version}, gate ${result.gate}; report: ${report}`);
}

/** What went wrong, in full: the log of this terminal is the user's own. */
async function reasonOf(store: Store, { error, cause }: Extract<Outcome, { status: 'failed' }>): Promise<string> {
  const { name, message } = await readProblem({ store }, { Error: error, Cause: cause });
  return `${name}: ${printable(message)}`;
}

const printError = (error: unknown): void =>
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
