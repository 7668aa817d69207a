import type { StateMachine } from 'aws-local-stepfunctions';
import { InputError } from '../core/errors.ts';
import { checkStart, type Engine, payloadBytes, payloadLimitBytes, type Workflow } from './engine.ts';
import { type LocalDefinition, localDefinition, uncatchable } from './local-definition.ts';

/** Does one task's work; what it throws is seen by Retry and Catch under its `name`. */
export type LocalTask = (input: unknown) => unknown;

/** How an execution ended. */
export type Outcome =
  | { workflow: Workflow; status: 'succeeded'; output: unknown }
  | { workflow: Workflow; status: 'failed'; error: string; cause: string }
  | { workflow: Workflow; status: 'aborted' };

export interface LocalEngine extends Engine {
  /** Resolves when no execution runs any more, those included that were started in the meantime. */
  idle(): Promise<void>;
  /** Ends what runs: waits are given up, a task that has begun ends on its own, no further one begins. */
  stop(): Promise<void>;
}

/**
 * Runs the deployed definitions in this process, by aws-local-stepfunctions.
 *
 * As on AWS: task input and output are JSON, and copies; a payload over 256 KiB ends the execution with
 * `States.DataLimitExceeded`, which `States.ALL` does not catch; an error's Cause is the JSON that Lambda gives,
 * `{ errorType, errorMessage, trace }`. Unlike there, a name is remembered only as long as this engine.
 *
 * @param options.definitions the content of the `*.asl.json` files
 * @param options.tasks what each function that the definitions name does, by the name that stands there
 * @param options.timeScale what waits and pauses between retries are multiplied with: 0 in tests
 * @param options.maxWaitSeconds longest single wait, before scaling
 * @param options.onSettled told of each execution's end, before `idle` resolves
 * @throws InputError when a definition can't run here as it runs there, or calls a function that `tasks` lacks
 */
