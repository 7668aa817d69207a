import { InputError } from '../core/errors.ts';

/** A state machine in the Amazon States Language, as its JSON file holds it. */
export interface Definition {
  StartAt: string;
  States: Record<string, State>;
  [field: string]: unknown;
}

export interface State {
  Type: string;
  Resource?: unknown;
  Retry?: { IntervalSeconds?: number; MaxDelaySeconds?: number; [field: string]: unknown }[];
  Catch?: { ErrorEquals: string[]; [field: string]: unknown }[];
  [field: string]: unknown;
}

/** A definition that aws-local-stepfunctions runs as Step Functions runs the one it was made of. */
export interface LocalDefinition {
  definition: Definition;
  /** Name of the function that each Task state calls. */
  taskOf: Map<string, string>;
  /** What each Wait state waits for, read from the state's input. */
  waitOf: Map<string, (input: unknown) => number>;
  /** Task states that catch an exceeded payload limit by its name; `States.ALL` does not. */
  catchesDataLimit: Set<string>;
}

/**
 * Rewrites a definition for the local interpreter, and refuses by name what that would silently run otherwise.
 *
 * Function ARNs become names of tasks. A Wait becomes a task that sleeps, so that its time can be scaled and given up.
 * Pauses between retries are scaled. An explicit `"ResultPath": "$"`, which would write a key named `$`, is left out.
 *
 * @param timeScale what pauses between retries are multiplied with
 * @throws InputError when the definition uses JSONata, variables, Map, Parallel or a resource that is no function's ARN
 */
export function localDefinition(workflow: string, original: object, timeScale: number): LocalDefinition {
  const definition = structuredClone(original) as Definition;
  const local: LocalDefinition = {
    definition,
    taskOf: new Map(),
    waitOf: new Map(),
    catchesDataLimit: new Set(),
  };
  refuseJsonata(`workflow ${workflow}`, definition);
  for (const [name, state] of Object.entries(definition.States)) {
    const where = `workflow ${workflow}, state ${name}`;
    refuseJsonata(where, state);
    if (state.Type === 'Map' || state.Type === 'Parallel') {
      throw new InputError(`${where}: expected a state that runs locally, found a ${state.Type}`);
    }
    if (state.ResultPath === '$') delete state.ResultPath;
    for (const retrier of state.Retry ?? []) {
      retrier.IntervalSeconds = (retrier.IntervalSeconds ?? 1) * timeScale;
      if (retrier.MaxDelaySeconds !== undefined) retrier.MaxDelaySeconds *= timeScale;
    }
    if (state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.DataLimitExceeded'))) {
      local.catchesDataLimit.add(name);
    }
    if (state.Type === 'Task') {
      local.taskOf.set(name, functionName(where, state.Resource));
      state.Resource = `local:${name}`;
    }
    if (state.Type === 'Wait') {
      local.waitOf.set(name, waitReader(where, state));
      definition.States[name] = sleepingTask(state);
    }
  }
  return local;
}

/** The function that `{ "Fn::GetAtt": [name, "Arn"] }` stands for, the form that serverless-step-functions resolves. */
function functionName(where: string, resource: unknown): string {
  const attribute = (resource as { 'Fn::GetAtt'?: unknown } | undefined)?.['Fn::GetAtt'];
  if (Array.isArray(attribute) && typeof attribute[0] === 'string' && attribute[1] === 'Arn') return attribute[0];
  throw new InputError(
    `${where}: expected "Resource": { "Fn::GetAtt": [function, "Arn"] }, found ${JSON.stringify(resource)}`,
  );
}

/** The local interpreter does not know these fields, and passes the state's input on as if it had obeyed them. */
const jsonataFields = ['QueryLanguage', 'Arguments', 'Output', 'Assign', 'Condition'];

function refuseJsonata(where: string, node: Record<string, unknown>): void {
  const found = jsonataFields.find((field) => field in node);
  if (found && node[found] !== 'JSONPath') {
    throw new InputError(`${where}: expected JSONPath only, found the field ${found}`);
  }
}

function waitReader(where: string, state: State): (input: unknown) => number {
  const { Seconds, SecondsPath } = state;
  if (typeof Seconds === 'number') return () => Seconds;
  if (typeof SecondsPath === 'string' && /^\$(\.\w+)+$/.test(SecondsPath)) {
    const fields = SecondsPath.split('.').slice(1);
    return (input) => {
      let value = input;
      for (const field of fields) value = (value as Record<string, unknown> | null | undefined)?.[field];
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
      // What Step Functions reports for a path that does not lead to seconds; no Catch sees it.
      throw uncatchable('States.Runtime', `${where}: expected whole seconds at ${SecondsPath}, found ${value}`);
    };
  }
  throw new InputError(`${where}: expected Seconds, or SecondsPath of plain fields, found neither`);
}

function sleepingTask({ Next, End }: State): State {
  const longestTimer = 2_147_483; // Seconds in a 31-bit count of milliseconds, the most that setTimeout takes.
  return {
    Type: 'Task',
    Resource: 'local:wait',
    ResultPath: null,
    TimeoutSeconds: longestTimer,
    ...(End ? { End } : { Next }),
  };
}

/** An error that the interpreter hands neither to Retry nor to Catch. */
export function uncatchable(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, isRetryable: false, isCatchable: false });
}
