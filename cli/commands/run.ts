import { dirname, resolve } from 'node:path';
import { InputError } from '../../lib/core/errors.ts';
import { type OpenedDocument, readDocument, resolveDocument } from '../../lib/jobs/pipelines.ts';
import { InterruptedError, runPipeline } from '../../lib/jobs/run.ts';
import type { RunResult } from '../../lib/jobs/runs.ts';
import { mostThreads } from '../../lib/jobs/thread-count.ts';
import { documentLimit, parseEither } from '../../lib/pipeline/parse.ts';
import { openStore } from '../../lib/store/open.ts';
import { command } from '../command.ts';
import { defaultStore, localContext } from '../context.ts';
import { exitCodeOfGate } from '../exit-codes.ts';
import { signalled } from '../interruption.ts';
import { printJson } from '../output.ts';
import { progressPrinter } from '../progress.ts';
import { readText } from '../read-text.ts';

export const runCommand = command({
  name: 'run',
  synopsis: 'PIPELINE',
  summary:
    'Train, evaluate and register what a pipeline asks for, or evaluate the predictions that a document names: a file (.yml, .json), or the name of one in the store.',
  positionals: ['PIPELINE'],
  options: {
    threads: { type: 'string', value: 'N', summary: 'threads to work with, as many as the machine has by default' },
  },
  async run([name], { store, json, threads }) {
    const asked = threads === undefined ? undefined : readThreads(threads);
    const { document, folder } = await findDocument(name, store ?? defaultStore);
    if ('predictions' in document) {
      const context = await localContext({ store, folder, threads: asked });
      const { evaluateGiven } = await import('../evaluate-given.ts');
      return evaluateGiven(context, document.predictions, { store, json });
    }
    const { pipeline } = document;
    const interruption = signalled();
    const onProgress = progressPrinter();
    const context = await localContext({ store, folder, onProgress, interruption, threads: asked });
    let result: RunResult;
    try {
      result = await runPipeline(context, pipeline);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      console.error(`\nInterrupted: ${error.message}`);
      return interruption.exitCode;
    }
    if (json) {
      printJson(result);
    } else {
      if (result.status === 'found') {
        console.log(`Found: version ${result.version} was trained before; nothing was done.\n`);
      }
      const { printReport } = await import('../report-page.ts');
      await printReport(context, result.report, { store });
    }
    return exitCodeOfGate(result.gate);
  },
});

function readThreads(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return threads;
  throw new InputError(`--threads: expected a whole number from 1 to ${mostThreads}, found ${JSON.stringify(text)}`);
}

/** A document by its path, or by its name in the store; local paths in it begin at its own folder. */
async function findDocument(name: string, store: string): Promise<{ document: OpenedDocument; folder?: string }> {
  if (!/[/\\.]/.test(name)) return { document: await readDocument(await openStore(store), name) };
  const text = await readText(name, 'a pipeline document', { atMost: documentLimit });
  return { document: resolveDocument(parseEither(text, name)), folder: dirname(resolve(name)) };
}