export function localEngine({
  definitions,
  tasks,
  timeScale = 1,
  maxWaitSeconds = Number.POSITIVE_INFINITY,
  onSettled = () => {},
}: {
  definitions: Partial<Record<Workflow, object>>;
  tasks: Record<string, LocalTask>;
  timeScale?: number;
  maxWaitSeconds?: number;
  onSettled?: (name: string, outcome: Outcome) => void;
}): LocalEngine {
  const workflows = new Map<string, { local: LocalDefinition; machine: () => Promise<StateMachine> }>();
  for (const [workflow, original] of Object.entries(definitions)) {
    const local = localDefinition(workflow, original, timeScale);
    checkTasks(workflow, local, tasks);
    let machine: Promise<StateMachine> | undefined;
    workflows.set(workflow, { local, machine: () => (machine ??= loadMachine(workflow, original, local)) });
  }
  const names = new Set<string>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const pause = (seconds: number) => sleep(Math.min(seconds, maxWaitSeconds) * timeScale * 1000, stopping.signal);

  return {
    async start(workflow, name, input) {
      checkStart(name, input);
      const known = workflows.get(workflow);
      if (!known) throw new InputError(`workflow ${workflow}: expected a definition of it, found none`);
      const machine = await known.machine();
      if (names.has(`${workflow}/${name}`)) return 'exists';
      names.add(`${workflow}/${name}`);
      const handlers = handlersOf(known.local, tasks, pause);
      const execution = run(machine, workflow, input, handlers, stopping.signal).then((outcome) => {
        running.delete(execution);
        onSettled(name, outcome);
      });
      running.add(execution);
      return 'started';
    },

    async idle() {
      while (running.size > 0) await Promise.all(running);
    },

    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

type Handlers = Record<string, (input: JsonValue) => Promise<JsonValue>>;
type JsonValue = null | boolean | number | string | JsonValue[] | { [field: string]: JsonValue };

/** Imports the interpreter on the first start: it brings the AWS SDK along, for which nobody waits who starts nothing. */
async function loadMachine(workflow: string, original: object, { definition }: LocalDefinition): Promise<StateMachine> {
  const { StateMachine } = await import('aws-local-stepfunctions');
  type StateMachineDefinition = ConstructorParameters<typeof StateMachine>[0];
  try {
    // The validator writes into what it reads.
    if (!valid.has(original)) new StateMachine(structuredClone(original) as StateMachineDefinition);
    valid.add(original);
  } catch (error) {
    throw new InputError(`workflow ${workflow}: ${(error as Error).message}`, { cause: error });
  }
  return new StateMachine(definition as unknown as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
}

/** Definitions that the validator took, for it takes a hundred times as long as an execution. */
const valid = new WeakSet<object>();

async function run(
  machine: StateMachine,
  workflow: Workflow,
  input: object,
  handlers: Handlers,
  signal: AbortSignal,
): Promise<Outcome> {
  const execution = machine.run(copyAsJson(input), { overrides: { taskResourceLocalHandlers: handlers } });
  const abort = () => execution.abort();
  const oversized = findOversized(execution.eventLogs, abort);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const [result] = await Promise.allSettled([execution.result]);
  signal.removeEventListener('abort', abort);

  const cause = await oversized;
  if (cause) return { workflow, status: 'failed', error: 'States.DataLimitExceeded', cause };
  if (result.status === 'fulfilled') return { workflow, status: 'succeeded', output: result.value };
  const failure = failureOf(result.reason);
  if (failure.name === 'ExecutionAbortedError') return { workflow, status: 'aborted' };
  return { workflow, status: 'failed', error: failure.name, cause: failure.message };
}

/** Reads the events (they pile up unread otherwise) for a state that hands on more than Step Functions carries. */
async function findOversized(events: AsyncIterable<object>, abort: () => void): Promise<string | undefined> {
  let found: string | undefined;
  for await (const event of events) {
    const { type, state } = event as { type: string; state?: { name: string; output?: unknown } };
    if (found || type !== 'StateExited' || !state) continue;
    const bytes = payloadBytes(state.output);
    if (bytes <= payloadLimitBytes) continue;
    found = overLimit(`output of state ${state.name}`, bytes);
    abort();
  }
  return found;
}

function handlersOf(
  local: LocalDefinition,
  tasks: Record<string, LocalTask>,
  pause: (seconds: number) => Promise<void>,
): Handlers {
  const handlers: Handlers = {};
  for (const [state, task] of local.taskOf) {
    handlers[state] = async (input) => {
      checkPayload(`input of state ${state}`, input);
      const output = copyAsJson(await callTask(tasks[task], copyAsJson(input)));
      checkPayload(`output of state ${state}`, output);
      return output;
    };
    const checkPayload = (what: string, payload: unknown) => {
      const bytes = payloadBytes(payload);
      if (bytes <= payloadLimitBytes) return;
      const error = uncatchable('States.DataLimitExceeded', overLimit(what, bytes));
      throw Object.assign(error, { isCatchable: local.catchesDataLimit.has(state) });
    };
  }
  for (const [state, secondsOf] of local.waitOf) {
    handlers[state] = async (input) => {
      await pause(secondsOf(input));
      return null;
    };
  }
  return handlers;
}

/** Calls a task as Lambda's runtime does: what it throws arrives as its name, and a Cause in JSON. */
async function callTask(task: LocalTask, input: unknown): Promise<unknown> {
  try {
    return await task(input);
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
    throw Object.assign(new Error(cause, { cause: error }), { name });
  }
}

function checkTasks(workflow: string, { taskOf }: LocalDefinition, tasks: Record<string, LocalTask>): void {
  for (const [state, task] of taskOf) {
    if (!Object.hasOwn(tasks, task)) {
      throw new InputError(
        `workflow ${workflow}, state ${state}: expected one of the tasks ${Object.keys(tasks).join(', ')}, found ${task}`,
      );
    }
  }
}

function overLimit(what: string, bytes: number): string {
  return `${what}: expected at most ${payloadLimitBytes} bytes of JSON, found ${bytes}`;
}

/** What a trip through JSON leaves: no undefined, no class, no object shared with the sender. */
function copyAsJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}

/** The error under the interpreter's own wrapping. */
function failureOf(error: unknown): Error {
  const { cause } = error as { cause?: unknown };
  const inner = cause instanceof Error && (error as Error).name === 'ExecutionError' ? cause : error;
  return inner instanceof Error ? inner : new Error(String(inner));
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
