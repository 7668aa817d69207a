import type { Candidate } from './candidate.ts';
import type { ChampionNow } from './champion.ts';
import type { EvaluatedRun } from './evaluate.ts';
import type { CallProgress } from './progress.ts';
import type { Standing } from './standing.ts';

/**
 * What a process that takes a run from first to last has of it: what it wrote itself, as a reader would find it, and what
 * it asked for ahead of its use. Each request to S3 takes as long as much of the work.
 *
 * A field that is missing is read. On Lambda each step may run in a process of its own, and nothing is in hand.
 */
export interface InHand {
  candidate?: Candidate;
  /** Only if one call did all of the training. */
  progress?: CallProgress;
  /** The evaluation, and when it is written. */
  evaluated?: { value: EvaluatedRun; written: Promise<unknown> };
  /** The champion to compare with; taken once, since it may move. */
  champion?: Promise<ChampionNow>;
  /** What the run has come to before its registration; taken once. */
  standing?: Promise<Standing>;
}

/** Takes what was asked for ahead, or asks for it now. */
export function takeOr<Kind extends 'champion' | 'standing'>(
  { inHand }: { inHand?: InHand },
  kind: Kind,
  read: () => NonNullable<InHand[Kind]>,
): NonNullable<InHand[Kind]> {
  const ahead = inHand?.[kind];
  if (inHand) delete inHand[kind];
  return ahead ?? read();
}

/** A promise that somebody may await later, or never: until then its failure must not end the process. */
export function begun<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
