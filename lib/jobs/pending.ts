import { ConflictError } from '../core/errors.ts';
import { findJson, putJson } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Context } from './context.ts';
import { runKey, shortHash } from './runs.ts';

// A dataset of 500 parts makes 500 events, and one training is wanted. So the first event leaves a note that somebody
// waits for the dataset, and starts the one who waits; the others find the note and start the same, which the engine
// knows by its name already. Whoever waits closes the note before the listing that the training begins with: an object
// written later finds it closed, and leaves a new one in its place. A closed note goes when the run is open that came of
// it; so a dataset is written down somewhere at every moment, whoever dies. What grows stale is started anew.

/** Milliseconds after which a note is taken to be forgotten by a workflow that died. */
const staleAfterMs = 3_600_000;

/** What is waited for: a pipeline's dataset, or one that no pipeline names. */
export interface Subject {
  pipeline: string | null;
  dataset: string;
}

/** A note, kept as runs/pending/<hash of the subject>.json. */
interface Note extends Subject {
  trigger: string;
  /** Whether the workflow has begun its last listing. */
  state: 'waiting' | 'closed';
  /** When its workflow last looked at the dataset, in milliseconds since 1970. */
  seenMs: number;
}

type FoundNote = Note & { tag: string };

/** A pipeline may come to name another dataset: the subject is the pipeline then, and stays the same. */
const nameOf = ({ pipeline, dataset }: Subject): string =>
  pipeline === null ? `dataset ${dataset}` : `pipeline ${pipeline}`;

// A hash, since a dataset's name may be as long as a key.
const noteKey = (subject: Subject): string => runKey('pending', `${shortHash(nameOf(subject))}.json`);

/** The name of the one workflow that waits for `subject`, leaving a note when nobody does. */
export async function announce(context: Context, subject: Subject): Promise<string> {
  for (;;) {
    const note = await readNote(context, noteKey(subject));
    if (note && note.state === 'waiting' && !isStale(context, note)) return note.trigger;
    const trigger = context.newId();
    if (await writeNote(context, subject, { trigger, state: 'waiting' }, note?.tag)) return trigger;
  }
}

/** What is noted, and was forgotten by its workflow: each under the name of a new one, which is yet to be started. */
export async function takeOverStale(context: Context): Promise<(Subject & { trigger: string })[]> {
  const taken: (Subject & { trigger: string })[] = [];
  for await (const { key } of listAll(context.store, runKey('pending', ''))) {
    const note = await readNote(context, key);
    if (!note || !isStale(context, note)) continue;
    const subject = { pipeline: note.pipeline ?? null, dataset: note.dataset };
    const trigger = context.newId();
    if (await writeNote(context, subject, { trigger, state: 'waiting' }, note.tag)) taken.push({ ...subject, trigger });
  }
  return taken;
}

/** Keeps the note from going stale while its workflow waits. */
export async function refresh(context: Context, subject: Subject, trigger: string): Promise<void> {
  const note = await ownNote(context, subject, trigger);
  if (note) await writeNote(context, subject, { trigger, state: 'waiting' }, note.tag);
}

/** Closes the note, when it is this workflow's own: whoever comes from now on is to leave a new one. */
export async function close(context: Context, subject: Subject, trigger: string): Promise<void> {
  const note = await ownNote(context, subject, trigger);
  if (note) await writeNote(context, subject, { trigger, state: 'closed' }, note.tag);
}

/** Opens the note again, for an object that came meanwhile; false when another workflow waits for it by now. */
export async function reclaim(context: Context, subject: Subject, trigger: string): Promise<boolean> {
  const note = await readNote(context, noteKey(subject));
  if (note && note.trigger !== trigger) return false;
  if (await writeNote(context, subject, { trigger, state: 'waiting' }, note?.tag)) return true;
  return (await ownNote(context, subject, trigger)) !== undefined;
}

/** Takes the note away, when it is this workflow's own: what was waited for is in other hands, or can't be had. */
export async function withdraw(context: Context, subject: Subject, trigger: string): Promise<void> {
  const note = await ownNote(context, subject, trigger);
  if (!note) return;
  try {
    await context.store.delete(noteKey(subject), { ifMatch: note.tag });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Leaves the note for whoever comes next, as this workflow gives up on what may go well another time. */
export async function leave(context: Context, subject: Subject, trigger: string): Promise<void> {
  const note = await readNote(context, noteKey(subject));
  if (note && note.trigger !== trigger) return;
  await writeNote(context, subject, { trigger, state: 'closed', seenMs: 0 }, note?.tag);
}

const isStale = ({ now }: Context, { seenMs }: Note): boolean => now() - seenMs >= staleAfterMs;

async function ownNote(context: Context, subject: Subject, trigger: string): Promise<FoundNote | undefined> {
  const note = await readNote(context, noteKey(subject));
  return note?.trigger === trigger ? note : undefined;
}

async function readNote({ store }: Context, key: string): Promise<FoundNote | undefined> {
  const found = await findJson<Note>(store, key);
  return found && { ...found.value, tag: found.tag };
}

async function writeNote(
  context: Context,
  { pipeline, dataset }: Subject,
  { seenMs = context.now(), ...state }: Pick<Note, 'trigger' | 'state'> & { seenMs?: number },
  tag: string | undefined,
): Promise<boolean> {
  const note: Note = { pipeline, dataset, ...state, seenMs };
  const key = noteKey(note);
  try {
    await putJson(context.store, key, note, tag === undefined ? { ifAbsent: true } : { ifMatch: tag });
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}
