import { serve } from '@hono/node-server';
import { createApi } from '../../functions/triggers/api.ts';
import { InputError } from '../../lib/core/errors.ts';
import { readOutcome } from '../../lib/jobs/runs.ts';
import { openStore } from '../../lib/store/open.ts';
import { type Command, readArguments } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { localService } from '../local-service.ts';
import { progressPrinter } from '../progress.ts';
import { watchDatasets } from '../watch-datasets.ts';

/** Most bytes of a file that may be uploaded to this machine. */
const uploadLimitBytes = 1024 ** 3;

export const devCommand: Command = {
  name: 'dev',
  synopsis: '',
  summary: "Serve the API and its page on 127.0.0.1, and train what is put into the store's datasets/ folder.",
  options: { port: { type: 'string', value: 'PORT', summary: '3000 by default; 0 takes a free one' } },
  async run(args) {
    const { values } = readArguments('dev', args, [], this.options);
    const location = (values.store as string | undefined) ?? defaultStore;
    const port = readPort((values.port as string | undefined) ?? '3000');
    const store = await openStore(location);
    const { services, engine } = await localService(store, {
      onProgress: progressPrinter(),
      onSettled: (name, { workflow, status, ...rest }) => {
        const why = 'error' in rest ? `: ${rest.error}: ${causeOf(rest.cause)}` : '';
        console.error(`Workflow ${workflow} ${name} ${status}${why}`);
        if (status === 'succeeded' && 'output' in rest) reportResult(rest.output).catch(console.error);
      },
    });
    const reportResult = async (output: unknown) => {
      const run = (output as { run?: string }).run;
      if (run === undefined) return;
      const { result } = await readOutcome(store, run);
      if (result)
        console.error(
          `Model version ${result.version}, gate ${result.gate}; report: http://127.0.0.1:${bound}/trainings/${run}/report.html`,
        );
    };
    const app = createApi(services, { uploadLimitBytes });
    let bound = port;
    const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
      const listening = serve(
        {
          fetch: (request) => (isForThisMachine(request) ? app.fetch(request) : foreignHost()),
          hostname: '127.0.0.1',
          port,
        },
        (info) => {
          bound = info.port;
          resolve(listening);
        },
      );
      listening.once('error', (error: NodeJS.ErrnoException) => {
        const isTaken = error.code === 'EADDRINUSE';
        reject(
          isTaken
            ? new InputError(`port ${port}: expected a free one, found it in use`, {
                advice: 'Give another with --port',
              })
            : error,
        );
      });
    });
    const stopWatching = location.startsWith('s3://')
      ? () => {}
      : await watchDatasets(location, services, (error) =>
          console.error(error instanceof Error ? `${error.name}: ${error.message}` : error),
        );
    console.log(`http://127.0.0.1:${bound}/`);
    console.error(
      `Store: ${store.location}. Put data below datasets/ and a pipeline below pipelines/. End with Ctrl-C.`,
    );
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    stopWatching();
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await engine.stop();
    return ExitCode.done;
  },
};

// A page on the web may point a name of its own at 127.0.0.1 and so talk to this server as if it were its own; its
// requests carry that name.
const ownNames = new Set(['127.0.0.1', 'localhost']);
const isForThisMachine = ({ url }: Request): boolean => ownNames.has(new URL(url).hostname);
const foreignHost = (): Response =>
  new Response('{"title":"Forbidden","status":403,"detail":"expected the host 127.0.0.1 or localhost"}\n', {
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
  });

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InputError(`hone dev, --port: expected 0 to 65535, found ${JSON.stringify(text)}`);
}

/** The message in a failure's cause, which is JSON as Lambda gives it. */
function causeOf(cause: string): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
}
