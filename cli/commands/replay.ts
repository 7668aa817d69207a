import { text } from 'node:stream/consumers';
import { startAttempt } from '../../functions/adapter/attempts.ts';
import { type DeadLetter, parseDeadLetters } from '../../functions/adapter/dead-letters.ts';
import { readProblem } from '../../functions/adapter/problems.ts';
import { type Resumed, resumeForgotten } from '../../functions/adapter/resume.ts';
import { contextOf, type Services, servicesOf } from '../../functions/adapter/services.ts';
import { createDatasetCreated } from '../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { InputError } from '../../lib/core/errors.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import type { Outcome } from '../../lib/engine/local.ts';
import { type FailedWork, listFailed, whyFinal } from '../../lib/jobs/failed-work.ts';
import { openStore } from '../../lib/store/open.ts';
import { command } from '../command.ts';
import { defaultStore } from '../context.ts';
import { ExitCode } from '../exit-codes.ts';
import { localService } from '../local-service.ts';
import { printable, printJson } from '../output.ts';
import { readText } from '../read-text.ts';

/** What came of a replay. */
interface Replayed {
  /** Workflows that were started. */
  started: object[];
  /** What was left alone, and why. */
  skipped: { what: string; because: string; canBeForced: boolean }[];
  /** What SQS wants back to delete the letters that were taken. */
  receipts: string[];
}

export const replayCommand = command({
  name: 'replay',
  synopsis: '[FILE]',
  summary:
    'Start again what failed: the dead letters in a file (- for standard input), or else what failed in the store.',
  positionals: ['FILE?'],
  options: {
    all: { type: 'boolean', summary: 'start runs again too whose data or request was wrong' },
    'training-arn': {
      type: 'string',
      value: 'ARN',
      summary: 'the state machine of trainings; HONE_TRAINING_ARN by default',
    },
    'scoring-arn': {
      type: 'string',
      value: 'ARN',
      summary: 'the state machine of scorings; HONE_SCORING_ARN by default',
    },
  },
  async run([file], { store: location = defaultStore, all = false, json, ...arns }) {
    const letters = file === undefined ? undefined : parseDeadLetters(await readLetters(file), file);
    const { services, finish } = await openService(location, {
      training: arns['training-arn'] ?? process.env.HONE_TRAINING_ARN,
      scoring: arns['scoring-arn'] ?? process.env.HONE_SCORING_ARN,
    });
    const replayed = letters ? await replayLetters(services, letters) : await replayFailures(services, { all });
    const failed = await finish();
    if (json) printJson({ ...replayed, failed });
    else print(replayed, failed);
    return failed.length > 0 ? ExitCode.checkFailed : ExitCode.done;
  },
});

async function replayLetters(services: Services, letters: DeadLetter[]): Promise<Replayed> {
  const replayed: Replayed = { started: [], skipped: [], receipts: [] };
  const handlers = {
    'dataset-created': createDatasetCreated(services) as (event: unknown) => Promise<object[]>,
    scheduled: createScheduled(services) as (event: unknown) => Promise<object[]>,
  };
  for (const { handler, event, receipt } of letters) {
    const outcomes = await handlers[handler](event);
    if (outcomes.length === 0) {
      const because = `nothing in ${(await services.store()).location} asks for it`;
      replayed.skipped.push({ what: `a letter for ${handler}`, because, canBeForced: false });
    }
    replayed.started.push(...outcomes);
    // Only what was taken may be deleted.
    if (receipt !== undefined) replayed.receipts.push(receipt);
  }
  return replayed;
}

async function replayFailures(services: Services, { all }: { all: boolean }): Promise<Replayed> {
  const context = await contextOf(services);
  const replayed: Replayed = { started: [], skipped: [], receipts: [] };
  const resumed: Resumed[] = await resumeForgotten(services, context);
  replayed.started.push(...resumed);
  const failures: FailedWork[] = [];
  for await (const failure of listFailed(context)) failures.push(failure);
  for (const { workflow, name, id, error, isPassing } of failures) {
    if (!isPassing && !all) {
      const because = `${whyFinal(error.name)}: ${error.name}: ${error.message}`;
      replayed.skipped.push({ what: `${workflow} ${id} of ${name}`, because, canBeForced: true });
      continue;
    }
    await startAttempt(services, context, workflow, { name, id });
    replayed.started.push({ workflow, name, id });
  }
  return replayed;
}

/** The service around a store: on S3 the workflows that are deployed, on a folder the same ones in this process. */
async function openService(
  location: string,
  arns: { training: string | undefined; scoring: string | undefined },
): Promise<{ services: Services; finish: () => Promise<string[]> }> {
  const store = await openStore(location);
  if (!location.startsWith('s3://')) {
    const failed: Promise<string>[] = [];
    const describe = async (name: string, { error, cause }: Extract<Outcome, { status: 'failed' }>) => {
      const problem = await readProblem({ store }, { Error: error, Cause: cause });
      return `${name}: ${problem.name}: ${problem.message}`;
    };
    const onSettled = (name: string, outcome: Outcome) => {
      if (outcome.status === 'failed') failed.push(describe(name, outcome));
    };
    const { services, engine } = await localService(store, { onSettled });
    const finish = async () => {
      await engine.idle();
      return Promise.all(failed);
    };
    return { services, finish };
  }
  if (!arns.training) {
    throw new InputError(
      'hone replay: expected the state machine of trainings, found neither --training-arn nor HONE_TRAINING_ARN',
      {
        advice:
          'The stack’s resources show it: aws cloudformation describe-stack-resource --logical-resource-id TrainingMachine',
      },
    );
  }
  const { stepFunctionsEngine } = await import('../../lib/engine/step-functions.ts');
  const engine: Engine = stepFunctionsEngine({ stateMachineArns: arns });
  return { services: servicesOf({ store, engine, openStore }), finish: async () => [] };
}

async function readLetters(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  return readText(file, 'a file of dead letters', { atMost: lettersLimit });
}

/** Most characters of a file: SQS hands out at most ten letters of 256 KiB at once, and a file may hold hundreds of tens. */
const lettersLimit = 2 ** 28;

function print({ started, skipped, receipts }: Replayed, failed: string[]): void {
  for (const each of started) console.log(`Started: ${printable(wordsOf(each))}`);
  for (const { what, because } of skipped) console.log(`Left alone: ${printable(what)}: ${printable(because)}`);
  if (skipped.some(({ canBeForced }) => canBeForced)) console.log('With --all, they are started again, too.');
  for (const each of failed) console.log(`Failed again: ${printable(each)}`);
  if (started.length + skipped.length === 0) console.log('Nothing to replay.');
  if (receipts.length > 0) console.log(`${receipts.length} letters were taken, and may be deleted from the queue.`);
}

const wordsOf = (started: object): string =>
  Object.entries(started)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
