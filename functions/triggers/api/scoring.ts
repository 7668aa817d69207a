import { NotFoundError } from '../../../lib/core/errors.ts';
import type { Context } from '../../../lib/jobs/context.ts';
import { runKey } from '../../../lib/jobs/runs.ts';
import { openScoring, readScoring, type ScoringRequest } from '../../../lib/jobs/score.ts';
import { readIfThere } from '../../../lib/store/json.ts';
import { latestFailure } from '../../adapter/attempts.ts';
import { startIfRoom } from './room.ts';
import { answer, type Call } from './route.ts';
import type { Named } from './schemas.ts';

type InputRequest = Exclude<Named<'PredictionRequest'>, { rows: unknown }>;

/** Starts the scoring of a dataset, or answers with one that was done before. */
export async function beginScoring({
  body: { input, id, version, alias },
  parameters: { name },
  context,
  services,
}: Omit<Call, 'body'> & { body: InputRequest }): Promise<Response> {
  const { scoring, objects } = await openScoring(context, { name, version, alias, input, id });
  if (await readScoring(context, scoring)) return scoringAnswer(context, scoring);
  await startIfRoom(services, context, 'scoring', { name, id: scoring });
  services.telemetry.info('scoring', { scoring, model: name });
  const links = linksOf(scoring);
  return answer(
    'Scoring',
    { scoring, status: 'running', objects: objects.length, links },
    { status: 202, headers: { location: links.self } },
  );
}

/** The state of a scoring, as an answer. */
export async function scoringAnswer(context: Context, scoring: string): Promise<Response> {
  const request = await readIfThere<ScoringRequest>(context.store, runKey(scoring, 'request.json'));
  // Runs of other kinds lie beside it.
  if (!request?.scoring) throw new NotFoundError(`scoring ${scoring}: expected its request, found none`);
  const about = { scoring, objects: request.objects.length, links: linksOf(scoring) };
  const result = await readScoring(context, scoring);
  if (result) return answer('Scoring', { ...about, status: 'done', result });
  const failure = await latestFailure(context, scoring);
  if (!failure) return answer('Scoring', { ...about, status: 'running' });
  return answer('Scoring', { ...about, status: 'failed', error: { name: failure.name, message: failure.message } });
}

const linksOf = (scoring: string): Record<string, string> => ({ self: `/scorings/${scoring}` });
