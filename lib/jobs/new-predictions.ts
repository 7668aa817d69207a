import type { PredictionsDocument } from '../pipeline/predictions-schema.ts';
import { putJson, readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';
import { evaluatePredictions, type PredictionsResult } from './evaluate-predictions.ts';
import { shortHash } from './runs.ts';
import { findDataset } from './sources.ts';

/** The objects that a document's schedule has evaluated, kept as runs/seen/<name>-<hash of the document>.json. */
interface Seen {
  objects: { key: string; tag: string }[];
}

type NewPredictions =
  | { status: 'evaluated'; on: 'new objects'; result: PredictionsResult }
  | { status: 'nothing-new'; sentence: string };

/**
 * Evaluates, all together, those objects of a document's predictions that its schedule has not evaluated yet.
 *
 * An object that was overwritten counts as new. After a change of the document, all objects do.
 */
export async function evaluateNewPredictions(context: Context, document: PredictionsDocument): Promise<NewPredictions> {
  const { store } = context;
  const { name, predictions } = document;
  const { schedule: _, ...asked } = document;
  const key = `runs/seen/${name}-${shortHash(asked)}.json`;
  const seen = (await readIfThere<Seen>(store, key)) ?? { objects: [] };
  const known = new Map(seen.objects.map((object) => [object.key, object.tag]));
  const objects = await findDataset(context, predictions.path);
  const fresh = objects.filter((object) => known.get(object.key) !== object.tag);
  if (fresh.length === 0) {
    const sentence = `${objects.length === 0 ? 'There are no' : 'There are no new'} predictions at ${predictions.path}; no new report was written.`;
    return { status: 'nothing-new', sentence };
  }
  const keys = new Set(fresh.map((object) => object.key));
  const result = await evaluatePredictions(context, document, (object) => keys.has(object.key));
  // Written last, so that the next slot makes up for a call that died.
  await putJson(store, key, {
    objects: objects.map((object) => ({ key: object.key, tag: object.tag })),
  } satisfies Seen);
  return { status: 'evaluated', on: 'new objects', result };
}
