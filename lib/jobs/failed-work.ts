import type { Workflow } from '../engine/engine.ts';
import { readIfThere } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Context } from './context.ts';
import { readOutcome, runKey } from './runs.ts';

/** A run or a scoring that ended in an error. */
export interface FailedWork {
  workflow: Workflow;
  /** The model's name. */
  name: string;
  id: string;
  error: { name: string; message: string };
  /** Whether the same may go well another time: the store, or the place that it ran in, was out of order. */
  isPassing: boolean;
}

/** Errors that say to mend the request, the data or the model's files, and why trying again fails again. */
const final = new Map([
  ['InputError', 'its data or its request is wrong, and stays so until somebody mends it'],
  ['NotFoundError', 'something that it names is not there'],
  ['NumericError', 'the same numbers go wrong in the same way'],
  ['IntegrityError', 'files of a model are not those that were registered'],
]);

/** Whether what failed with an error of this name may go well another time. */
export const isPassing = (name: string): boolean => !final.has(name);

/** Why what failed with an error of this name fails again; undefined when it may go well. */
export const whyFinal = (name: string): string | undefined => final.get(name);

/** All runs and scorings in the store that ended in an error, and have no result. Reads the whole of `runs/`. */
export async function* listFailed({ store }: Context): AsyncGenerator<FailedWork, void, void> {
  for await (const { key } of listAll(store, 'runs/')) {
    const id = /^runs\/([0-9a-f]{32})\/error\.json$/.exec(key)?.[1];
    if (id === undefined) continue;
    const { error } = await readOutcome(store, id);
    const request = await readIfThere<Partial<Requested>>(store, runKey(id, 'request.json'));
    if (!error || !request) continue; // An inspection's error has no request of its own.
    const { name, message } = error;
    const about = { id, error: { name, message }, isPassing: isPassing(name) };
    if (request.scoring !== undefined) yield { workflow: 'scoring', name: request.model ?? '', ...about };
    else if (request.request) yield { workflow: 'training', name: request.request.name, ...about };
  }
}

/** What requests of runs and of scorings say of their model. */
interface Requested {
  request: { name: string };
  scoring: string;
  model: string;
}
