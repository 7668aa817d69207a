import { ConflictError } from '../core/errors.ts';
import { findJson, putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import { runKey, shortHash } from './runs.ts';

// A dataset of 500 parts makes 500 events, and one training is wanted. So the first event leaves a note that somebody
// waits for the dataset, and starts the one who waits; the others find the note and start the same, which the engine
// knows by its name already. Whoever waits takes the note away before the listing that the training begins with: an
// object written later finds no note, and leaves a new one.

/** Milliseconds after which a note is taken to be forgotten by a workflow that died. */
const staleAfterMs = 3_600_000;

interface Note {
  /** What is waited for, for whoever reads the note. */
  subject: string;
  trigger: string;
  /** When its workflow last looked at the dataset, in milliseconds since 1970. */
  seenMs: number;
}

// A hash, since a dataset's name may be as long as a key.
const noteKey = (subject: string): string => runKey('pending', `${shortHash(subject)}.json`);

/** The name of the one workflow that waits for `subject`, leaving a note when there is none yet. */
export async function announce(context: Context, subject: string): Promise<string> {
  for (;;) {
    const note = await readNote(context, subject);
    const isFresh = note && context.now() - note.seenMs < staleAfterMs;
    if (isFresh) return note.trigger;
    const trigger = context.newId();
    if (await writeNote(context, subject, trigger, note?.tag)) return trigger;
  }
}

/** Keeps the note from going stale while its workflow waits. */
export async function refresh(context: Context, subject: string, trigger: string): Promise<void> {
  const note = await readNote(context, subject);
  if (note?.trigger === trigger) await writeNote(context, subject, trigger, note.tag);
}

/** Takes the note away, when it is this workflow's own. */
export async function withdraw(context: Context, subject: string, trigger: string): Promise<void> {
  const note = await readNote(context, subject);
  if (note?.trigger !== trigger) return;
  try {
    await context.store.delete(noteKey(subject), { ifMatch: note.tag });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Puts the note back, for an object that came meanwhile; false when another workflow waits for it by now. */
export async function reclaim(context: Context, subject: string, trigger: string): Promise<boolean> {
  if (await writeNote(context, subject, trigger, undefined)) return true;
  return (await readNote(context, subject))?.trigger === trigger;
}

async function readNote({ store }: Context, subject: string): Promise<(Note & { tag: string }) | undefined> {
  const found = await findJson<Note>(store, noteKey(subject));
  return found && { ...found.value, tag: found.tag };
}

async function writeNote(
  context: Context,
  subject: string,
  trigger: string,
  tag: string | undefined,
): Promise<boolean> {
  const note: Note = { subject, trigger, seenMs: context.now() };
  try {
    await putJson(context.store, noteKey(subject), note, tag === undefined ? { ifAbsent: true } : { ifMatch: tag });
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}
