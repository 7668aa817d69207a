import { checkpointFromTensors, checkpointToTensors } from '../optimizers/checkpoint.ts';
import type { Checkpoint } from '../optimizers/solution.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../registry/safetensors.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { runKey } from './runs.ts';

/** Keeps a checkpoint as runs/<run>/checkpoint-<step>, a safetensors file. */
export async function writeCheckpoint(store: Store, run: string, checkpoint: Checkpoint): Promise<void> {
  const tensors = Object.entries(checkpointToTensors(checkpoint)).map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { dtype: 'F64', shape, data },
  ]);
  await store.put(checkpointKey(run, checkpoint.step), encodeSafetensors(Object.fromEntries(tensors)));
}

/** The checkpoint of a run that got furthest; undefined before there is one. */
export async function readCheckpoint(store: Store, run: string): Promise<Checkpoint | undefined> {
  let latest: string | undefined;
  for await (const { key } of listAll(store, runKey(run, 'checkpoint-'))) latest = key;
  if (latest === undefined) return undefined;
  const { tensors } = decodeSafetensors((await store.get(latest)).body);
  const vectors = Object.entries(tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data as Float64Array },
  ]);
  return checkpointFromTensors(Object.fromEntries(vectors));
}

// Step numbers are padded, so that the last key in byte order is the latest checkpoint.
const checkpointKey = (run: string, step: number): string =>
  runKey(run, `checkpoint-${String(step).padStart(12, '0')}`);
