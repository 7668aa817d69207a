import { InputError } from '../core/errors.ts';

/** The workflows that hone ships: `functions/workflows/<name>.asl.json`. */
export type Workflow = 'training' | 'scoring';

/** What starts workflows: AWS Step Functions, or the same definitions in this process. */
export interface Engine {
  /**
   * Starts one execution of a workflow, and does not wait for its end.
   *
   * An execution's name is what makes a start idempotent: a name that was used before starts nothing.
   *
   * @param name of the execution: 1 to 80 of `A–Z a–z 0–9 - _`, used once per workflow
   * @param input a small JSON object: keys, never data
   * @returns `exists` when the name was used before. A start that is repeated with the same input while the first
   *   still runs may answer `started` again (Step Functions does); it is one execution all the same.
   * @throws InputError when the name or the input is not what the engine can carry
   * @throws StoreError when the engine did not answer: try again
   */
  start(workflow: Workflow, name: string, input: object): Promise<'started' | 'exists'>;
}

/**
 * Bytes of JSON that a state may hand on, 256 KiB as UTF-8.
 *
 * @see AWS Step Functions Developer Guide, "Quotas related to task executions"
 */
export const payloadLimitBytes = 262_144;

/** Bytes of `value` as JSON in UTF-8. */
export function payloadBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? 'null').length;
}

/** @throws InputError when Step Functions would refuse this name or this input */
export function checkStart(name: string, input: object): void {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw new InputError(`execution name: expected 1 to 80 letters, digits, "-" or "_", found ${JSON.stringify(name)}`);
  }
  const bytes = payloadBytes(input);
  if (bytes > payloadLimitBytes) {
    throw new InputError(
      `input of execution ${name}: expected at most ${payloadLimitBytes} bytes of JSON, found ${bytes}`,
      { advice: 'Pass keys of objects in the store, never their content' },
    );
  }
}
