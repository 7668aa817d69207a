import { ConflictError } from '../core/errors.ts';
import { champion, readAlias } from '../registry/aliases.ts';
import { findJson, putJson, readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';

// Which of two runs looked at its data later? Clocks can't say: they are off, and a run that was slow to begin may have
// looked first. So the looks of one model's runs are numbered: who looks reads the last number first, looks, and takes
// the next number by compare-and-set. When another one came between, it looks again. A higher number then means data
// that was listed later, and a run of a lower one leaves champion to it.

/** The run that looked at its data last, kept as runs/generations/<model>.json. */
interface Latest {
  generation: number;
  run: string;
}

const keyOf = (name: string): string => `runs/generations/${name}.json`;

/**
 * What `look` finds, and its place in the order of all looks that runs of the model take at their data, from 1.
 *
 * The same run looking again, with no other between, keeps its number.
 *
 * @param ended what was found before, when the run that is named by what was found has ended: it needs no place any more
 */
export async function inOrder<Found extends { run: string }, Before>(
  { store }: Context,
  name: string,
  look: () => Promise<Found>,
  ended: (found: Found) => Promise<Before | undefined>,
): Promise<(Found & { generation: number }) | Before> {
  const key = keyOf(name);
  for (;;) {
    // A look is later than what is read here, or the number would say nothing of it.
    const [latest, state] = await Promise.all([findJson<Latest>(store, key), readAlias(store, name, champion)]);
    const found = await look();
    const before = await ended(found);
    if (before) return before;
    if (latest?.value.run === found.run) {
      const now = await findJson<Latest>(store, key);
      if (now?.tag === latest.tag) return { ...found, generation: latest.value.generation };
      continue;
    }
    // What lies under runs/ expires in time; what champion came from is then the last that is known.
    const known = Math.max(latest?.value.generation ?? 0, state?.generation ?? 0);
    const next: Latest = { generation: known + 1, run: found.run };
    try {
      await putJson(store, key, next, latest ? { ifMatch: latest.tag } : { ifAbsent: true });
      return { ...found, generation: next.generation };
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** The number of a run's last look, by what the run itself says and by what is known of the last one. */
export async function generationOf(
  { store }: Context,
  { run, name, generation }: { run: string; name: string; generation: number | undefined },
): Promise<number | undefined> {
  const latest = await readIfThere<Latest>(store, keyOf(name));
  return latest?.run === run ? Math.max(latest.generation, generation ?? 0) : generation;
}
