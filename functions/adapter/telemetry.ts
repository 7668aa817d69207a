/** Fields of a log line: names, keys, counts and times. Never a cell of somebody's data. */
export type Fields = Record<string, unknown>;

export type Unit = 'Count' | 'Milliseconds';

/** What a handler reads of the context that Lambda gives it. */
export interface Invocation {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Where handlers tell what they do: on Lambda a structured log and metrics in it, elsewhere what the caller likes. */
export interface Telemetry {
  /** Opens an invocation. */
  begin(invocation: Invocation | undefined): void;
  /** Adds fields, such as the run, to every further line of the invocation. */
  note(fields: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  measure(name: string, unit: Unit, value: number): void;
  /** Closes the invocation and sends what was measured. */
  end(): void;
}

const nothing = () => {};

/** Telemetry that nobody hears. */
export const silentTelemetry: Telemetry = {
  begin: nothing,
  note: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  measure: nothing,
  end: nothing,
};

/** An error as a log may hold it: its name and where in the code it was thrown. */
export interface ErrorTrace {
  name: string;
  at: string[];
  cause?: ErrorTrace;
}

/**
 * What may be logged of an error: its name and the places in the code, and those of its cause. Its message is left out,
 * as it can quote the one cell of the data that is wrong; that belongs into an answer, or into the run.
 */
export function traceOf(error: unknown, depth = 0): ErrorTrace {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const { name, message, stack = '', cause } = error;
  // A stack begins with the message, and a message may hold lines that look like places.
  const after = message === '' ? 0 : stack.indexOf(message) + message.length;
  const at = stack
    .slice(after)
    .split('\n')
    .filter((line) => /^ {4}at .*\d+:\d+\)?$/.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return cause === undefined || depth === 3 ? { name, at } : { name, at, cause: traceOf(cause, depth + 1) };
}
