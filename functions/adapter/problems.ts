import type { Context } from '../../lib/jobs/context.ts';
import { putJson, readIfThere } from '../../lib/store/json.ts';

// What a task throws ends up in its function's log and in the workflow's history, and both would then hold the one cell
// of the data that an error's message quotes. So a task keeps what went wrong in the store, and throws an error of the
// same name that says where it is kept; the task record-failure reads it from there.

/** What went wrong in a task, in full. */
export interface Problem {
  name: string;
  message: string;
}

const sentence = 'What went wrong is kept in ';

/** Errors that are thrown as they are: a workflow tries again after them, and their messages hold keys only. */
const passing = new Set(['StoreError', 'ConflictError']);

/** The error to throw in place of `error`, once its message is kept in the store. */
export async function withheld(context: Context, error: unknown, id: string | undefined): Promise<unknown> {
  if (error instanceof Error && passing.has(error.name)) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const key = id === undefined ? `runs/problems/${context.newId()}.json` : `runs/${id}/problem.json`;
  await putJson(context.store, key, { name, message });
  return Object.assign(new Error(`${sentence}${key}`), { name });
}

/** What went wrong, by the error and cause that Step Functions reports of a task. */
export async function readProblem(
  { store }: Pick<Context, 'store'>,
  { Error: name, Cause }: { Error: string; Cause?: string },
): Promise<Problem & { key?: string }> {
  const message = messageOf(Cause ?? '');
  const key = /^runs\/[\w-]+\/[\w-]+\.json$/.exec(
    message.startsWith(sentence) ? message.slice(sentence.length) : '',
  )?.[0];
  if (!key) return { name, message };
  const kept = await readIfThere<Problem>(store, key);
  return kept ? { ...kept, key } : { name, message, key };
}

/** A Cause is Lambda's JSON when a function threw, and plain text when its process died or ran out of time. */
function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
