/** What a command's exit code says. */
export const ExitCode = { done: 0, checkFailed: 1, input: 2, other: 3 } as const;

const inputErrors = new Set(['InputError', 'NotFoundError', 'NumericError']);

/** 2 for what the user can mend in the request or the data, 3 for anything else. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof Error && inputErrors.has(error.name) ? ExitCode.input : ExitCode.other;

/** The exit code for the verdict of gates: a gate that is undecided for lack of data does not pass either. */
export const exitCodeOfGate = (gate: string): number =>
  gate === 'fail' || gate === 'undecided' ? ExitCode.checkFailed : ExitCode.done;
