import type { Request, Trial } from '../pipeline/resolve.ts';
import type { SearchResult } from '../report/report.ts';
import { readIfThere } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import { type RunRequest, runKey } from './runs.ts';

/** What came of a run's search, kept as runs/<run>/search.json; undefined before it has ended, or where there is none. */
export async function readSearch(store: Store, { run, request }: RunRequest): Promise<SearchResult | undefined> {
  return request.search && (await readIfThere<SearchResult>(store, runKey(run, 'search.json')));
}

/** The best trial of a run's search, once it has ended. */
export async function readWinner(store: Store, run: RunRequest): Promise<Trial | undefined> {
  const result = await readSearch(store, run);
  return result && (await searchTrials(run.request))[result.best - 1];
}

/** The trials of a request's search. The code that makes them also checks documents, and is loaded only if needed. */
export async function searchTrials(request: Request): Promise<Trial[]> {
  if (!request.search) return [];
  const { trialsOf } = await import('../pipeline/resolve.ts');
  return trialsOf(request);
}
