import type { Progress } from '../optimizers/solution.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { getText, putText } from '../store/text.ts';
import type { Context } from './context.ts';
import { runKey } from './runs.ts';

/** What one call of a training did: the points of the curve that it kept, and how long it took. */
export interface CallProgress {
  curve: Progress[];
  milliseconds: Record<string, number>;
}

/** Keeps a call's progress as runs/<run>/progress-<first step>.jsonl: a line a point, and a last one of times. */
export async function appendProgress(
  { store, inHand }: Context,
  run: string,
  firstStep: number,
  call: CallProgress,
): Promise<void> {
  const lines = [...call.curve, { milliseconds: call.milliseconds }].map((line) => JSON.stringify(line));
  const key = runKey(run, `progress-${String(firstStep).padStart(12, '0')}.jsonl`);
  const text = `${lines.join('\n')}\n`;
  // Of a call that went on from another one's checkpoint, it is not the whole.
  if (inHand) inHand.progress = firstStep === 0 ? wholeOf([parseCall(text)]) : undefined;
  await putText(store, key, text, 'application/x-ndjson');
}

/** The whole curve of a run, in order of its steps, and the times of its calls added up. */
export async function readProgress({ store, inHand }: Context, run: string): Promise<CallProgress> {
  if (inHand?.progress) return inHand.progress;
  const keys: string[] = [];
  for await (const { key } of listAll(store, runKey(run, 'progress-'))) keys.push(key);
  return wholeOf(await Promise.all(keys.map((key) => readCall(store, key))));
}

/** @param calls in the order of their first steps */
function wholeOf(calls: readonly CallProgress[]): CallProgress {
  const points = new Map<number, Progress>();
  const milliseconds: Record<string, number> = {};
  for (const call of calls) {
    // A call that began again before its predecessor's last step repeats points, with the same values.
    for (const point of call.curve) points.set(point.step, point);
    for (const [name, ms] of Object.entries(call.milliseconds)) milliseconds[name] = (milliseconds[name] ?? 0) + ms;
  }
  return { curve: [...points.values()].sort((a, b) => a.step - b.step), milliseconds };
}

/** The last point that a run's training kept; undefined before its first call ended. */
export async function latestProgress(store: Store, run: string): Promise<Progress | undefined> {
  let last: string | undefined;
  for await (const { key } of listAll(store, runKey(run, 'progress-'))) last = key;
  return last === undefined ? undefined : (await readCall(store, last)).curve.at(-1);
}

const readCall = async (store: Store, key: string): Promise<CallProgress> => parseCall(await getText(store, key));

function parseCall(text: string): CallProgress {
  const lines = text.trimEnd().split('\n');
  const { milliseconds } = JSON.parse(lines.pop() ?? '') as Pick<CallProgress, 'milliseconds'>;
  return { curve: lines.map((line) => JSON.parse(line) as Progress), milliseconds };
}
