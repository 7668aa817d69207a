import type { SeededRandom } from './seeded-random.ts';
import { documentTargets } from './targets/documents.ts';
import { handlerTargets } from './targets/handlers.ts';
import { readerTargets } from './targets/readers.ts';
import { tableTargets } from './targets/tables.ts';

/** What became of an input that did no harm: it was taken, or refused by an error that hone raises on purpose. */
export type Verdict = 'taken' | 'refused';

/** Something that takes what others made. */
export interface Target {
  /** An input: the same for the same random numbers. */
  input(random: SeededRandom): Promise<Uint8Array> | Uint8Array;
  /** @throws anything, when the input did harm */
  attempt(input: Uint8Array): Promise<Verdict>;
}

/** All of them, by name. Made when they are asked for: each has a store, or files, of its own. */
export const targets: Record<string, () => Promise<Target>> = {
  ...readerTargets,
  ...documentTargets,
  ...handlerTargets,
  ...tableTargets,
};

/** Errors that say what is wrong, by name: a task throws another error of the same name. */
const purposeful = new Set([
  'InputError',
  'NotFoundError',
  'ConflictError',
  'NumericError',
  'StoreError',
  'IntegrityError',
]);

/** Runs `work`; an error that hone raises on purpose is a refusal, every other one is thrown on. */
export async function refusing(work: () => unknown): Promise<Verdict> {
  try {
    await work();
    return 'taken';
  } catch (error) {
    if (error instanceof Error && purposeful.has(error.name)) return 'refused';
    throw error;
  } finally {
    checkPrototypes();
  }
}

/** @throws Error when an input has left something on what all objects share */
function checkPrototypes(): void {
  const polluted =
    Object.keys(Object.prototype)[0] ?? Object.keys(Array.prototype)[0] ?? ('polluted' in {} && 'polluted');
  if (polluted) throw new Error(`expected Object.prototype as it was, found ${polluted} on it`);
}
