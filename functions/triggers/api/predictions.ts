import { NotFoundError } from '../../../lib/core/errors.ts';
import type { Context } from '../../../lib/jobs/context.ts';
import { firstWarnings, predictRecords } from '../../../lib/jobs/predict.ts';
import { runKey } from '../../../lib/jobs/runs.ts';
import { openScoring, readScoring, type ScoringRequest } from '../../../lib/jobs/score.ts';
import { readIfThere } from '../../../lib/store/json.ts';
import { latestFailure, startAttempt } from '../../adapter/attempts.ts';
import { hashSchema, nameSchema } from '../../adapter/check.ts';
import { checkAnswerSize } from './objects.ts';
import { answer, type Call, type Route, route } from './route.ts';
import type { Named } from './schemas.ts';

type PredictionRequest = Named<'PredictionRequest'>;
type RowsRequest = Extract<PredictionRequest, { rows: unknown }>;
type InputRequest = Exclude<PredictionRequest, RowsRequest>;

export const predictions: Route[] = [
  route({
    method: 'post',
    path: '/models/{name}/predictions',
    summary: 'Predict: rows in the request at once, or a whole dataset as a workflow.',
    description:
      'An alias is looked up again after five seconds, so that predictions follow a promotion at most that much later; ' +
      'the header `age` says how many seconds ago it was.',
    parameters: { name: nameSchema },
    body: 'PredictionRequest',
    answers: {
      200: {
        description: 'One prediction a row; for a dataset, the scoring that was done before.',
        content: ['Predictions', 'Scoring'],
        headers: {
          'hone-model-version': 'The version that answered.',
          age: 'Seconds since the alias was looked up; absent when a version was asked for.',
        },
      },
      202: {
        description: 'The dataset is being scored.',
        content: 'Scoring',
        headers: { location: 'Where to ask for it.' },
      },
    },
    problems: [400, 404, 413, 415],
    handle(call) {
      const { body } = call;
      return 'rows' in body ? predictNow({ ...call, body }) : beginScoring({ ...call, body });
    },
  }),
  {
    method: 'get',
    path: '/scorings/{id}',
    summary: 'Look at the scoring of a dataset.',
    parameters: { id: hashSchema },
    answers: { 200: { description: 'Its state.', content: 'Scoring' } },
    problems: [400, 404],
    handle: ({ context, parameters }) => scoringAnswer(context, parameters.id),
  },
];

async function predictNow({
  body: { rows, version, alias },
  parameters: { name },
  context,
  models,
  services,
}: Omit<Call, 'body'> & { body: RowsRequest }): Promise<Response> {
  const { model, aliasAgeMs } = await models.open(context, { name, version, alias });
  const predicted = predictRecords(model, rows);
  services.telemetry.note({ model: name, version: predicted.version });
  services.telemetry.measure('RowsPredicted', 'Count', rows.length);
  const beyond = predicted.predictions.flatMap((value, row) =>
    typeof value !== 'number' || Number.isFinite(value)
      ? []
      : [`rows[${row}]: the prediction is beyond the range of numbers`],
  );
  predicted.warnings.push(...firstWarnings(beyond));
  checkAnswerSize(JSON.stringify(predicted));
  return answer('Predictions', predicted, {
    headers: {
      'hone-model-version': predicted.version,
      ...(aliasAgeMs === undefined ? {} : { age: String(Math.max(0, Math.floor(aliasAgeMs / 1000))) }),
    },
  });
}

async function beginScoring({
  body: { input, id, version, alias },
  parameters: { name },
  context,
  services,
}: Omit<Call, 'body'> & { body: InputRequest }): Promise<Response> {
  const { scoring, objects } = await openScoring(context, { name, version, alias, input, id });
  if (await readScoring(context, scoring)) return scoringAnswer(context, scoring);
  await startAttempt(services, context, 'scoring', { name, id: scoring });
  services.telemetry.info('scoring', { scoring, model: name });
  const links = linksOf(scoring);
  return answer(
    'Scoring',
    { scoring, status: 'running', objects: objects.length, links },
    { status: 202, headers: { location: links.self } },
  );
}

async function scoringAnswer(context: Context, scoring: string): Promise<Response> {
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
