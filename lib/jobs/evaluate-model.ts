import { recipe } from '../core/recipe.ts';
import { readManifest } from '../registry/versions.ts';
import type { Metrics, Report } from '../report/report.ts';
import { readIfThere } from '../store/json.ts';
import type { Context } from './context.ts';
import { resolveVersion, type VersionChoice } from './open-model.ts';
import { identityOf, runKey, shortHash } from './runs.ts';
import { listDataset, type SourceObject } from './sources.ts';

/** What came of an evaluation, kept as runs/<run>/result.json. */
export interface EvaluationResult {
  /** Names the evaluation by model, version, each object's key and tag, and the recipe. */
  run: string;
  model: string;
  version: string;
  /** `found` when the same version was evaluated on the same objects before. */
  status: 'evaluated' | 'found';
  gate: Report['verdict']['gate'];
  metrics: Metrics;
  /** Which rows were scored. */
  on: string;
  /** Key of the report's JSON; the page lies beside it. */
  report: string;
}

/**
 * Evaluates a registered version on labelled data, and writes a report under reports/<name>/.
 *
 * @param options.path the dataset
 * @param options.only which of the dataset's objects to score; all when left out
 * @param options.heldOut score only the rows that the version's pipeline holds out of training
 * @throws NotFoundError when there is no such version
 * @throws InputError when the data lacks a column that the model needs, or has no labels
 */
export async function evaluateModel(
  context: Context,
  options: VersionChoice & { path: string; only?: (object: SourceObject) => boolean; heldOut?: boolean },
): Promise<EvaluationResult> {
  const { store } = context;
  const { name, path, only = () => true, heldOut = false } = options;
  const version = await resolveVersion(context, options);
  const manifest = await readManifest(store, name, version);
  const objects = (await listDataset(context, path)).filter(only);
  const run = shortHash({ kind: 'evaluation', name, version, heldOut, objects: identityOf(objects), recipe });
  const found = await readIfThere<EvaluationResult>(store, runKey(run, 'result.json'));
  if (found) return { ...found, status: 'found' };

  // Code that reads data and writes reports is loaded only when there is something to evaluate.
  const { evaluateOnData } = await import('./evaluate-on-data.ts');
  return evaluateOnData(context, { run, manifest, path, objects, heldOut });
}
