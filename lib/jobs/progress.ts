import type { Progress } from '../optimizers/solution.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { runKey } from './runs.ts';

/** What one call of a training did: the points of the curve that it kept, and how long it took. */
export interface CallProgress {
  curve: Progress[];
  milliseconds: Record<string, number>;
}

/** Keeps a call's progress as runs/<run>/progress-<first step>.jsonl: a line a point, and a last one of times. */
export async function appendProgress(store: Store, run: string, firstStep: number, call: CallProgress): Promise<void> {
  const lines = [...call.curve, { milliseconds: call.milliseconds }].map((line) => JSON.stringify(line));
  const key = runKey(run, `progress-${String(firstStep).padStart(12, '0')}.jsonl`);
  await store.put(key, new TextEncoder().encode(`${lines.join('\n')}\n`), { contentType: 'application/x-ndjson' });
}

/** The whole curve of a run, in order of its steps, and the times of its calls added up. */
export async function readProgress(store: Store, run: string): Promise<CallProgress> {
  const points = new Map<number, Progress>();
  const milliseconds: Record<string, number> = {};
  for await (const { key } of listAll(store, runKey(run, 'progress-'))) {
    const text = new TextDecoder().decode((await store.get(key)).body);
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const value = JSON.parse(line) as Progress | Pick<CallProgress, 'milliseconds'>;
      // A call that began again before its predecessor's last step repeats points, with the same values.
      if ('step' in value) points.set(value.step, value);
      else
        for (const [name, ms] of Object.entries(value.milliseconds))
          milliseconds[name] = (milliseconds[name] ?? 0) + ms;
    }
  }
  return { curve: [...points.values()].sort((a, b) => a.step - b.step), milliseconds };
}

/** The last point that a run's training kept; undefined before its first call ended. */
export async function latestProgress(store: Store, run: string): Promise<Progress | undefined> {
  let last: string | undefined;
  for await (const { key } of listAll(store, runKey(run, 'progress-'))) last = key;
  if (last === undefined) return undefined;
  const lines = new TextDecoder()
    .decode((await store.get(last)).body)
    .trimEnd()
    .split('\n');
  // The last line holds times.
  const line = lines.at(-2);
  return line === undefined ? undefined : (JSON.parse(line) as Progress);
}
