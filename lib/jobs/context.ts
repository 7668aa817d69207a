import type { SpillDisk } from '../data/spill-file.ts';
import type { Machine } from '../footprint/footprint.ts';
import type { StartedThread } from '../kernels/start-thread.ts';
import type { Signing } from '../registry/trust.ts';
import type { Store } from '../store/store.ts';
import type { InHand } from './in-hand.ts';

/**
 * What a job is given besides its request: everything that differs between a function on Lambda, a command on this
 * machine, and a test.
 */
export interface Context {
  /** Where pipelines, datasets, models and runs lie. */
  store: Store;
  /** Signs the versions that are registered; absent where nobody signs. */
  signing?: Signing;
  /** Opens another store that a pipeline names: `s3://bucket/prefix`. */
  openStore(location: string): Promise<Store>;
  /** Opens a local file or folder, relative to the pipeline's document; absent where local paths are refused. */
  openLocal?(path: string): Promise<{ store: Store; prefix: string }>;
  /** Milliseconds since 1970. */
  now(): number;
  /** A name that was never given before, of letters, digits and "-", at most 36 long. */
  newId(): string;
  /** Milliseconds until the work in hand must have been put away. */
  remainingMs(): number;
  /** Threads that may work on one dataset; one by default. */
  threads?: number;
  /** Gives a worker thread that was started before its pool, once. */
  takeThread?(): StartedThread | undefined;
  /** Bytes of memory that the process has; absent where nobody says. */
  memoryBytes?: number;
  /** Where to put rows that don't fit in memory; left out, the disk for temporary files. */
  disk?: SpillDisk;
  /** How the user asks that the work end; absent where nobody can. */
  interruption?: Interruption;
  /** The function that does the work; absent where it is none. */
  machine?: Machine;
  /** Hears of progress, for a terminal or a log. */
  onProgress?(progress: JobProgress): void;
  /** Where one process takes a run from first to last: what its jobs leave for the next one besides what they write. */
  inHand?: InHand;
  /** What `memoised` keeps between the jobs of one run, so that they read its data once. */
  memory: Map<string, unknown>;
}

/** The user's wish that the work end. While nobody listens, it ends the process at once. */
export interface Interruption {
  /** Whether it came while somebody listened. */
  readonly isWished: boolean;
  /** From here on there is work to put away: a wish is only noted. */
  listen(): void;
  /** From here on nothing is lost that the next run would not do again in little time. */
  stopListening(): void;
}

export type JobProgress =
  /** `reason` follows "waits"; `untilMs`, milliseconds since 1970, is when it ends if nothing comes. */
  | { kind: 'waiting'; dataset: string; reason: string; untilMs?: number }
  | { kind: 'reading'; objects: number; bytes: number }
  /** `features`: of data that has sparse ones, the largest index. */
  | { kind: 'read'; rows: number; columns: number; features?: number; milliseconds: number }
  | { kind: 'streamed'; way: 'spilled' | 're-read'; bytes: number }
  | { kind: 'resumed'; step: number }
  | { kind: 'step'; step: number; epoch: number; loss: number; gradientNorm: number; stepLimit: number | undefined }
  | { kind: 'trial'; text: string }
  | { kind: 'trained'; solution: string; reason: string; steps: number; milliseconds: number }
  | { kind: 'evaluated'; rows: number; milliseconds: number };

/** Milliseconds that a job keeps in reserve before its deadline, to put its work away. */
export const deadlineReserveMs = 10_000;

/** The value under `key`, computed at its first use; only the latest of each `kind` is kept. */
export async function memoised<T>(context: Context, kind: string, key: string, compute: () => Promise<T>): Promise<T> {
  const kept = context.memory.get(kind) as { key: string; value: T } | undefined;
  if (kept?.key === key) return kept.value;
  const value = await compute();
  context.memory.set(kind, { key, value });
  return value;
}
